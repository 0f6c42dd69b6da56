"""Sentence encoders and what is learnt with them: trained, kept in a folder, opened again to serve."""

import os
from typing import Final

TELLS_NOBODY: Final = {"ORT_DISABLE_TELEMETRY": "1", "HF_HUB_DISABLE_TELEMETRY": "1"}
"""For ONNX Runtime and Hugging Face's libraries, which read it as they are imported, so it is set before any of them
is. The former would keep an id of this machine in the home folder and send its events to its maker."""

os.environ.update(TELLS_NOBODY)
