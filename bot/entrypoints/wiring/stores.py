"""The database of these settings, with the keys that its fields are sealed with."""

from __future__ import annotations

from bot.adapters.content.journey_shelf import read_profile_alone
from bot.adapters.database import Database
from bot.adapters.database.sealing import OFF, Sealing
from bot.adapters.field_keys import read_field_keys
from bot.settings import Settings


def store_of(settings: Settings) -> Database:
    """Opens nothing until it is first used. Raises SettingsError where the field keys cannot be used."""
    return Database(settings.database_url, sealing_of(settings))


def sealing_of(settings: Settings) -> Sealing:
    """What seals fields, with the attributes that journeys/profile.yml declares contact data."""
    keys = read_field_keys(settings.field_keys.get_secret_value(), settings.field_keys_file)
    return OFF if keys is None else Sealing(keys, contact=read_profile_alone(settings.journeys_folder).contact)
