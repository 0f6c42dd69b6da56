"""The HTML of logging in: plain, without script, in the colours of the reader's system."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from urllib.parse import quote

from bot.domain.access import RIGHTS, Account

REFUSED = (
    "That did not work. Either the address and the password do not belong together, or there were too many tries: "
    "then wait for a quarter of an hour."
)


def login(*, form: str, next_: str, email: str = "", problem: str = "", provider: bool, passwords: bool = True) -> str:
    parts = ["<h1>Log in</h1>"]
    if problem:
        parts.append(f'<p class="problem" id="problem" role="alert">{escape(problem)}</p>')
    if provider:
        where = f"/login/provider?next={quote(next_, safe='')}"
        parts.append(f'<p><a class="button" href="{escape(where)}">Log in with your organisation</a></p>')
    if provider and passwords:
        parts.append('<p class="or"><span>or by password</span></p>')
    if passwords:
        told = ' aria-describedby="problem"' if problem else ""
        focus = ("", " autofocus") if email else (" autofocus", "")
        parts.append(
            '<form method="post" action="/login">'
            f'<input type="hidden" name="form" value="{escape(form)}">'
            f'<input type="hidden" name="next" value="{escape(next_)}">'
            '<label for="email">E-mail address</label>'
            f'<input id="email" name="email" type="email" autocomplete="username" required maxlength="320"{focus[0]}'
            f' value="{escape(email)}"{told}>'
            '<label for="password">Password</label>'
            '<input id="password" name="password" type="password" autocomplete="current-password" required'
            f' maxlength="1024"{focus[1]}{told}>'
            "<button>Log in</button></form>"
        )
    parts.append('<p class="note">No account, or the password forgotten? An admin of this service sets both.</p>')
    return _page("Log in", "\n".join(parts))


def account(of: Account, *, pages: Sequence[tuple[str, str]], form: str) -> str:
    """`pages`: those that they may open, each by its address and name."""
    links = " ".join(f'<a href="{path}">{name}</a>' for path, name in pages)
    rights = "".join(f"<li>{escape(right.value)}</li>" for right in sorted(RIGHTS[of.role]))
    return _page(
        "Your account",
        f"""<h1>Your account</h1>
<p>You are logged in as <b>{escape(of.email)}</b>, in the role <b>{escape(of.role)}</b>.</p>
<nav aria-label="Pages">{links}</nav>
<details><summary>What you may do</summary><ul>{rights}</ul></details>
<form method="post" action="/logout">
<input type="hidden" name="form" value="{escape(form)}">
<button>Log out</button>
<button class="quiet" name="everywhere" value="yes">Log out everywhere</button>
</form>""",
    )


def refusal(title: str, advice: str, *, on: tuple[str, str] | None = ("/login", "To the login")) -> str:
    """`on`: where a link leads on to, and what it says."""
    link = f'<p><a class="button" href="{escape(on[0])}">{escape(on[1])}</a></p>' if on else ""
    return _page(title, f"<h1>{escape(title)}</h1>\n<p>{escape(advice)}</p>\n{link}")


def _page(title: str, body: str) -> str:
    return PAGE.replace("{title}", escape(title)).replace("{body}", body)


PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>{title} · Overture</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/playground/login.css">
</head>
<body>
<header><svg viewBox="0 0 24 24" width="32" height="32" aria-hidden="true"><rect width="24" height="24" rx="7"/>\
<circle cx="12" cy="12" r="5.5"/></svg><span>Overture</span></header>
<main>
{body}
</main>
</body>
</html>
"""
