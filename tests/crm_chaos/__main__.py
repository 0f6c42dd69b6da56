"""`make crm-chaos`: kill the worker 200 times for each CRM, and count what is lost, doubled or stale."""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent.parent))

from tests.crm_chaos.chaos import SIZES, Outcome, chaos

HEAD = "| CRM | kills | notes | faults | replayed | leads lost | doubled | stale | notes lost | doubled | open | s |"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200, help="for each CRM (200)")
    parser.add_argument("--crm", choices=SIZES, help="this one alone")
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    print(HEAD)
    print("|---" * 12 + "|")
    clean = True
    for name in [options.crm] if options.crm else SIZES:
        begun = time.monotonic()
        with tempfile.TemporaryDirectory() as folder:
            outcome = asyncio.run(chaos(name, options.kills, Path(folder), seed=options.seed))
        print(line(outcome, time.monotonic() - begun), flush=True)
        clean = clean and outcome.is_clean
    return 0 if clean else 1


def line(one: Outcome, seconds: float) -> str:
    run = (one.kills, one.notes, one.faults.total(), one.replayed)
    wrong = (one.lost_leads, one.doubled_leads, one.stale_leads, one.lost_notes, one.doubled_notes, one.unsettled)
    return f"| {one.crm} | {' | '.join(map(str, (*run, *wrong)))} | {seconds:.0f} |"


if __name__ == "__main__":
    raise SystemExit(main())
