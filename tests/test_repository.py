"""What no file of the repository may hold, as a credential, or a comparison that tells one by how long it takes."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

CREDENTIALS = {
    "a private key": rb"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----\s*\n[A-Za-z0-9+/=\s]{64}",
    "an AWS key": rb"(?:AKIA|ASIA)[0-9A-Z]{16}\b",
    "a GitHub token": rb"(?:gh[pousr]_[A-Za-z0-9]{36}|github_pat_\w{60,})",
    "a GitLab token": rb"glpat-[\w-]{20}",
    "a Slack token": rb"xox[abeoprs]-[0-9]{8,}-[\w-]{20,}|xapp-[0-9]-[A-Z0-9]{8,}-[0-9]{8,}-[0-9a-f]{32,}",
    "a Slack webhook": rb"hooks\.slack\.com/services/T\w{8,}/B\w{8,}/\w{20,}",
    "a Twilio key": rb"SK[0-9a-f]{32}\b",
    "a Google key": rb"AIza[\w-]{35}\b",
    "a SendGrid key": rb"SG\.[\w-]{22}\.[\w-]{43}\b",
    "a HubSpot token": rb"pat-(?:na|eu)\d-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b",
    "a Stripe key": rb"[rs]k_live_[A-Za-z0-9]{20,}",
    "a key of a language model": rb"sk-(?:ant-|proj-)?[A-Za-z0-9_-]{40,}",
    "a PyPI token": rb"pypi-AgEIcHlwaS[\w-]{50,}",
    "a signed token": rb"eyJ[\w-]{15,}\.eyJ[\w-]{15,}\.[\w-]{20,}",
    "a database with its password": rb"(?:postgresql(?:\+\w+)?|redis|mysql|amqp)://\w+:(?!word@|secret@|\$\{)[^@\s\"'{}$<]{12,}@",
}
FOUND = {name: re.compile(pattern) for name, pattern in CREDENTIALS.items()}

SECRET_NAME = re.compile(r"signature|secret|password|hmac|credential|(?:^|_)(?:token|mac|key_hash)$", re.IGNORECASE)
SPELLED = re.compile(r"signature|secret|password|hmac|credential|token|mac|key_hash", re.IGNORECASE)
"""Files without such a line need not be parsed."""
IN_PUBLIC = {
    ("connectors/vendor_api.py", "token == self._token"),  # which of our own tokens the vendor has refused
    # What one person types twice.
    ("bot/entrypoints/command_line/commands/users/working.py", "getpass.getpass('The same again: ') != password"),
}


def repository_files(*endings: str) -> Iterator[Path]:
    """Those that are in the repository; in an unpacked archive, all that are not made here."""
    try:
        asked = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
        told = subprocess.run(asked, cwd=ROOT, capture_output=True, check=True).stdout
        names = [name.decode() for name in told.split(b"\0") if name]
    except (OSError, subprocess.CalledProcessError):
        found = (path.relative_to(ROOT) for path in ROOT.rglob("*") if path.is_file())
        names = [str(path) for path in found if not path.parts[0].startswith(".")]
    for name in names:
        path = ROOT / name
        if path.is_file() and (not endings or path.suffix in endings):
            yield path


def test_each_file_of_tests_has_one() -> None:
    files = [path for path in repository_files(".py") if path.name.startswith("test_")]
    assert [path.relative_to(ROOT) for path in files if "def test_" not in path.read_text(encoding="utf-8")] == []


def test_no_file_holds_a_credential() -> None:
    found = []
    for path in repository_files():
        content = path.read_bytes()
        for name, pattern in FOUND.items():
            for match in pattern.finditer(content):
                line = content.count(b"\n", 0, match.start()) + 1
                found.append(f"{path.relative_to(ROOT)}:{line} holds {name}")
    assert found == [], "take it out, and have whoever issued it end it: it stays in the history"


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("a private key", "-----BEGIN RSA PRIVATE " + "KEY-----\n" + "MIIEowIBAAKCAQEA" * 5),
        ("an AWS key", "AKIA" + "IOSFODNN7EXAMPLE"),
        ("a GitHub token", "ghp_" + "a1B2" * 9),
        ("a Slack token", "xoxb-" + "123456789012-" + "aBcDeFgHiJkLmNoPqRsTuVwX"),
        ("a Twilio key", "SK" + "0123456789abcdef" * 2),
        ("a HubSpot token", "pat-eu1-" + "01234567-89ab-cdef-0123-456789abcdef"),
        ("a signed token", "eyJ" + "hbGciOiJIUzI1NiJ9" + ".eyJ" + "zdWIiOiIxMjM0NTY3ODkwIn0" + "." + "x" * 43),
        ("a database with its password", "postgresql+asyncpg://app:" + "hunter2hunter2@db/app"),
    ],
)
def test_a_credential_would_be_found(kind: str, text: str) -> None:
    assert FOUND[kind].search(f"KEY={text}\n".encode())


def test_no_secret_is_compared_by_how_far_it_is_right() -> None:
    """`==` stops at the first letter that differs, which can be timed. `hmac.compare_digest` does not."""
    found = []
    for path in repository_files(".py"):
        name = str(path.relative_to(ROOT))
        if not name.startswith(("bot/", "connectors/", "actions/")) or "sandbox" in name:
            continue
        found += [f"{name}: {one}" for one in _comparisons_in(path) if (name, one) not in IN_PUBLIC]
    assert found == []


def _comparisons_in(path: Path) -> Iterator[str]:
    text = path.read_text(encoding="utf-8")
    if not any(("==" in line or "!=" in line) and SPELLED.search(line) for line in text.splitlines()):
        return
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Compare) and any(isinstance(one, ast.Eq | ast.NotEq) for one in node.ops):
            sides = [node.left, *node.comparators]
            named = any(SECRET_NAME.search(_name_of(side)) for side in sides)
            if named and not any(isinstance(side, ast.Constant) for side in sides):
                yield ast.unparse(node)


def _name_of(node: ast.expr) -> str:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case ast.Call(func=called):
            return _name_of(called)
        case ast.Subscript(slice=ast.Constant(value=str(name))):
            return name
    return ""


def test_such_a_comparison_would_be_found(tmp_path: Path) -> None:
    file = tmp_path / "door.py"
    file.write_text("def f(a, b):\n    return a.signature == b or sign(a) != b['token'] or a.token == ''\n")
    assert list(_comparisons_in(file)) == ["a.signature == b", "sign(a) != b['token']"]
