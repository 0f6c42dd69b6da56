"""`overture people check`: what cannot be right among people, counted, and one by one in a CSV file."""

from __future__ import annotations

import argparse
import csv
import io
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from bot.domain.errors import SettingsError
from bot.entrypoints.command_line.commands.people.working import work
from bot.entrypoints.importing.cleansing import KINDS, Doubles, Finding, faults_of
from bot.entrypoints.importing.reading import everybody
from bot.entrypoints.importing.table import cells_of
from bot.services.runtime import Runtime
from bot.settings import Settings

COLUMNS = ("kind", "what", "people", "advice")


def run(settings: Settings, options: argparse.Namespace) -> int:
    async def doing(runtime: Runtime) -> Sequence[str]:
        return await check(runtime, options.out)

    print("\n".join(work(settings, doing)))
    return 0


async def check(runtime: Runtime, out: Path | None = None) -> Sequence[str]:
    """The counts in lines; each finding is written into `out`."""
    counts: Counter[str] = Counter()
    people = 0
    try:
        with Doubles() as doubles, _written(out) as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(COLUMNS)

            def tell(findings: Iterable[Finding]) -> None:
                for one in findings:
                    counts[one.kind] += 1
                    writer.writerow(cells_of(_line(one), COLUMNS))

            async for chunk in everybody(runtime.store):
                people += len(chunk)
                doubles.note(chunk)
                for known in chunk:
                    tell(faults_of(known))
                if out is None:
                    file.truncate(0)
            tell(doubles.found())
    except OSError as error:
        raise SettingsError(f"{out} cannot be written: {error.strerror}.") from error
    lines = [f"{people} people were looked at."]
    lines += [f"  {counts[kind]:>6} {words}" for kind, words in KINDS.items()]
    return [*lines, f"Each of them: {out}"] if out is not None else lines


def _line(finding: Finding) -> dict[str, object]:
    advice = ""
    if finding.kind == "double":
        first, second = finding.people[:2]
        advice = f"overture people merge {first} {second} --dry-run"
    return {"kind": finding.kind, "what": finding.what, "people": list(finding.people), "advice": advice}


def _written(out: Path | None) -> io.TextIOBase:
    if out is None:
        return io.StringIO()
    try:
        out.touch(mode=0o600)
        return out.open("w", encoding="utf-8", newline="")
    except OSError as error:
        raise SettingsError(f"{out} cannot be written: {error.strerror}. Name a place where we may write.") from error
