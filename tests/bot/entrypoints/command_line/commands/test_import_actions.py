"""What an import says of a project's custom actions, and what validation then says of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.entrypoints.command_line.cli import run
from tests.bot.entrypoints.command_line.commands.test_import import DOMAIN, project


def test_what_the_actions_import_and_is_not_here_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = {
        "actions/look_up.py": "import json\nimport nowhere.at_all\nfrom beside import x\nfrom .beside import y\n"
        "from shop import z\nimport rasa_sdk\ntry:\n  import faster\nexcept ImportError: pass\n",
        "actions/beside.py": "",
        "shop.py": "",
    }
    assert run(["import", str(project(tmp_path / "theirs", **code)), "--into", str(tmp_path / "ours")]) == 0
    told = capsys.readouterr().out
    assert "  actions/look_up.py: imports nowhere, and there is no such module here: until it is installed" in told
    assert "  actions/look_up.py: imports beside from beside it: put a dot before the name (from .beside" in told
    assert "faster" not in told


def test_the_sdk_of_rasas_first_years_is_told_by_the_name_that_it_has_now(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    theirs = project(tmp_path / "theirs", **{"actions.py": "from rasa_core_sdk import Action\nimport nowhere\n"})
    assert run(["import", str(theirs), "--into", str(tmp_path / "ours")]) == 0
    told = capsys.readouterr().out
    assert "  actions.py: imports rasa_core_sdk, which is called rasa_sdk now: import that." in told
    assert "  actions.py: imports nowhere, and there is no such module here" in told


def test_a_validation_that_the_domain_does_not_list_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = {
        "domain.yml": DOMAIN + "slots: {size: {type: text, mappings: [{type: from_text}]}}\n"
        "forms: {order_form: {required_slots: [size]}}\n",
        "actions/order.py": "class Order:\n    def name(self): return 'validate_order_form'\n",
    }
    theirs = project(tmp_path / "theirs", **code)
    assert run(["import", str(theirs), "--into", str(tmp_path / "ours")]) == 0
    assert "actions/order.py has validate_order_form, which the domain does not list" in capsys.readouterr().out
    listed = code["domain.yml"].replace("[action_look_up]", "[action_look_up, validate_order_form]")
    (theirs / "domain.yml").write_text(listed)
    assert run(["import", str(theirs), "--into", str(tmp_path / "more")]) == 0
    assert "validate_order_form" not in capsys.readouterr().out


def test_actions_whose_code_lies_there_and_is_not_run_are_told_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ours = tmp_path / "ours"
    code = {"actions/look_up.py": "class LookUp:\n    def name(self): return 'action_look_up'\n"}
    assert run(["import", str(project(tmp_path / "theirs", **code)), "--into", str(ours)]) == 0
    monkeypatch.setenv("OVERTURE_ASSISTANT", str(ours))
    assert run(["validate"]) == 0
    told = capsys.readouterr().err
    assert f"{ours / 'actions'} has the code of action_look_up, and nothing runs it" in told
    assert 'no code has the action "action_look_up"' not in told


@pytest.mark.parametrize("head", ["ActionLookUp(Named)", "Ours(ActionLookUp)", "Ours(\n    kind.ActionLookUp\n)"])
def test_an_action_whose_base_class_names_it_by_a_class_has_code(
    head: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ours = tmp_path / "ours"
    code = {"actions/look_up.py": f"from .base import *\n\nclass {head}:\n    pass\n"}
    assert run(["import", str(project(tmp_path / "theirs", **code)), "--into", str(ours)]) == 0
    monkeypatch.setenv("OVERTURE_ASSISTANT", str(ours))
    assert run(["validate"]) == 0
    assert "has the code of action_look_up, and nothing runs it" in capsys.readouterr().err


def test_a_folder_without_an_init_that_the_actions_import_is_taken_along(tmp_path: Path) -> None:
    code = {
        "actions/look_up.py": "from database.people import find\n",
        "database/people.py": "from database import tables\n",
        "database/tables.py": "",
    }
    assert run(["import", str(project(tmp_path / "theirs", **code)), "--into", str(tmp_path / "ours")]) == 0
    assert sorted(path.name for path in (tmp_path / "ours" / "database").iterdir()) == ["people.py", "tables.py"]
