"""A Dovecot of a test's own, with one mailbox."""

from __future__ import annotations

import grp
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from imapclient import IMAPClient

from tests.ports import free_port
from tests.servers import unavailable, unprivileged, wait_for_port

PASSWORD = "a-password-in-a-test"
CERTIFICATE = "ssl = yes\nssl_cert = <{folder}/cert.pem\nssl_key = <{folder}/key.pem\n"
TAKES_TOKENS = (
    "auth_mechanisms = plain xoauth2\npassdb {{\n driver = oauth2\n mechanisms = xoauth2\n args = {folder}/oauth\n}}\n"
)
OAUTH = (
    "introspection_mode = get\nintrospection_url = {url}\nusername_attribute = username\nactive_attribute = active\n"
    "active_value = true\n"
)


@dataclass
class ImapServer:
    """Stopped and started as the test likes; its mail stays."""

    folder: Path
    port: int
    tls_port: int
    command: list[str]
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.process = subprocess.Popen(self.command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_for_port(self.port)

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait()

    @contextmanager
    def reader(self) -> Iterator[Any]:
        """Somebody's mail program, with the inbox open."""
        with IMAPClient("127.0.0.1", self.port, ssl=False, timeout=10) as client:
            client.login("sales", PASSWORD)
            client.select_folder("INBOX")
            yield client

    def put(self, mail: bytes, *, at: datetime | None = None, folder: str = "INBOX") -> None:
        with self.reader() as client:
            client.append(folder, mail, msg_time=at)

    def flags(self) -> Mapping[int, set[bytes]]:
        """By the number of the message, without what only Dovecot tells."""
        with self.reader() as client:
            found = client.get_flags(client.search())
        return {uid: {flag for flag in flags if flag != b"\\Recent"} for uid, flags in found.items()}


@contextmanager
def imap_server(certificate: Mapping[str, bytes] | None = None, tokens_at: str = "") -> Iterator[ImapServer]:
    """Skips the test where no Dovecot is installed.

    With a `certificate` (`cert.pem`, `key.pem`) it speaks TLS; it takes tokens that hold by what is told `tokens_at` a
    URL that ends with the token.
    """
    binary = shutil.which("dovecot") or shutil.which("dovecot", path="/usr/sbin:/usr/local/sbin")
    if binary is None:
        unavailable("no Dovecot: install dovecot-imapd.")
    with tempfile.TemporaryDirectory(prefix="overture-imap-") as name:
        folder = Path(name)
        run_as = unprivileged(folder)
        owner = pwd.getpwuid(folder.stat().st_uid)
        files = {**(certificate or {}), "oauth": OAUTH.format(url=tokens_at).encode()}
        for one, content in files.items():
            (folder / one).write_bytes(content)
            os.chown(folder / one, owner.pw_uid, owner.pw_gid)
        server = ImapServer(folder, free_port(), free_port(), [*run_as, binary, "-F", "-c", str(folder / "settings")])
        tls = CERTIFICATE.format(folder=folder) if certificate else "ssl = no\n"
        tokens = TAKES_TOKENS.format(folder=folder) if tokens_at else ""
        (folder / "settings").write_text(tls + tokens + _settings(server, owner))
        server.start()
        try:
            yield server
        finally:
            server.stop()


def _settings(server: ImapServer, owner: pwd.struct_passwd) -> str:
    """doc.dovecot.org, Rootless Installation."""
    folder = server.folder
    lines = [
        f"base_dir = {folder}/run",
        f"state_dir = {folder}/run",
        f"log_path = {folder}/log",
        f"default_internal_user = {owner.pw_name}",
        f"default_internal_group = {grp.getgrgid(owner.pw_gid).gr_name}",
        f"default_login_user = {owner.pw_name}",
        "protocols = imap",
        "listen = 127.0.0.1",
        "disable_plaintext_auth = no",
        "auth_failure_delay = 0",
        "first_valid_uid = 1",
        "first_valid_gid = 1",
        "mailbox_idle_check_interval = 1 secs",  # where the system tells it of no changes
        f"mail_location = maildir:{folder}/mail",
        f"passdb {{\n driver = static\n args = password={PASSWORD}\n}}",
        f"userdb {{\n driver = static\n args = uid={owner.pw_uid} gid={owner.pw_gid} home={folder}\n}}",
        "service imap-login {\n chroot =",
        f" inet_listener imap {{\n  port = {server.port}\n }}",
        f" inet_listener imaps {{\n  port = {server.tls_port}\n }}\n}}",
        "service anvil {\n chroot =\n unix_listener anvil-auth-penalty {\n  mode = 0\n }\n}",
        "service stats {\n chroot =\n}",
    ]
    return "\n".join(lines) + "\n"
