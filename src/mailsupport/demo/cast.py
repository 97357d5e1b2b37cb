"""Who plays in the demo, and the settings file of the desk they play at.

Rule for editing here: a promise of seconds stands where a real desk writes hours; everything else is as a real settings file
would have it. The one that nobody answers has the short promise, so that a slow machine cannot make an answer late.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Player:
    """Somebody in the demo. `about` is what others say of them: a firm, or a role."""

    name: str
    address: str
    about: str


SUPPORT = "support@acme.example"
OPERATOR = "ops@acme.example"

ERIKA = Player("Erika Muster", "erika@globex.example", "Globex")
HUGO = Player("Hugo Brandt", "hugo@initech.example", "Initech")
MIA = Player("Mia Olsen", "mia@umbrella.example", "Umbrella")
TOM = Player("Tom Weber", "tom@globex.example", "Globex")
"""On holiday: his mailbox writes, not he."""

ANNA = Player("Anna Berg", "anna@acme.example", "support")
JO = Player("Jo Lind", "jo@acme.example", "support")

BEN = Player("Ben Ito", "ben@acme.example", "project manager")
CLEO = Player("Cleo Roy", "cleo@acme.example", "account manager")
DOV = Player("Dov Hart", "dov@acme.example", "commercial director")

CUSTOMERS = (ERIKA, HUGO, MIA)
STAFF = (ANNA, JO)
CHAIN = (BEN, CLEO, DOV)
EVERYBODY = {player.address: player for player in (*CUSTOMERS, TOM, *STAFF, *CHAIN)}

PROMISED = {ERIKA: "30 seconds", HUGO: "5 seconds", MIA: "30 seconds"}
"""Until when an answer is promised, as the contracts below say."""

PASSWORD_FILE = "imap-password"

_SETTINGS = """\
# The desk of `mailsupport demo`. Seconds stand where a real desk writes hours.
operator = "ops@acme.example"
name = "Acme Support"
ack_guard = "1s"

[storage]
min_free = "10MB"

[smtp]
host = "127.0.0.1"
port = {smtp_port}
security = "none"

[[mailbox]]
address = "support@acme.example"
host = "127.0.0.1"
port = {imap_port}
security = "none"
password_file = "imap-password"
first_run = "all"
poll_every = "1s"
staff = ["anna", "jo"]

[contract.standard]
calendar = "24x7"
first_response = "30s"
chain = ["project_manager", "account_manager", "commercial_director"]
wait = ["0s", "2s", "2s"]

[contract.gold]
inherits = "standard"
first_response = "5s"
warn_at = ["60%"]

[customer.globex]
name = "Globex"
match = ["@globex.example"]
contract = "standard"

[customer.initech]
name = "Initech"
match = ["@initech.example"]
contract = "gold"
value = "120,000 € a year"

[customer.umbrella]
name = "Umbrella"
match = ["@umbrella.example"]
contract = "standard"

[people.anna]
name = "Anna Berg"
email = "anna@acme.example"

[people.jo]
name = "Jo Lind"
email = "jo@acme.example"

[people.ben]
name = "Ben Ito"
email = "ben@acme.example"
roles = ["project_manager"]

[people.cleo]
name = "Cleo Roy"
email = "cleo@acme.example"
roles = ["account_manager"]

[people.dov]
name = "Dov Hart"
email = "dov@acme.example"
roles = ["commercial_director"]
"""


def settings_text(smtp_port: int, imap_port: int) -> str:
    """Return the settings file for servers on those ports."""
    return _SETTINGS.format(smtp_port=smtp_port, imap_port=imap_port)
