"""Which addresses do alerts not reach? The last alert to each says it."""

from __future__ import annotations

import pytest
from stored import NOON, a_firing, a_ticket, after, an_outgoing

from mailsupport.store import Tx, chains, overview


# (what became of the alerts to Ben, one after the other; whether his address is suspect)
@pytest.mark.parametrize(
    ("outcomes", "suspect"),
    [
        ((), False),
        (("accepted",), False),
        (("bounced",), True),
        (("refused",), True),
        (("auto_replied",), False),
        (("deferred",), False),
        (("bounced", "accepted"), False),
        (("accepted", "bounced"), True),
        (("bounced", "queued"), True),
        (("bounced", "deferred"), True),
    ],
)
def test_the_last_alert_says_whether_an_address_works(tx: Tx, outcomes: tuple[str, ...], suspect: bool) -> None:
    """One that was accepted since clears it; one that is under way says nothing yet."""
    ticket = a_ticket(tx)
    for step, outcome in enumerate(outcomes):
        row = an_outgoing(tx, f"{step}@x")
        chains.tell(tx, a_firing(tx, ticket, step), "alert", "ben", "ben@acme.example", row, NOON)
        chains.note_outcome(tx, row, "ben@acme.example", outcome, after(hours=step))

    assert suspect is ("ben@acme.example" in overview.failed_addresses(tx))


def test_an_all_clear_that_bounced_makes_no_suspect(tx: Tx) -> None:
    """Only alerts are looked at."""
    row = an_outgoing(tx)
    chains.tell(tx, a_firing(tx, a_ticket(tx)), "all_clear", "ben", "ben@acme.example", row, NOON)
    chains.note_outcome(tx, row, "ben@acme.example", "bounced", NOON)

    assert overview.failed_addresses(tx) == {}
