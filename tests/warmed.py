"""Imported by the process from which services are forked: what each start would do alike is done there once.

The sample's content is parsed and its patterns are compiled, and the files of the encoder and of the shared model are
weighed. A service still reads all of it anew; it finds what it reads in the caches that it would have filled itself.
"""

import contextlib

from bot.adapters.content.library import is_trained, read_contents
from bot.adapters.understanding.file_digests import sha256_of
from bot.domain.errors import ContentError, SettingsError
from bot.entrypoints.wiring.connectors import channel_names, shelves_of
from bot.settings import Settings
from tests.lending import ROOT, shared_model

with contextlib.suppress(ContentError, SettingsError):  # whoever tries something out meets them in the tests
    _settings = Settings(data=ROOT / ".overture", _env_file=None)  # type: ignore[call-arg]
    _shelves = shelves_of(_settings, channel_names(_settings))
    is_trained(_shelves, read_contents(_shelves))
for _file in shared_model().glob("*/*"):
    sha256_of(_file)
