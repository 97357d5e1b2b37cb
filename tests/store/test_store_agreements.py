"""What was agreed is kept once by the digest of its content; waits end once."""

from __future__ import annotations

from stored import NOON, a_ticket, after

from mailsupport.core.model import State
from mailsupport.store import Tx, agreements, tickets


def test_an_agreement_is_written_once(tx: Tx) -> None:
    """A version is never written over, and what nobody kept is None."""
    assert [agreements.keep(tx, "v1", "gold", {"rounds": rounds}, NOON) for rounds in (1, 2)] == [True, False]

    assert agreements.content_of(tx, "v1") == {"rounds": 1}
    assert (agreements.content_of(tx, "v2"), "v1" in agreements.versions(tx)) == (None, True)


def test_a_wait_ends_once(tx: Tx) -> None:
    """The sweep finds those whose time has come, and whoever comes second is told so."""
    one, other = a_ticket(tx), a_ticket(tx)
    tickets.change_ticket(tx, one, waiting_for="customer", waiting_until=after(hours=1))
    tickets.change_ticket(tx, other, waiting_for="vendor", waiting_until=after(hours=3))

    assert (after(hours=1), [one]) == (tickets.next_wait_over(tx), tickets.waits_over(tx, after(hours=2)))
    assert [tickets.end_wait(tx, one, after(hours=hours)) for hours in (2, 1, 1)] == [False, True, False]
    assert after(hours=3) == tickets.next_wait_over(tx)


def test_open_tickets_of_a_contract_are_known(tx: Tx) -> None:
    """Those that are not closed, and of no other contract."""
    numbers = [
        a_ticket(tx, contract=name, state=state)
        for name, state in (("gold", State.NEW), ("gold", State.CLOSED), ("x", State.NEW))
    ]

    assert tickets.open_under(tx, "gold") == numbers[:1]
