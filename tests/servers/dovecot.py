"""A real Dovecot on a free loopback port, with its own configuration, accounts and maildirs in a temporary folder.

    with running() as dovecot:
        dovecot.deliver("support@example.com", raw)
        dovecot.host, dovecot.port, dovecot.tls_port, dovecot.ca_file, dovecot.password

Every user exists, with an empty mailbox and the password of the tests; `users` have passwords of their own.
Works as root and as a normal user. Clear text is allowed, for the port is on loopback; `tls_port` has a certificate of
`ca_file` for "localhost".
"""

from __future__ import annotations

import getpass
import grp
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from imapclient import IMAPClient

from servers.certificate import make_certificate

BINARY = Path("/usr/sbin/dovecot")
APT_LINE = "Dovecot is missing: sudo apt-get install dovecot-imapd"
PASSWORD = "a-secret-of-the-tests"
ODD_PASSWORDS = {"odd one@example.com": 'back\\slash "quote" blank', "zwei@example.com": "pässwörter"}
"""Users whose names and passwords are hard to send."""

CONFIG = """
base_dir = {base}/run
state_dir = {base}/state
log_path = {base}/dovecot.log
protocols = imap
listen = 127.0.0.1
ssl = yes
ssl_cert = <{base}/cert.pem
ssl_key = <{base}/key.pem
ssl_min_protocol = TLSv1.2
disable_plaintext_auth = no
auth_mechanisms = plain login
default_internal_user = {internal}
default_internal_group = {group}
default_login_user = {login}
mail_uid = {mail}
mail_gid = {group_of_mail}
first_valid_uid = 1
first_valid_gid = 1
mail_location = maildir:{base}/mail/%u
mailbox_idle_check_interval = 1s
mail_max_userip_connections = 100
auth_failure_delay = 0
auth_username_chars =
passdb {{
  driver = passwd-file
  args = scheme=PLAIN {base}/users
}}
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = home={base}/mail/%u
}}
namespace inbox {{
  inbox = yes
  separator = /
  mailbox Sent {{
    auto = create
    special_use = \\Sent
  }}
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
  }}
}}
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service stats {{
  chroot =
}}
service auth {{
  user = {auth}
}}
service auth-worker {{
  user = {auth}
}}
"""


def free_port() -> int:
    """Return a port of this machine that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(frozen=True)
class Dovecot:
    """A running server."""

    base: Path
    port: int
    tls_port: int
    host: str = "127.0.0.1"
    password: str = PASSWORD

    @property
    def ca_file(self) -> str:
        """The authority of the server's certificate."""
        return str(self.base / "cert.pem")

    @property
    def log(self) -> str:
        """What the server wrote down."""
        return (self.base / "dovecot.log").read_text(errors="replace")

    @contextmanager
    def client(self, user: str) -> Iterator[IMAPClient]:
        """A mail client of that user, as a person has one."""
        with IMAPClient(self.host, self.port, ssl=False, timeout=20) as client:
            client.login(user, PASSWORD)
            client.normalise_times = False
            yield client

    def deliver(self, user: str, raw: bytes, folder: str = "INBOX", received_at: datetime | None = None) -> None:
        """Put a mail into a folder with that INTERNALDATE, or the server's present."""
        with self.client(user) as client:
            client.append(folder, raw, msg_time=received_at)


@contextmanager
def running(users: Mapping[str, str] | None = None) -> Iterator[Dovecot]:
    """Run a server until the block is left; `users` maps names to passwords that differ from `PASSWORD`."""
    # Not pytest's own folder: as root each pytest run closes that to others, and the server's parts run as others.
    with tempfile.TemporaryDirectory(prefix="dovecot-of-tests-") as base:
        yield from _running(Path(base), users or {})


def _running(base: Path, users: Mapping[str, str]) -> Iterator[Dovecot]:
    server = Dovecot(base, free_port(), free_port())
    _write_config(server, users)
    with serving(server):
        yield server


@contextmanager
def serving(server: Dovecot) -> Iterator[None]:
    """Have a server whose configuration is written answer until the block is left; its mails outlive it."""
    command = [str(BINARY), "-F", "-c", str(server.base / "dovecot.conf")]
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True)
    try:
        _await_answer(server, process)
        yield
    finally:
        # The whole group: a part that serves somebody in IDLE looks only every ten seconds whether its master still lives.
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(timeout=20)


@contextmanager
def standing() -> Iterator[Dovecot]:
    """Prepare a server that does not answer until `serving` is entered, as often as a test wants."""
    with tempfile.TemporaryDirectory(prefix="dovecot-of-tests-") as base:
        server = Dovecot(Path(base), free_port(), free_port())
        _write_config(server, {})
        yield server


def _write_config(server: Dovecot, users: Mapping[str, str]) -> None:
    base = server.base
    for name in ("run", "state", "mail"):
        (base / name).mkdir(parents=True, exist_ok=True)
    (base / "users").write_text("".join(f"{name}:{{PLAIN}}{password}\n" for name, password in users.items()))
    make_certificate(base)
    names = _names()
    (base / "dovecot.conf").write_text(
        CONFIG.format(base=base, port=server.port, tls_port=server.tls_port, password=PASSWORD, **names)
    )
    if os.geteuid() == 0:
        owner = pwd.getpwnam(names["mail"])
        os.chown(base / "mail", owner.pw_uid, owner.pw_gid)
        base.chmod(0o755)


def _names() -> dict[str, str]:
    """The users that Dovecot's parts run as: as root its own ones, else everything is us."""
    if os.geteuid() == 0:
        mail, internal, login = "nobody", "dovecot", "dovenull"
        auth = "root"
    else:
        mail = internal = login = auth = getpass.getuser()
    group_of = {name: str(pwd.getpwnam(name).pw_gid) for name in (mail, internal)}
    return {
        "mail": mail, "internal": internal, "login": login, "auth": auth,
        "group": _group_name(group_of[internal]), "group_of_mail": _group_name(group_of[mail]),
    }  # fmt: skip


def _group_name(gid: str) -> str:
    return grp.getgrgid(int(gid)).gr_name


def _await_answer(server: Dovecot, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        try:
            with socket.create_connection((server.host, server.port), timeout=5) as sock:
                if sock.recv(100).startswith(b"* OK"):
                    return
        except OSError:
            time.sleep(0.02)  # nothing to wait on but the port itself
    raise RuntimeError(f"Dovecot did not start:\n{server.log if (server.base / 'dovecot.log').exists() else ''}")


def is_missing() -> bool:
    """Whether this machine has no Dovecot or no openssl."""
    return not BINARY.exists() or shutil.which("openssl") is None
