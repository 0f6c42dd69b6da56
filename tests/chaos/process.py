"""`overture`, with the Twilio at OVERTURE_TEST_TWILIO: it outlives each of a fleet's processes."""

from __future__ import annotations

import os

from bot.__main__ import main
from connectors import twilio_messaging

vars(twilio_messaging)["API_URL"] = os.environ["OVERTURE_TEST_TWILIO"]

if __name__ == "__main__":
    main()
