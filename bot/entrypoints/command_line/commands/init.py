"""`overture init`: a small assistant to begin with, in a folder of its own."""

from __future__ import annotations

import argparse
import shlex
import shutil
import sys
from pathlib import Path

from bot.adapters.content.starter import begin_assistant, company_name, name_of_folder, starter_files
from bot.adapters.content.starter_languages import OWN
from bot.settings import Settings


def run(settings: Settings, options: argparse.Namespace) -> int:
    into: Path = options.folder
    company = company_name(name_of_folder(into) if options.name is None else options.name)
    here = shlex.quote(str(into))
    files = starter_files(company, folder=here, language=options.language)
    begin_assistant(into, files)
    print(f"The assistant of {company} is in {into}: {len(files)} files. {into / 'README.md'} tells what is what.")
    print("Go on with:")
    for verb, what in (
        ("train", "less than a minute"),
        ("shell", "talk to it here"),
        ("serve", "the playground: its website is the sample's, and the chat on it is yours"),
    ):
        print(f"  OVERTURE_ASSISTANT={here} {_program()} {verb}    # {what}")
    if "region" not in settings.model_fields_set:
        usual = "US" if options.language == OWN else options.language.upper()  # whose language is called as it is
        print(
            f"A telephone number without its country's code is read as one of {settings.region}: where your customers "
            f"are elsewhere, set OVERTURE_REGION, such as OVERTURE_REGION={usual}."
        )
    if "journeys" in settings.model_fields_set:
        print("OVERTURE_JOURNEYS is set, and so its own journeys are not used. Take that setting away.")
    return 0


def _program() -> str:
    """How this is started again: `overture`, unless that is not on the path; short where it is in the folder here."""
    if shutil.which("overture"):
        return "overture"
    beside = Path(sys.executable).with_name("overture")
    if beside.is_relative_to(Path.cwd()):
        beside = beside.relative_to(Path.cwd())
    return shlex.quote(str(beside)) if beside.exists() else f"{shlex.quote(sys.executable)} -m bot"
