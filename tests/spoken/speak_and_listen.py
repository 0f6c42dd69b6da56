"""Speaks each line of the input, listens to that, and writes what was heard: close by, and over a telephone line.

Runs in an environment of its own (`make spoken`), with eSpeak NG and a recogniser of speech. Both bring all that they
need in their packages, and nothing leaves this machine.
"""

from __future__ import annotations

import ctypes
import json
import sys
from typing import Any

import espeakng_loader  # type: ignore[import-not-found]
import numpy as np
from moonshine_voice import ModelArch  # type: ignore[import-not-found]
from moonshine_voice.transcriber import Transcriber  # type: ignore[import-not-found]
from moonshine_voice.utils import get_model_path  # type: ignore[import-not-found]

RETRIEVAL, CHARS_UTF8, WORDS_A_MINUTE = 2, 1, 1
PHONE_RATE, PHONE_BAND = 8000, (300, 3400)
"""Of a telephone line: samples a second, and the frequencies that it carries."""

SILENCE = 0.3
Synthesised = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p)


class Speaker:
    def __init__(self, voice: str, words_a_minute: int) -> None:
        self._espeak = ctypes.CDLL(espeakng_loader.get_library_path())
        self._parts: list[Any] = []
        self._take = Synthesised(self._keep)  # held, for eSpeak calls it
        self.rate = self._espeak.espeak_Initialize(RETRIEVAL, 0, espeakng_loader.get_data_path().encode(), 0)
        self._espeak.espeak_SetSynthCallback(self._take)
        self._espeak.espeak_SetVoiceByName(voice.encode())
        self._espeak.espeak_SetParameter(WORDS_A_MINUTE, words_a_minute, 0)

    def speak(self, text: str) -> Any:
        """The samples, from -1 to 1, at `rate`."""
        self._parts.clear()
        spoken = text.encode()
        self._espeak.espeak_Synth(spoken, len(spoken) + 1, 0, 1, 0, CHARS_UTF8, None, None)
        self._espeak.espeak_Synchronize()
        return np.concatenate(self._parts).astype(float) / 32768

    def _keep(self, samples: Any, count: int, _events: Any) -> int:
        if samples and count > 0:
            self._parts.append(np.ctypeslib.as_array(samples, (count,)).copy())
        return 0


def over_the_phone(sound: Any, rate: int) -> Any:
    """What a telephone line makes of it: a narrow band, few samples, and 8 bits a sample (mu-law)."""
    wave = np.fft.rfft(sound)
    frequencies = np.fft.rfftfreq(len(sound), 1 / rate)
    wave[(frequencies < PHONE_BAND[0]) | (frequencies > PHONE_BAND[1])] = 0
    length = len(sound) * PHONE_RATE // rate
    narrow = np.fft.irfft(wave[: length // 2 + 1], length) * length / len(sound)
    squeezed = np.sign(narrow) * np.log1p(255 * np.abs(np.clip(narrow, -1, 1))) / np.log(256)
    coarse = np.round(squeezed * 127) / 127
    return np.sign(coarse) * np.expm1(np.abs(coarse) * np.log(256)) / 255


def listen(sound: Any, rate: int) -> str:
    """A recogniser for each sentence: what it heard before would colour the next."""
    recogniser = Transcriber(str(get_model_path("tiny-en")), ModelArch.TINY)
    quiet = np.zeros(int(SILENCE * rate))
    try:
        transcript = recogniser.transcribe_without_streaming(np.concatenate([quiet, sound, quiet]).tolist(), rate)
        return " ".join(line.text.strip() for line in transcript.lines)
    finally:
        recogniser.close()


def main() -> None:
    speaker = Speaker("en-us", 150)
    for line in sys.stdin:
        sound = speaker.speak(line.strip())
        heard = [listen(sound, speaker.rate), listen(over_the_phone(sound, speaker.rate), PHONE_RATE)]
        print(json.dumps(heard), flush=True)


if __name__ == "__main__":
    main()
