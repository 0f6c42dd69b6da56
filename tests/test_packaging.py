"""What an installation has that is no checkout, such as the images of the Dockerfile."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

from tests.test_repository import ROOT, repository_files

PACKAGES = ("bot", "actions", "connectors")
BUILD = "import sys; from setuptools import build_meta; build_meta.build_wheel(sys.argv[1])"


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
