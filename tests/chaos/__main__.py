"""`make chaos`: 10,000 conversations while everything is killed; what is lost, doubled, out of order, or after STOP."""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent.parent))

from tests.chaos.storm import Outcome, storm

SHOWN = 10


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--conversations", type=int, default=10_000)
    parser.add_argument("--every", type=float, default=15.0, help="seconds between two kills (15)")
    parser.add_argument("--at-once", type=int, default=64, help="conversations at the same time (64)")
    parser.add_argument("--minutes", type=float, default=60.0, help="after these none is begun any more (60)")
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        outcome = asyncio.run(
            storm(
                Path(folder),
                options.conversations,
                seed=options.seed,
                every=options.every,
                at_once=options.at_once,
                minutes=options.minutes,
                tell=lambda words: print(words, file=sys.stderr, flush=True),
            )
        )
    print(report(outcome))
    return 0 if outcome.is_clean else 1


def report(outcome: Outcome) -> str:
    figures = {
        "conversations": f"{outcome.begun:,} of {outcome.conversations:,}",
        "messages of customers": f"{outcome.messages:,}, and {outcome.repeated:,} of them again",
        "crashes": ", ".join(f"{count} {what}" for what, count in outcome.crashes.items()),
        "faults of the vendor": ", ".join(f"{count} times {what}" for what, count in outcome.faults.items()),
        "texts that the vendor took": f"{outcome.sent:,}",
        "seconds": f"{outcome.seconds:.0f}, and {outcome.calm_after:.0f} until all was settled",
    }
    lines = [f"{what}: {figure}" for what, figure in figures.items()]
    for name in ("lost", "doubled", "out_of_order", "after_stop", "unsettled"):
        wrong = getattr(outcome, name)
        lines.append(f"{name.replace('_', ' ')}: {len(wrong)} {wrong[:SHOWN] or ''}".rstrip())
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
