"""The signed links by which a person ends marketing, and the page behind them."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping
from html import escape
from urllib.parse import parse_qs, urlencode, urlsplit

from bot.domain.consent import Consequence
from bot.domain.errors import WebhookRejected
from bot.domain.message import SpareAddress
from bot.ports import Reply, Webhook, WebhookRequest

CHANNEL = "email"
ONE_CLICK = b"List-Unsubscribe=One-Click"
BY_ONE_CLICK = "unsubscribed by one click in the mail program (RFC 8058)"
ON_THE_PAGE = "unsubscribed on the page behind an e-mail's link"
STYLE = (
    "body{font:1rem/1.5 system-ui,sans-serif;max-width:32rem;margin:4rem auto;padding:0 1rem;color:#1c1c28}"
    "button{font:inherit;padding:.6rem 1.4rem;border:0;border-radius:.4rem;background:#4348c4;color:#fff}"
)
HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": (
        "default-src 'none'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; "
        f"style-src 'sha256-{base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()}'"
    ),
    "Cache-Control": "no-store",
}


class UnsubscribeLinks:
    """Makes and reads them; they never expire. `secret` is the installation's; the key is derived."""

    def __init__(self, secret: str, service_url: str) -> None:
        self._key = hmac.new(secret.encode(), b"email unsubscribe link", hashlib.sha256).digest()
        self._page = f"{service_url.rstrip('/')}/channels/{CHANNEL}/unsubscribe"

    def link_for(self, address: str) -> str:
        query = {"a": base64.urlsafe_b64encode(address.encode()).decode().rstrip("="), "s": self._sign(address)}
        return f"{self._page}?{urlencode(query)}"

    def address_of(self, url: str) -> str:
        """Whose link this is; raises WebhookRejected where it is none of ours."""
        fields = parse_qs(urlsplit(url).query, max_num_fields=20)
        written, signature = fields.get("a", [""])[0], fields.get("s", [""])[0]
        if not written or not signature:
            raise WebhookRejected(401, "This link is incomplete. Copy all of it from the e-mail.")
        try:
            address = base64.urlsafe_b64decode(written + "=" * (-len(written) % 4)).decode()
        except (binascii.Error, UnicodeError, ValueError) as error:
            raise WebhookRejected(403, "This link is none of ours.") from error
        if not hmac.compare_digest(self._sign(address).encode(), signature.encode()):
            raise WebhookRejected(403, "This link is none of ours.")
        return address

    def take(self, request: WebhookRequest) -> Webhook:
        """A GET asks, for mail filters open every link; a POST ends it, without any login."""
        if request.method not in ("GET", "HEAD", "POST"):
            raise WebhookRejected(405, "The link is opened or posted to.", headers={"Allow": "GET, HEAD, POST"})
        address = self.address_of(request.url)
        if request.method != "POST":
            return Webhook(reply=_page("Unsubscribe?", _asking(address)))
        how = BY_ONE_CLICK if ONE_CLICK in request.body else ON_THE_PAGE
        word = SpareAddress(CHANNEL, f"unsubscribe:{self._sign(address)}", address, Consequence.OPTED_OUT, how)
        done = f"<p>No more marketing goes to {escape(address)}. Answers to what you write still do.</p>"
        return Webhook(inbound=(word,), reply=_page("You are unsubscribed", done))

    def _sign(self, address: str) -> str:
        digest = hmac.new(self._key, address.encode("utf-8", "surrogatepass"), hashlib.sha256).digest()
        return base64.urlsafe_b64encode(digest[:18]).decode()


def _asking(address: str) -> str:
    return (
        f"<p>No more marketing will go to {escape(address)}.</p>\n"
        '<form method="post"><button name="confirm" value="yes">Unsubscribe</button></form>'
    )


def _page(title: str, body: str) -> Reply:
    text = (
        f'<!doctype html>\n<html lang="en">\n<head><meta charset="utf-8"><title>{title}</title>\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<meta name="robots" content="noindex">\n<style>{STYLE}</style></head>\n'
        f"<body>\n<h1>{title}</h1>\n{body}\n</body>\n</html>\n"
    )
    return Reply(200, text.encode(), "text/html; charset=utf-8", HEADERS)
