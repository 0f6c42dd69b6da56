"""Wiring: what cannot be built is told in a sentence that names the connector or setting and says what to do."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

import connectors
from bot.domain.errors import SettingsError
from bot.entrypoints.wiring.connectors import channel_names, channels_not_set_up
from bot.entrypoints.wiring.own_secret import (
    check_data_folder,
    check_folder_of_files,
    has_secret,
    installation_secret,
)
from bot.entrypoints.wiring.service import open_service, reaching
from bot.settings import Settings
from tests.contracts.samples import profile
from tests.lending import lend_model

ConnectorWriter = Callable[[str, str], None]


@pytest.fixture
def settings_of(tmp_path: Path) -> Callable[..., Settings]:
    def make(**values: Any) -> Settings:
        return Settings(**({"data": tmp_path / "data", "_env_file": None, "desk": ""} | values))

    return make


@pytest.fixture
def write_connector(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ConnectorWriter:
    """Write a connector of somebody's own, in a folder that `connectors` is looked for in as well."""
    home = tmp_path / "connectors"
    home.mkdir()
    monkeypatch.setattr(connectors, "__path__", [*connectors.__path__, str(home)])

    def write(name: str, source: str) -> None:
        (home / name).mkdir()
        (home / name / "__init__.py").write_text(source)
        monkeypatch.delitem(sys.modules, f"connectors.{name}", raising=False)

    return write


async def refusal(settings: Settings) -> str:
    with pytest.raises(SettingsError) as refused:
        async with open_service(settings):
            pass
    return str(refused.value)


TWILIO = {"TWILIO_ACCOUNT_SID": "AC" + "0" * 32, "TWILIO_AUTH_TOKEN": "secret", "TWILIO_WHATSAPP_FROM": "+447700900101"}
META = {
    "WHATSAPP_PHONE_NUMBER_ID": "106",
    "WHATSAPP_ACCESS_TOKEN": "secret",
    "WHATSAPP_APP_SECRET": "secret",
    "WHATSAPP_VERIFY_TOKEN": "a secret that is long",
}


@pytest.mark.parametrize(
    ("named", "values", "owner"),
    [
        ("twilio_messaging,whatsapp_cloud", {}, "connectors.whatsapp_cloud.channel"),
        ("whatsapp_cloud,twilio_messaging", {}, "connectors.twilio_messaging.channel"),
        ("twilio_messaging,whatsapp_cloud", TWILIO, "connectors.twilio_messaging.channel"),
        ("whatsapp_cloud,twilio_messaging", META, "connectors.whatsapp_cloud.channel"),
    ],
)
async def test_of_two_connectors_with_one_channel_the_one_that_is_set_up_or_named_later_has_it(
    settings_of: Callable[..., Settings],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    named: str,
    values: dict[str, str],
    owner: str,
) -> None:
    lend_model(tmp_path / "data")
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    settings = settings_of(connectors=named)
    assert sorted(channel_names(settings)) == ["sms", "whatsapp"]
    async with open_service(settings) as service:
        assert type(service.runtime.channels["whatsapp"]).__module__ == owner
        assert ("whatsapp" in service.sandboxed_channels) is (not values)


async def test_a_channel_of_somebodys_own_leaves_though_the_connector_whose_class_it_has_is_in_the_sandbox(
    settings_of: Callable[..., Settings], write_connector: ConnectorWriter, tmp_path: Path
) -> None:
    source = """
from connectors.whatsapp_cloud import CloudWhatsAppChannel
from connectors.whatsapp_cloud.account import CloudNumber

CHANNELS = ("whatsapp",)


def build(settings):
    return CloudWhatsAppChannel(CloudNumber("106", "token", "secret", "token"), settings)
"""
    write_connector("mine", source)
    lend_model(tmp_path / "data")
    async with open_service(settings_of(connectors="twilio_messaging,whatsapp_cloud,mine")) as service:
        assert service.sandboxed == ("twilio_messaging", "whatsapp_cloud")
        assert service.sandboxed_channels == {"sms"}


async def test_two_connectors_that_are_both_set_up_for_one_channel_are_told(
    settings_of: Callable[..., Settings], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (TWILIO | META).items():
        monkeypatch.setenv(name, value)
    told = await refusal(settings_of(connectors="twilio_messaging,whatsapp_cloud"))
    assert told.startswith(
        "both connectors, twilio_messaging and whatsapp_cloud, are set up for the channel whatsapp. Take one out"
    )


def test_a_channel_that_another_connector_has_is_not_missing(settings_of: Callable[..., Settings]) -> None:
    texts = {**TWILIO, "TWILIO_WHATSAPP_FROM": "", "TWILIO_FROM": "+447700900100"}
    assert channels_not_set_up(settings_of(connectors="twilio_messaging"), texts) == {
        "whatsapp": "TWILIO_WHATSAPP_FROM"
    }
    both = settings_of(connectors="twilio_messaging,whatsapp_cloud")
    assert channels_not_set_up(both, texts | META) == {}


@pytest.mark.parametrize(("name", "nearest"), [("slak", "slack"), ("web_chat", "webchat"), ("hub-spot", "hubspot")])
async def test_an_unknown_connector_is_told_with_the_nearest(
    settings_of: Callable[..., Settings], name: str, nearest: str
) -> None:
    assert await refusal(settings_of(connectors=f"console,{name}")) == (
        f'OVERTURE_CONNECTORS: there is no connector "{name}". Did you mean "{nearest}"?'
    )


async def test_a_connector_with_half_of_its_settings_names_the_missing_one(
    settings_of: Callable[..., Settings], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TWILIO_ACCOUNT_SID", "AC" + "0" * 32)
    monkeypatch.setenv("TWILIO_FROM", "+447700900100")
    told = await refusal(settings_of(connectors="twilio_messaging"))
    assert told.startswith("the connector twilio_messaging cannot be built: TWILIO_AUTH_TOKEN is not set.")


async def test_production_refuses_the_sandbox_and_names_who_would_run_in_it(
    settings_of: Callable[..., Settings], tmp_path: Path
) -> None:
    told = await refusal(settings_of(environment="production", connectors="webchat,slack,hubspot"))
    assert "would run in their sandbox: slack, hubspot." in told
    assert "OVERTURE_ALLOW_SANDBOX=true" in told
    assert not (tmp_path / "data" / "overture.db").exists(), "nothing is touched before"


async def test_a_channel_that_journeys_name_may_lack_its_setting_and_is_warned_of(
    settings_of: Callable[..., Settings], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lend_model(tmp_path / "data")
    journeys = tmp_path / "journeys"
    shutil.copytree("journeys", journeys)
    sample = (journeys / "demo-follow-up.yml").read_text(encoding="utf-8")
    (journeys / "demo-follow-up.yml").write_text(sample.replace("channels: [sms]", "channels: [whatsapp, sms]"))
    given = {"TWILIO_ACCOUNT_SID": "AC" + "0" * 32, "TWILIO_AUTH_TOKEN": "t", "TWILIO_FROM": "+447700900100"}
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    with capture_logs() as logs:
        async with open_service(settings_of(journeys=journeys)) as service:
            assert "whatsapp" not in service.runtime.channels
            assert "demo-follow-up" in service.library.current().journeys
    (told,) = [line for line in logs if line["event"].startswith("journeys name a channel that is not set up")]
    assert (told["channel"], told["missing"]) == ("whatsapp", "TWILIO_WHATSAPP_FROM")
    assert told["journeys"] == ["demo-follow-up"]


@pytest.mark.parametrize(
    ("more", "part"),
    [
        ({}, "OVERTURE_MODEL_NAME is not"),
        ({"model_name": "m", "engine": "rasa", "rasa_url": "http://localhost:5005"}, "OVERTURE_ENGINE is rasa"),
    ],
)
async def test_half_a_language_model_is_told(
    settings_of: Callable[..., Settings], tmp_path: Path, more: dict[str, str], part: str
) -> None:
    assert part in await refusal(settings_of(model_url="http://localhost:11434/v1", **more))
    assert not (tmp_path / "data" / "overture.db").exists(), "nothing is touched before"


async def test_a_language_model_is_used_only_where_one_is_set(
    settings_of: Callable[..., Settings], tmp_path: Path
) -> None:
    lend_model(tmp_path / "data")
    async with open_service(settings_of()) as service:
        assert service.runtime.model is None
    model = {"model_url": "http://localhost:11434/v1", "model_name": "m", "model_calls": 7}
    async with open_service(settings_of(**model)) as service:
        assert service.runtime.model is not None
        assert service.runtime.model_terms.calls == 7


async def test_production_runs_in_the_sandbox_when_it_is_told_to(
    settings_of: Callable[..., Settings], tmp_path: Path
) -> None:
    lend_model(tmp_path / "data")
    settings = settings_of(environment="production", allow_sandbox=True, desk="slack:#sales", port=8123)
    async with open_service(settings) as service:
        assert service.sandboxed == ("twilio_messaging", "twilio_voice", "slack", "hubspot")
        assert list(service.runtime.channels) == ["webchat", "sms", "whatsapp", "voice", "slack", "rest"]
        assert list(service.runtime.crms) == ["hubspot"]
        assert service.runtime.desk is not None
        assert (service.runtime.desk.channel, service.runtime.desk.address) == ("slack", "#sales")
        url = service.runtime.links.transcript(service.runtime.desk.address)  # type: ignore[arg-type]
        assert url.startswith("http://127.0.0.1:8123/transcripts/#sales?sig=")


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("import nothing_of_that_name\n", "ModuleNotFoundError: No module named 'nothing_of_that_name' (connectors/"),
        ("def build(settings):\n    return settings.values[1]\n", "KeyError: 1 (connectors/mine/__init__.py:2)"),
        ("SETTINGS = ()\n", "has no build(settings). connectors/README.md says what it must have."),
        ("def build(settings):\n    return 5\n", "neither a channel nor a CRM: its build() returned int."),
        (
            "def build(settings):\n    settings.require('MY_TOKEN')\n",
            "the connector mine cannot be built: MY_TOKEN is not set.",
        ),
    ],
)
async def test_a_broken_connector_is_told_with_the_place_in_it(
    settings_of: Callable[..., Settings], write_connector: ConnectorWriter, source: str, words: str
) -> None:
    write_connector("mine", source)
    told = await refusal(settings_of(connectors="mine"))
    assert words in told
    assert "mine" in told


@pytest.mark.parametrize("desk", ["sms:#sales", "fax:#sales", "slack:#sales,support=sms:#support"])
async def test_a_desk_that_nobody_sits_at_is_told(settings_of: Callable[..., Settings], desk: str) -> None:
    told = await refusal(settings_of(desk=desk, connectors="twilio_messaging,slack"))
    assert told.startswith(f'OVERTURE_DESK is "{desk}": it wants a channel and an address, such as slack:#sales.')
    assert "Channels with reps: slack." in told


async def test_the_desk_that_nobody_named_is_left_out_where_its_connector_is_not_loaded(tmp_path: Path) -> None:
    lend_model(tmp_path)
    with capture_logs() as logs:
        async with open_service(Settings(data=tmp_path, connectors="webchat")) as service:
            assert service.runtime.desk is None
    assert [line["add"] for line in logs if line["event"].startswith("there is no sales desk")] == [
        "slack to OVERTURE_CONNECTORS; or desk, with OVERTURE_DESK=desk:sales"
    ]


def test_an_address_of_this_machine_alone_is_opened_by_stand_ins_only(settings_of: Callable[..., Settings]) -> None:
    here, there = settings_of(), settings_of(public_url="https://chat.example.com")
    found = [reaching(one, {"sms"})(channel) for one in (here, there) for channel in ("sms", "email")]
    assert found == [True, False, True, True]


def test_the_channels_are_known_without_building_anything(settings_of: Callable[..., Settings]) -> None:
    assert channel_names(settings_of(connectors=" webchat, twilio_messaging ,slack,hubspot")) == (
        "webchat",
        "sms",
        "whatsapp",
        "slack",
    )


def test_the_installations_secret_is_made_once_and_readable_by_us_alone(tmp_path: Path) -> None:
    secret = installation_secret(tmp_path / "new")
    assert len(secret) > 30
    assert installation_secret(tmp_path / "new") == secret
    assert (tmp_path / "new" / "secret").stat().st_mode & 0o077 == 0
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["secret"]


@pytest.mark.parametrize(
    ("content", "words"), [(b"", "is empty. Put back what was in it"), (b"\xff\xfe", "OVERTURE_DATA names it")]
)
def test_a_secret_that_cannot_be_read_is_told(tmp_path: Path, content: bytes, words: str) -> None:
    (tmp_path / "secret").write_bytes(content)
    for look in (installation_secret, check_data_folder):
        with pytest.raises(SettingsError, match=words):
            look(tmp_path)


async def test_a_new_secret_for_people_who_have_links_of_the_one_before_is_told(
    settings_of: Callable[..., Settings], sqlite_url: str, tmp_path: Path
) -> None:
    """As where the database was put back on another machine, and the folder was not."""
    settings = settings_of(database=sqlite_url)
    lend_model(tmp_path / "data")

    async def told() -> list[str]:
        with capture_logs() as logs:
            async with open_service(settings) as service, service.runtime.store.transaction() as uow:
                if not (await uow.profiles.page(after="", limit=1)).people:
                    await uow.profiles.add(profile())
        return [one["file"] for one in logs if one["event"].startswith("a new secret was made")]

    assert await told() == [], "nobody has a link yet"
    assert await told() == []
    (tmp_path / "data" / "secret").unlink()
    assert await told() == [str(tmp_path / "data" / "secret")]
    assert await told() == []


@pytest.mark.parametrize("below", ["", "further/down"])
def test_a_data_folder_that_is_a_file_is_told(tmp_path: Path, below: str) -> None:
    (tmp_path / "data").write_text("")
    for look in (installation_secret, check_data_folder):
        with pytest.raises(SettingsError, match="cannot be used to keep our data"):
            look(tmp_path / "data" / below)


async def test_a_data_folder_that_we_cannot_look_into_is_told_at_the_start(
    settings_of: Callable[..., Settings], tmp_path: Path
) -> None:
    """As where its mode is 000, which does not hinder an administrator, and so no test that one runs."""
    folder = tmp_path / ("x" * 300)
    for look in (has_secret, installation_secret, check_data_folder, check_folder_of_files):
        with pytest.raises(SettingsError, match="cannot be used to keep our data"):
            look(folder)
    assert "OVERTURE_DATA names it" in await refusal(settings_of(data=folder))


def test_to_look_whether_a_data_folder_can_be_used_makes_nothing(tmp_path: Path) -> None:
    check_data_folder(tmp_path / "to" / "be" / "made")
    assert not [*tmp_path.iterdir()]


async def test_a_connector_of_somebodys_own_is_a_copy_of_the_console(
    settings_of: Callable[..., Settings], write_connector: ConnectorWriter, tmp_path: Path
) -> None:
    console = Path(connectors.__path__[0]) / "console"
    write_connector("mine", "")
    for file in console.glob("*.py"):
        shutil.copy(file, tmp_path / "connectors" / "mine" / file.name)
    lend_model(tmp_path / "data")
    # The sample content also names the channels of the sample settings, which stay beside ours.
    async with open_service(settings_of(connectors="webchat,twilio_messaging,slack,mine", desk="slack:#sales")) as made:
        assert "console" in made.runtime.channels
