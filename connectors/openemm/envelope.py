"""SOAP 1.1 as OpenEMM speaks it: envelopes with a WS-Security UsernameToken, and what an answer holds."""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from xml.etree import ElementTree as Xml

from bot.domain.crm import FieldValue, as_text

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
WSU = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"
DIGEST = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0#PasswordDigest"
BASE64 = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0#Base64Binary"
AGN = "http://agnitas.org/ws/schemas"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
XS = "http://www.w3.org/2001/XMLSchema"

NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

Part = FieldValue | Mapping[str, FieldValue]

for _prefix, _uri in (("soap", SOAP), ("wsse", WSSE), ("wsu", WSU), ("agn", AGN), ("xsi", XSI)):
    Xml.register_namespace(_prefix, _uri)


def envelope(operation: str, parts: Mapping[str, Part], *, user: str, password: str, now: datetime) -> bytes:
    """`operation` with its `parts`, in the order that they have; a mapping is written as OpenEMM's Map."""
    root = Xml.Element(f"{{{SOAP}}}Envelope")
    _sign(Xml.SubElement(root, f"{{{SOAP}}}Header"), user, password, now)
    body = Xml.SubElement(Xml.SubElement(root, f"{{{SOAP}}}Body"), f"{{{AGN}}}{operation}Request")
    for name, value in parts.items():
        part = Xml.SubElement(body, f"{{{AGN}}}{name}")
        if isinstance(value, Mapping):
            _write_map(part, value)
        else:
            part.text = xml_text(as_text(value))
    written: bytes = Xml.tostring(root, encoding="utf-8", xml_declaration=True)
    return written


def read_body(body: bytes) -> Xml.Element | None:
    """The element in the SOAP body; None where there is none.

    A document type is refused: it could define entities. What is not plain UTF-8 is, too, for it could hide one.
    """
    try:
        text = body.decode("utf-8-sig")
        if "<!DOCTYPE" in text or "\0" in text:
            return None
        found = Xml.fromstring(text).find(f"{{{SOAP}}}Body")  # noqa: S314  no entities without a document type
    except (Xml.ParseError, ValueError, LookupError):
        return None
    return found[0] if found is not None and len(found) else None


def part_of(answer: Xml.Element, name: str) -> str | None:
    found = answer.find(f"{{{AGN}}}{name}")
    return None if found is None else (found.text or "").strip()


def map_of(answer: Xml.Element, name: str) -> dict[str, str]:
    """OpenEMM's Map of this name."""
    items = answer.findall(f"{{{AGN}}}{name}/{{{AGN}}}item")
    pairs = [(one.find(f"{{{AGN}}}key"), one.find(f"{{{AGN}}}value")) for one in items]
    return {key.text or "": value.text or "" for key, value in pairs if key is not None and value is not None}


def digest(nonce: bytes, created: str, password: str) -> str:
    """The password as WS-Security sends it: no eavesdropper learns it, and a recorded one soon holds no more."""
    return base64.b64encode(hashlib.sha1(nonce + created.encode() + password.encode()).digest()).decode()  # noqa: S324


def xml_text(text: str) -> str:
    """`text` without what XML cannot hold."""
    return NOT_XML.sub("", text)


def _sign(header: Xml.Element, user: str, password: str, now: datetime) -> None:
    nonce, created = secrets.token_bytes(16), _moment(now)
    security = Xml.SubElement(header, f"{{{WSSE}}}Security", {f"{{{SOAP}}}mustUnderstand": "1"})
    stamp = Xml.SubElement(security, f"{{{WSU}}}Timestamp")
    Xml.SubElement(stamp, f"{{{WSU}}}Created").text = created
    Xml.SubElement(stamp, f"{{{WSU}}}Expires").text = _moment(now + timedelta(minutes=5))
    token = Xml.SubElement(security, f"{{{WSSE}}}UsernameToken")
    Xml.SubElement(token, f"{{{WSSE}}}Username").text = user
    Xml.SubElement(token, f"{{{WSSE}}}Password", {"Type": DIGEST}).text = digest(nonce, created, password)
    Xml.SubElement(token, f"{{{WSSE}}}Nonce", {"EncodingType": BASE64}).text = base64.b64encode(nonce).decode()
    Xml.SubElement(token, f"{{{WSU}}}Created").text = created


def _write_map(part: Xml.Element, values: Mapping[str, FieldValue]) -> None:
    for name, value in values.items():
        item = Xml.SubElement(part, f"{{{AGN}}}item")
        for tag, text in (("key", name), ("value", as_text(value))):
            one = Xml.SubElement(item, f"{{{AGN}}}{tag}", {"xmlns:xs": XS, f"{{{XSI}}}type": "xs:string"})
            one.text = xml_text(text)


def _moment(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
