"""`make crm-peer`: Overture tells a real CRM of leads, and hears of them, over the generic webhook connector.

The CRM is django-crm with PostgreSQL and Redis, as its makers ship it. Overture is killed on the way, and calls fail.
In the end the CRM's own database is asked what it has.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent.parent.parent))

from tests.crm_peer.crm import running_crm
from tests.crm_peer.run import run


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--python", type=Path, required=True, help="where django-crm is installed")
    parser.add_argument("--leads", type=int, default=50)
    parser.add_argument("--kills", type=int, default=5, help="how often Overture is killed meanwhile (5)")
    parser.add_argument("--trouble", type=float, default=0.04, help="the share of calls that fail (0.04)")
    options = parser.parse_args()
    try:
        with (
            tempfile.TemporaryDirectory(prefix="overture-crm-peer-") as folder,
            running_crm(options.python.absolute(), Path(folder)) as account,
        ):
            begun = time.monotonic()
            outcome = asyncio.run(run(account, Path(folder), options.leads, options.kills, options.trouble))
    except pytest.skip.Exception as missing:
        print(f"The CRM cannot be run here: {missing}")
        return 1
    print("\n".join(outcome.lines(time.monotonic() - begun)))
    return 0 if outcome.is_clean else 1


if __name__ == "__main__":
    raise SystemExit(main())
