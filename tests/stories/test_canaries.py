"""Two hundred drawn answers with something internal in them: nothing of it leaves the house (P7). SOAK=1 draws ten times as many.

SOAK_SEED=N repeats a run.
"""

from __future__ import annotations

import os
import random
import re
from collections.abc import Callable
from urllib.parse import unquote

from mailsupport.core.reading.marks import plain
from stories import clients
from stories.canaries import drawn, secrets_of, squeezed
from stories.world import HOUSE, SETTINGS, Sent, World

SOAK = os.environ.get("SOAK") == "1"
SEED = int(os.environ.get("SOAK_SEED", "20261122"))
HOW_MANY, AT_ONCE = (2000 if SOAK else 200), 20
PAUSE = "10m" if SOAK else "2m"
"""After as many as come at once: nobody is asked about more than `QUESTIONS` mails an hour."""
ANNA = "anna@acme.example"
FORBIDDEN = tuple(squeezed(word) for word in ("canary", "in their own words"))
PEOPLE = re.compile(r"(?<![a-z0-9.+_-])(?:anna|jo)@acme\.example")
QUIET = SETTINGS.replace('first_response = "4h"', 'first_response = "400h"')


def outside(desk: World) -> list[Sent]:
    """Every mail to somebody who is not one of us."""
    return [mail for mail in desk.sink.sent if any(not address.endswith(HOUSE) for address in mail.recipients)]


def asks(desk: World, numbers: range) -> dict[int, Sent]:
    """Customers ask; returns Anna's notification of each."""
    for number in numbers:
        desk.writes(f"c{number}@globex.example", f"Machine {number} prints blank pages.\nWhat can we do?", f"Machine {number}")
    desk.works()
    found = {number: next(m for m in desk.mails(ANNA, "new") if f"Machine {number} prints" in m.text) for number in numbers}
    for number, notice in found.items():
        desk.replies(ANNA, notice, f"/note\nThe canary of machine {number}.")
    desk.works()
    return found


def answers(desk: World, rng: random.Random, numbers: range) -> dict[int, list[str]]:
    """Anna answers each with tricks; returns their names."""
    tricks: dict[int, list[str]] = {}
    for number, notice in asks(desk, numbers).items():
        client = rng.choice(clients.EVERY)
        words = f"Dear customer {number},\n\nplease hold the green button for five seconds.\n\nDoes answer {number}x help?"
        body, headers, names = drawn(rng, notice, client, words)
        tricks[number] = [client.__name__, *names]
        clients.sends(desk, ANNA, notice, body, **headers)
    desk.works()
    return tricks


def leaked(desk: World, tricks: dict[int, list[str]]) -> list[str]:
    """What of ours stands in mails to others, and by which tricks."""
    macs = secrets_of([mail for mail in desk.sink.sent if mail not in outside(desk)])
    found = []
    for mail in outside(desk):
        text = squeezed(mail.everything)
        shown = [word for word in (*FORBIDDEN, *macs) if word in text] + PEOPLE.findall(plain(unquote(mail.everything)))
        number = int(mail.recipients[0].partition("@")[0].strip("c"))
        found += [f"{word} to {number} by {tricks.get(number)}" for word in shown]
    return found


def test_nothing_internal_leaves_whatever_is_combined(desk_with: Callable[[str], World]) -> None:
    """Twelve programs, one to four tricks each; what is in doubt is held, and most answers go out."""
    desk, rng = desk_with(QUIET), random.Random(SEED)
    tricks: dict[int, list[str]] = {}
    for start in range(0, HOW_MANY, AT_ONCE):
        tricks |= answers(desk, rng, range(start, start + AT_ONCE))
        desk.passes(PAUSE)

    sent = [mail for mail in outside(desk) if "green button" in mail.text]
    assert [] == leaked(desk, tricks)
    assert len(sent) + len(desk.mails(ANNA, "held")) == HOW_MANY
    assert len(sent) > HOW_MANY // 4
