"""The JSON Schema of a journey's file: it takes what the reader takes, and knows every key that the reader knows."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator

from bot.documents import parse, plain
from bot.domain.audience import Attribute, AttributeType, ProfileSchema
from bot.journeys import content, entries, steps
from bot.journeys.json_schema import journey_schema
from bot.journeys.known import Known
from bot.journeys.step_kinds import SCORES_LATER

ROOT = Path(__file__).parents[3]
READERS = ("content", "entries", "steps", "step_kinds", "windows")
TABLES = {"HEAD": content.HEAD, "WAYS": entries.WAYS, "SCORES_LATER": ()}
REFUSED = {"flow", *SCORES_LATER} - {"cap"}
"""Keys that the reader knows in order to say that they are not there; `cap` is there in a `send`."""


def faults(schema: dict[str, Any], value: Any) -> list[str]:
    return [f"{error.json_path}: {error.message}" for error in Draft7Validator(schema).iter_errors(value)]


def written(text: str) -> Any:
    return plain(parse("journeys/x.yml", text).data)


def whole(steps_text: str) -> Any:
    return written(f"journey: x\npurpose: service\nenter: {{event: a.b}}\nsteps:\n{steps_text}")


def properties(schema: Any) -> Iterator[str]:
    if isinstance(schema, dict):
        if isinstance(schema.get("properties"), dict):
            yield from schema["properties"]
        for inner in schema.values():
            yield from properties(inner)
    elif isinstance(schema, list):
        for inner in schema:
            yield from properties(inner)


def keys_of_the_reader() -> set[str]:
    """Every key in a call of `only(...)` in the modules that read journeys."""
    found: set[str] = set(steps.KINDS).union(*steps.BESIDE.values())
    for name in READERS:
        tree = ast.parse((ROOT / "bot" / "journeys" / f"{name}.py").read_text())
        for call in ast.walk(tree):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "only":
                for argument in call.args:
                    match argument:
                        case ast.Constant(value=str(key)):
                            found.add(key)
                        case ast.Starred(value=ast.Name(id=table)):
                            found.update(TABLES.get(table, ()))
    return found


def examples() -> list[str]:
    """The blocks of journeys/README.md that are (parts of) journeys; people, scores, CRMs, rules and tests are not."""
    blocks = re.findall(r"```yaml\n(.*?)```", (ROOT / "journeys" / "README.md").read_text(), re.DOTALL)
    assert len(blocks) >= 5
    others = ("people:", "crm:", "scores:", "caps:")
    return [block for block in blocks if "\ntests:" not in block and not block.startswith(others)]


def test_the_schema_is_one() -> None:
    Draft7Validator.check_schema(journey_schema())


def test_it_has_each_key_that_the_reader_knows_and_no_other() -> None:
    assert set(properties(journey_schema())) == keys_of_the_reader() - REFUSED


@pytest.mark.parametrize("path", sorted((ROOT / "journeys").glob("*.yml")), ids=lambda path: path.name)
def test_every_journey_here_fits_it(path: Path) -> None:
    if path.stem != "profile":
        assert faults(journey_schema(), written(path.read_text())) == []


@pytest.mark.parametrize("block", examples(), ids=lambda block: block[:20])
def test_every_example_of_the_readme_fits_it(block: str) -> None:
    schema = journey_schema()
    value = written(block)
    if isinstance(value, list):  # steps
        assert faults({**schema, "required": []}, {"steps": value}) == []
    elif not value.keys() & {"attributes", "desk"} and value.keys() != {"segment", "label", "if"}:
        assert faults({**schema, "required": []}, value) == []


def test_the_examples_in_the_table_of_steps_fit_it() -> None:
    rows = re.findall(r"^\| (`[a-z_]+`.*?)\|(.*)$", (ROOT / "journeys" / "README.md").read_text(), re.MULTILINE)
    shown = [
        code
        for kinds, about in rows
        for code in re.findall(r"`((?:[a-z_]+): .+?)`", about)
        if code.partition(":")[0] in steps.KINDS and code.partition(":")[0] in kinds
    ]
    assert len(shown) >= 10
    for code in shown:
        assert faults(journey_schema(), whole(f"  - {code}")) == [], code


@pytest.mark.parametrize(
    "step",
    [
        "sned: {response: utter_tip, channels: [sms]}",
        "send: {response: utter_tip}",
        "wait: two days",
        "ask: {form: f, channels: [sms]}",
        "split: [{name: a, weight: 50}, {name: b, weight: 50}]",
        "score: {engagement: lots, reason: x}",
        "branch: [{else: {go: end}, if: a}]",
    ],
)
def test_plain_mistakes_do_not_fit(step: str) -> None:
    assert faults(journey_schema(), whole(f"  - {step}"))


def test_declared_attributes_are_offered_to_be_set_and_others_are_taken() -> None:
    known = Known(profile=ProfileSchema({"stage": Attribute("stage", AttributeType.TEXT)}))
    assert journey_schema(known)["definitions"]["step_set"]["properties"]["set"]["propertyNames"]["anyOf"][0] == {
        "enum": ["stage"]
    }
    assert faults(journey_schema(known), whole("  - set: {other: 1}")) == []
    assert faults(journey_schema(), whole("  - set: {}"))


def test_known_names_are_offered_and_others_are_taken() -> None:
    known = Known(responses=frozenset({"utter_tip"}), channels=frozenset({"sms"}))
    send = journey_schema(known)["definitions"]["step_send"]["properties"]["send"]
    assert send["properties"]["response"]["anyOf"][0] == {"enum": ["utter_tip"]}
    assert faults(journey_schema(known), whole("  - send: {response: utter_new, channels: [sms]}")) == []
