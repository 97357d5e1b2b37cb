"""What does a new desk start with? The settings file that `mailsupport init` writes, and the file of keys that sign tokens.

In: a person's answers. Out: commented TOML; keys. `minimal_settings` judges nothing: the file it makes goes through `load`
like any other.
"""

from __future__ import annotations

import base64
import binascii
import re
import secrets
from collections.abc import Mapping
from pathlib import Path

from mailsupport.errors import Problem, SettingsError
from mailsupport.settings.problems import Wrong
from mailsupport.settings.secrets import from_file
from mailsupport.settings.toml import literal, text

KEY_BYTES = 32
"""Random bytes of a key: as many as its digest has (RFC 2104 §3)."""

REQUIRED: Mapping[str, str] = {
    "operator": "ops@acme.example",
    "address": "support@acme.example",
    "imap_host": "imap.acme.example",
    "smtp_host": "smtp.acme.example",
    "staff": "anna@acme.example",
    "chain": "pm@acme.example, am@acme.example, cd@acme.example",
}
"""What must be answered, with an example each. Nothing is guessed: a file with example addresses would mail them."""

DEFAULTS: Mapping[str, str] = {
    "timezone": "UTC",
    "smtp_user": "",
    "password_file": "",
    "password_env": "SUPPORT_PASSWORD",
    "calendar": "24x7",
    "first_response": "4h",
    "customer": "",
    "customer_name": "",
}
"""What may be answered, and what holds otherwise; without `smtp_user` it is the address, without `customer_name` the domain's."""

_TEMPLATE = """\
# Settings of mailsupport. Every key with its meaning: config/mailsupport.example.toml and docs/reference/settings.md.
# Durations: "90s" "15m" "4h". Paths count from the folder of this file. Verify with: mailsupport check

# Who is told when something is stuck.
operator = {operator}
# What stands in From and under our mails; without it the domain of the address.
# name = "Acme Support"
# Zone of the times in mails.
timezone = {timezone}

# The relay that takes our mails; port 587 with STARTTLS unless you say otherwise.
[smtp]
host = {smtp_host}
user = {smtp_user}
{password}

# The support address, and the mailbox its mail arrives in; port 993 with TLS unless you say otherwise.
[[mailbox]]
address = {address}
host = {imap_host}
{password}
# Who answers.
staff = {staff}
# Mail that is there already is left alone; "all" takes it in too.
first_run = "new"

# Who a customer is: their people are greeted by name, and may have a contract and contacts of their own. Everybody else gets the
# receipt for strangers, which repeats nothing of what they wrote.
{customer}

# What customers are promised. The only contract is everybody's.
[contract.standard]
# "24x7", or the name of a calendar.
calendar = {calendar}
# Time until the first answer, counted in the calendar's open hours.
first_response = {first_response}
# Who is mailed, one after the other, when that time is over.
chain = {chain}
"""

_CALENDAR = """
# Open hours; holidays = "DE-BE" adds those of a country and its subdivision.
[calendar.{name}]
open = {{ mon = {day}, tue = {day}, wed = {day}, thu = {day}, fri = {day} }}
"""


def missing(answers: Mapping[str, str]) -> list[str]:
    """Return which of REQUIRED are not answered."""
    return [name for name in REQUIRED if not answers.get(name, "").strip()]


def minimal_settings(answers: Mapping[str, str]) -> str:
    """Return the text of a settings file; every one of REQUIRED is answered. Lists are separated by commas."""
    given = {**DEFAULTS, **{name: answer.strip() for name, answer in answers.items() if answer.strip()}}
    given["smtp_user"] = given["smtp_user"] or given["address"]
    lists = {name: literal([item.strip() for item in given[name].split(",") if item.strip()]) for name in ("staff", "chain")}
    words = {name: text(answer) for name, answer in given.items()}
    settings = _TEMPLATE.format(**{**words, **lists, "password": _password(given), "customer": _customer(given)})
    return settings if given["calendar"] == "24x7" else settings + _calendar(given["calendar"])


def _password(given: Mapping[str, str]) -> str:
    """Return the line that says where the password is: a file when one was named, else the environment."""
    way = "password_file" if given["password_file"] else "password_env"
    return f"{way} = {text(given[way])}"


def _customer(given: Mapping[str, str]) -> str:
    """Return the table of a first customer; where none was named, that of an example behind #."""
    words = [word.strip() for word in given["customer"].split(",") if word.strip()]
    match = [word if "@" in word else f"@{word}" for word in words]
    if not match:
        return _CUSTOMER_EXAMPLE
    domain = match[0].rpartition("@")[2]
    label = domain.partition(".")[0]
    key = _NO_KEY.sub("", label.lower()) or "first"
    return f"[customer.{key}]\nname = {text(given['customer_name'] or label or domain)}\nmatch = {literal(match)}"


_NO_KEY = re.compile(r"[^a-z0-9_-]")
_CUSTOMER_EXAMPLE = """\
# [customer.globex]
# name = "Globex GmbH"
# match = ["@globex.example"]"""


def _calendar(name: str) -> str:
    """Return office hours under that name, for a person to change."""
    return _CALENDAR.format(name=text(name), day=text("09:00-17:00"))


def new_key() -> str:
    """Return a fresh key for the key file: 32 random bytes as base32."""
    return base64.b32encode(secrets.token_bytes(KEY_BYTES)).decode().rstrip("=")


def read_keys(path: Path) -> tuple[bytes, ...]:
    """Return the keys of a key file: the first signs, all are believed. Blank lines and lines with # are passed over.

    Raises SettingsError when the file is missing, open to others, empty, or holds what is no key.
    """
    try:
        lines = [line.strip() for line in from_file(path).splitlines()]
        keys = tuple(_key(line, number) for number, line in enumerate(lines, 1) if line and not line.startswith("#"))
        if not keys:
            raise Wrong(f"{path} holds no key", "mailsupport init makes one")
    except Wrong as wrong:
        raise SettingsError([Problem("storage.key_file", wrong.what, wrong.cure, file=str(path))]) from wrong
    return keys


def _key(line: str, number: int) -> bytes:
    """Return the bytes of one line; the line itself is never shown."""
    cure = "take the line out, or put back the key that stood there; mailsupport init makes a new file"
    try:
        key = base64.b32decode(line.upper() + "=" * (-len(line) % 8))
    except (binascii.Error, ValueError) as error:
        raise Wrong(f"line {number} is no key", cure) from error
    if len(key) < KEY_BYTES:
        raise Wrong(f"the key on line {number} is too short", cure)
    return key
