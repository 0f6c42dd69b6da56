"""What services in tests begin with, so that not each of them makes it anew: a trained model, and empty tables."""

from __future__ import annotations

import asyncio
import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.adapters.database import Database

ROOT = Path(__file__).parent.parent


def shared_model() -> Path:
    """The model that `make test` trained, where there is one: tests then need not train it again."""
    return ROOT / ".overture" / "model"


def lend_model(data: Path) -> None:
    """Let a service with this data folder begin with the shared model, where there is one, and train in its own."""
    data.mkdir(parents=True, exist_ok=True)
    if shared_model().exists() and not (data / "model").exists():
        shutil.copytree(shared_model(), data / "model", copy_function=_linked)


def lend_store(data: Path) -> None:
    """Let a service with this data folder begin with the tables of its default database, and nothing in them."""
    data.mkdir(parents=True, exist_ok=True)
    if not (data / "overture.db").exists():
        (data / "overture.db").write_bytes(empty_store())


@cache
def empty_store() -> bytes:
    """A migrated SQLite file; to write it is quicker than to migrate one for each test."""
    with TemporaryDirectory() as folder, ThreadPoolExecutor(1) as beside_any_loop:
        file = Path(folder) / "empty.db"
        beside_any_loop.submit(lambda: asyncio.run(migrate(f"sqlite+aiosqlite:///{file}"))).result()
        return file.read_bytes()


async def migrate(url: str) -> None:
    """Give the database its tables."""
    database = Database(url)
    await database.migrate()
    await database.close()


def _linked(source: str, target: str) -> None:
    """Files of a model are replaced, and never written over."""
    try:
        os.link(source, target)
    except OSError:  # on another disk
        shutil.copyfile(source, target)
