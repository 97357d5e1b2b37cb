"""A settings file and an assembly for measuring, on a folder that goes away afterwards."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mailsupport.daemon.assembly import Assembly, assemble
from mailsupport.settings import load

SETTINGS = """
operator = "ops@acme.example"
[smtp]
{smtp}
[storage]
min_free = "1MB"
{storage}
[[mailbox]]
address = "support@acme.example"
{mailbox}
first_run = "all"
sent = "off"
plus_address = "on"
staff = ["anna@acme.example"]
[contract.standard]
calendar = "24x7"
first_response = "4h"
chain = [{chain}]
{more}
"""

CONTACTS = ", ".join(f'"contact{n}@acme.example"' for n in range(10))


def managers(count: int) -> str:
    """Return settings for so many customers, c0 and on, each with a project manager of their own."""
    people = (f'[people.m{n}]\nname = "Manager {n}"\nemail = ["m{n}@acme.example"]' for n in range(count))
    customers = (f'[customer.c{n}]\nmatch = ["@c{n}.example"]\nproject_manager = "m{n}"' for n in range(count))
    return "\n".join((*people, *customers))


@contextmanager
def assembly(
    mailbox: str = 'path = "inbox"', smtp: str = 'folder = "out"', storage: str = "", chain: str = CONTACTS, more: str = ""
) -> Iterator[Assembly]:
    """Make the parts of the program; everything is removed afterwards."""
    with tempfile.TemporaryDirectory(prefix="mailsupport-bench-") as name:
        folder = Path(name)
        (folder / "inbox").mkdir()
        path = folder / "mailsupport.toml"
        path.write_text(SETTINGS.format(mailbox=mailbox, smtp=smtp, storage=storage, chain=chain, more=more))
        made = assemble(load(path))
        try:
            yield made
        finally:
            made.close()


def imap(host: str, port: int, user: str, password_file: Path) -> str:
    """Return the lines of a mailbox on a loopback server."""
    return f'host = "{host}"\nport = {port}\nsecurity = "none"\nuser = "{user}"\npassword_file = "{password_file}"'
