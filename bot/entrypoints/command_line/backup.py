"""Backing up and restoring all that is kept: the database, the installation's secret, and files of customers.

The trained model is no part of it: it is made anew from the content, which is files of your own.
"""

from __future__ import annotations

import asyncio
import errno
import gzip
import json
import shutil
import tarfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from os.path import realpath
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory, TemporaryFile
from typing import Self

from sqlalchemy import URL

from bot.adapters.attachments import DRAFT
from bot.adapters.database.address import read_url
from bot.adapters.database.copying import dump, file_of, is_there, load, make_room, proofs_in
from bot.adapters.database.keys_in_use import require_known
from bot.adapters.migrations import HEAD, known_versions
from bot.domain.errors import SettingsError
from bot.entrypoints.serving.running import refuse_beside_others
from bot.entrypoints.serving.sole_user import sole_user
from bot.entrypoints.wiring.room import require_room, size_of
from bot.entrypoints.wiring.stores import sealing_of, store_of
from bot.services.fetch_files import FOLDER as MEDIA
from bot.settings import Settings

MANIFEST, DATABASE = "manifest.json", "database"
KEPT = ("secret", MEDIA, "sandbox-clock")
"""Of the data folder, beside the database."""

BESIDE = ("", "-wal", "-shm", "-journal", "-in-use")
"""How the names of SQLite's files end, after the database's own."""

NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


@dataclass(frozen=True, slots=True)
class _About:
    """What an archive says of itself. `knows` is the last version of the tables that its Overture knows."""

    database: str
    at: datetime
    knows: str

    def write(self, file: Path) -> None:
        told = {"database": self.database, "at": self.at.isoformat(timespec="seconds"), "knows": self.knows}
        file.write_text(json.dumps(told), encoding="utf-8")

    @classmethod
    def read(cls, file: Path, source: Path) -> Self:
        try:
            told = json.loads(file.read_text(encoding="utf-8"))
            # The first archives do not say what their Overture knew, which this one knows as well.
            return cls(str(told["database"]), datetime.fromisoformat(told["at"]), str(told.get("knows", HEAD)))
        except (ValueError, TypeError, LookupError, RecursionError) as error:
            raise SettingsError(f"{source} is no backup of Overture's: its {MANIFEST} cannot be read.") from error


def back_up(settings: Settings, target: Path) -> None:
    """Write an archive of everything, whole or not at all; the service may run meanwhile."""
    url = read_url(settings.database_url)
    if target.exists() and not target.is_file():
        raise SettingsError(f"{target} cannot be written: it is no file. Name one for the backup.")
    if _is_ours(target, settings.data, file_of(url)):
        raise SettingsError(f"{target} is where something lies that is backed up. Name another place for the backup.")
    with TemporaryDirectory(prefix="overture-backup-") as folder:
        parts = Path(folder)
        dump(url, parts / DATABASE)
        _About(url.get_backend_name(), datetime.now(UTC), HEAD).write(parts / MANIFEST)
        draft = target.with_name(f".{target.name}.part")
        try:
            draft.unlink(missing_ok=True)
            draft.touch(mode=0o600, exist_ok=False)
            with tarfile.open(draft, "w:gz") as archive:
                for name in (MANIFEST, DATABASE):
                    archive.add(parts / name, name)
                for name in KEPT:
                    _add(archive, settings.data / name, name)
            draft.replace(target)
        except OSError as error:
            raise SettingsError(f"{target} cannot be written: {error}") from error
        finally:
            draft.unlink(missing_ok=True)


def _is_ours(target: Path, data: Path, file: Path | None) -> bool:
    """Whether it would take the place of what it is a backup of, or be among what the next one is of."""
    kept = [data / name for name in KEPT]
    if file is not None:
        kept += [file.with_name(file.name + ending) for ending in BESIDE]
    real = Path(realpath(target))  # Path.resolve raises for a link to itself
    return any(Path(realpath(one)) in (real, *real.parents) for one in kept)


def _add(archive: tarfile.TarFile, path: Path, name: str) -> None:
    """With all that is in it, but for drafts and what is deleted meanwhile, since a service may run."""
    if path.suffix == DRAFT:
        return
    with suppress(FileNotFoundError):
        archive.add(path, name, recursive=False)
    if path.is_dir():
        for one in sorted(path.iterdir()):
            _add(archive, one, f"{name}/{one.name}")


@dataclass(frozen=True, slots=True)
class Restored:
    """When the backup was made, and how many files of customers are there that came after it: no row names them."""

    made_at: datetime
    files_after_it: int


def restore(settings: Settings, source: Path, *, over: bool = False) -> Restored:
    """Put back what an archive has. `over` what is there now, which is refused otherwise."""
    url = read_url(settings.database_url)
    with _unpacked(source) as parts:
        about = _About.read(parts / MANIFEST, source)
        if about.database != url.get_backend_name():
            raise SettingsError(
                f"{source} is of a {about.database} database, and OVERTURE_DATABASE is {url.get_backend_name()}. "
                "Set it to one of that kind."
            )
        if about.knows not in known_versions():
            raise SettingsError(
                f"{source} was made by a later Overture, which knows version {about.knows} of the tables; this one "
                f"knows them up to {HEAD}. Restore it with that Overture."
            )
        if is_there(url):
            if not over:
                raise SettingsError("there is a database already. Stop every process that uses it, then add --over.")
            asyncio.run(_refuse_beside_others(settings))
        with sole_user(file_of(url)):
            _look_whether_it_can_be_read(settings, source, proofs_in(url, parts / DATABASE))
            try:
                _look_whether_we_may_write(settings.data, parts)
                _look_whether_it_fits(url, settings.data, parts)
                load(url, parts / DATABASE)
                for name in KEPT:
                    _put(parts / name, settings.data / name)
            except OSError as error:
                why = f"{error.strerror}. Make room there." if error.errno in NO_ROOM else error
                raise SettingsError(f"what {source} has cannot be put back: {why}") from error
        return Restored(about.at, _files_beyond(parts / MEDIA, settings.data / MEDIA))


async def _refuse_beside_others(settings: Settings) -> None:
    """On a server's database, where each says so; beside a SQLite file there is a lock."""
    store = store_of(settings)
    if store.shared:
        try:
            await store.revision()  # says so where we cannot get in, though psql could
            await refuse_beside_others(store)
        finally:
            await store.close()


def _look_whether_it_can_be_read(settings: Settings, source: Path, proofs: Mapping[str, str]) -> None:
    """Whether these are the keys that it is sealed with; a database that nobody can read is no use to anybody."""
    try:
        require_known(sealing_of(settings), proofs)
    except SettingsError as error:
        raise SettingsError(f"{source} is not put back: {error}") from error


def _look_whether_we_may_write(data: Path, parts: Path) -> None:
    """Before anything is changed, for a database without its files is worse than none."""
    for folder in (data, *(data / name for name in KEPT if (parts / name).is_dir())):
        folder.mkdir(parents=True, exist_ok=True)
        TemporaryFile(dir=folder).close()


def _look_whether_it_fits(url: URL, data: Path, parts: Path) -> None:
    """Beside what is there now. Where a server has the database, its disk is the server's to look after."""
    wanted = {data: sum(size_of(parts / name) for name in KEPT)}
    if (file := file_of(url)) is not None:
        wanted[file.parent] = wanted.get(file.parent, 0) + size_of(parts / DATABASE)
    require_room(wanted)


@contextmanager
def _unpacked(source: Path) -> Iterator[Path]:
    """The parts of an archive of ours, in a folder that goes away."""
    with TemporaryDirectory(prefix="overture-restore-") as folder:
        try:
            with gzip.open(source) as packed, tarfile.open(fileobj=packed, mode="r:") as archive:
                for member in archive:
                    _unpack(archive, member, Path(folder))
                while packed.read(1 << 20):
                    """The sum over everything stands at the end, and a reader of archives does not go so far."""
        except (OSError, EOFError, zlib.error, tarfile.TarError) as error:
            if isinstance(error, OSError) and error.errno in NO_ROOM:
                raise SettingsError(f"{source} cannot be unpacked: {error.strerror}. {make_room()}") from error
            was_read = not isinstance(error, OSError) or error.errno is None
            why = error.strerror if isinstance(error, OSError) and error.strerror else error
            whole = "If it is one, it is not whole: copy it here once more, or take an earlier one."
            advice = f". {whole}" if was_read else ". Name a file that overture backup wrote."
            raise SettingsError(f"{source} cannot be read as a backup: {why}{advice}") from error
        parts = Path(folder)
        if not ((parts / MANIFEST).is_file() and (parts / DATABASE).is_file()):
            raise SettingsError(f"{source} is an archive, but no backup of Overture's.")
        yield parts


def _unpack(archive: tarfile.TarFile, member: tarfile.TarInfo, folder: Path) -> None:
    """One file of ours; an archive of somebody else's may name any path, or be a link to one."""
    path = PurePosixPath(member.name)
    known = path.parts[:1] and path.parts[0] in (MANIFEST, DATABASE, *KEPT)
    if not known or ".." in path.parts or not (member.isfile() or member.isdir()):
        raise tarfile.ReadError(f"{member.name} is nothing of ours")
    require_room({folder: member.size})
    if member.isfile() and (content := archive.extractfile(member)) is not None:
        (folder / path).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with content, (folder / path).open("wb") as file:
            shutil.copyfileobj(content, file)
        (folder / path).chmod(0o600)


def _files_beyond(kept: Path, folder: Path) -> int:
    return sum(1 for one in folder.glob("*") if one.is_file() and not (kept / one.name).exists())


def _put(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target, dirs_exist_ok=True)
    elif source.is_file():
        shutil.copy(source, target)
