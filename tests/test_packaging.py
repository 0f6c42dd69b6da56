"""What an installation has that is no checkout for developers, such as the images of the Dockerfile."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
import tomllib
from collections.abc import Collection, Iterable
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, packages_distributions, requires
from pathlib import Path
from urllib.request import Request, urlopen
from zipfile import ZipFile

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.lending import lend_model
from tests.ports import free_port
from tests.test_repository import ROOT, repository_files

PACKAGES = ("bot", "actions", "connectors")
BUILD = "import sys; from setuptools import build_meta; build_meta.build_wheel(sys.argv[1])"
READY_WITHIN = 60

WITHOUT = """
import json, sys
from importlib.machinery import PathFinder
left_out, find = frozenset(json.loads(sys.argv.pop(1))), PathFinder.find_spec
PathFinder.find_spec = lambda name, *more: None if name.partition(".")[0] in left_out else find(name, *more)
from bot.__main__ import main
main()
"""
"""Runs Overture as where these modules are not installed."""


def test_all_that_stands_beside_the_code_is_installed_with_it(tmp_path: Path) -> None:
    names = (path.relative_to(ROOT) for path in repository_files())
    wanted, source = {str(name) for name in names if name.parts[0] in PACKAGES}, tmp_path / "source"
    for name in (*wanted, "pyproject.toml", "README.md", "LICENSE"):
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, source / name)
    subprocess.run([sys.executable, "-c", BUILD, tmp_path], cwd=source, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    with ZipFile(wheel) as built:
        installed = {name for name in built.namelist() if name.startswith(PACKAGES)}
    assert installed == wanted


def test_a_service_answers_with_nothing_installed_but_what_the_image_to_serve_has(tmp_path: Path) -> None:
    port, log = free_port(), tmp_path / "log"
    others = {name: value for name, value in os.environ.items() if not name.startswith("OVERTURE_")}
    env = {**others, "OVERTURE_DATA": str(tmp_path)}
    lend_model(tmp_path)
    subprocess.run([sys.executable, "-m", "bot", "train"], cwd=ROOT, env=env, check=True, capture_output=True)
    command = [sys.executable, "-c", WITHOUT, json.dumps(sorted(_left_out())), "serve", "--port", str(port)]
    with log.open("wb") as told:
        process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=told, stderr=told)
    try:
        answer = _said(f"http://127.0.0.1:{port}/webhooks/rest/webhook", process)
    finally:
        process.terminate()
        process.wait(timeout=30)
    assert answer, log.read_text()


def _said(address: str, process: subprocess.Popen[bytes]) -> str:
    """What is answered to a question; nothing where the process ends, or takes too long."""
    question = Request(address, json.dumps({"sender": "ana", "message": "What does it cost?"}).encode())
    deadline = time.monotonic() + READY_WITHIN
    while process.poll() is None and time.monotonic() < deadline:
        with suppress(OSError), urlopen(question, timeout=20) as response:
            return str(json.load(response)[0]["text"])
        time.sleep(0.2)
    return ""


def _left_out() -> set[str]:
    """The modules of packages that only developers have, and of those that only training needs."""
    has = _brought_by(tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"])
    has -= set(_taken_out())
    return {
        module
        for module, owners in packages_distributions().items()
        if module not in PACKAGES and not any(canonicalize_name(one) in has for one in owners)
    }


def _brought_by(declared: Iterable[str]) -> set[str]:
    """These packages, and all that they ask for."""
    found: set[tuple[str, frozenset[str]]] = set()
    waiting = [(Requirement(one), frozenset[str]()) for one in declared]
    while waiting:
        wanted, extras = waiting.pop()
        one = canonicalize_name(wanted.name), frozenset(wanted.extras)
        if one in found or not _is_wanted(wanted, extras):
            continue
        found.add(one)
        with suppress(PackageNotFoundError):  # of another platform
            waiting += [(Requirement(further), one[1]) for further in requires(one[0]) or ()]
    return {name for name, _ in found}


def _is_wanted(wanted: Requirement, extras: Collection[str]) -> bool:
    return wanted.marker is None or any(wanted.marker.evaluate({"extra": extra}) for extra in ("", *extras))


def _taken_out() -> list[str]:
    words = re.search(r"pip uninstall --yes ((?:.*\\\n)*.*)", (ROOT / "Dockerfile").read_text())
    assert words is not None
    return [canonicalize_name(one) for one in words[1].replace("\\\n", " ").split()]


@pytest.mark.parametrize("module", ["greenlet", "pytest", "playwright", "torch", "sklearn"])
def test_what_is_left_out_is_what_only_developers_have_or_training_needs(module: str) -> None:
    assert (module in _left_out()) == (module != "greenlet")
