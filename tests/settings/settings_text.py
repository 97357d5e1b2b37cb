"""The smallest good settings file, which the tests change line by line, and the day they load it on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from mailsupport.errors import Problem
from mailsupport.settings import Settings

TODAY = date(2026, 11, 22)

GOOD = """\
operator = "ops@acme.example"
[smtp]
host = "smtp.acme.example"
user = "support@acme.example"
password_env = "SUPPORT_PASSWORD"
[[mailbox]]
address = "support@acme.example"
host = "imap.acme.example"
password_env = "SUPPORT_PASSWORD"
staff = ["anna@acme.example"]
[contract.standard]
calendar = "24x7"
first_response = "4h"
chain = ["pm@acme.example", "am@acme.example", "cd@acme.example"]
"""

Reader = Callable[..., Settings]
Judge = Callable[..., dict[str, Problem]]
