"""`overture`, with the Twilio at OVERTURE_TEST_TWILIO: it outlives each of a fleet's processes.

OVERTURE_TEST_CALL_SECONDS is the longest that a call to it takes. What a kill left in the middle of one is sure to be
over after six times as long, as it is where a call may take 20 seconds, and that is two minutes.
"""

from __future__ import annotations

import os
from datetime import timedelta

from aiohttp import ClientTimeout

from bot.__main__ import main
from bot.services import compose_outbound, deliver
from connectors import twilio_messaging
from connectors.twilio_messaging import api

vars(twilio_messaging)["API_URL"] = os.environ["OVERTURE_TEST_TWILIO"]
if longest := os.environ.get("OVERTURE_TEST_CALL_SECONDS"):
    vars(api)["TIMEOUT"] = ClientTimeout(total=float(longest))
    for module in (compose_outbound, deliver):
        vars(module)["STALE_AFTER"] = timedelta(seconds=6 * float(longest))

if __name__ == "__main__":
    main()
