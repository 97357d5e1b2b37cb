"""Who waits for a digest, what goes in one, and when somebody was mailed."""

from __future__ import annotations

from stored import NOON, a_chain, a_firing, a_ticket, after, an_outgoing

from mailsupport.store import Tx, chains, digests, review
from mailsupport.store.digests import Turn

BEN, CLEO = "ben@acme.example", "cleo@acme.example"


def waits(tx: Tx, email: str = BEN, kind: str = "alert") -> int:
    """Somebody is told at a firing of a new ticket and waits; returns the ticket."""
    ticket = a_ticket(tx)
    chains.save_chain(tx, a_chain(ticket))
    chains.tell(tx, a_firing(tx, ticket), kind, email.partition("@")[0], email, None, NOON)
    return ticket


def test_whoever_waits_is_found_once_for_each_kind(tx: Tx) -> None:
    """However many tickets wait, an address is named once, alerts before all-clears."""
    for email, kind in ((BEN, "alert"), (BEN, "alert"), (CLEO, "alert"), (BEN, "all_clear")):
        waits(tx, email, kind)

    assert [("alert", BEN), ("alert", CLEO), ("all_clear", BEN)] == digests.who_waits(tx)
    assert [Turn((), waits=True), Turn((), waits=False)] == digests.turns(tx, "all_clear", [BEN, CLEO])


def test_what_waits_is_told_with_its_step_and_its_chain(tx: Tx) -> None:
    """In the order in which it fired, another's left out."""
    first, _, second = waits(tx), waits(tx, CLEO), waits(tx)

    found = digests.waiting(tx, "alert", BEN)

    assert [first, second] == [row.ticket for row in found]
    assert (0, 0, "active", "waiting", None) == (found[0].step, found[0].round, found[0].chain, found[0].outcome, found[0].outbox)


def test_what_went_in_a_mail_waits_no_more(tx: Tx) -> None:
    """Its rows name the mail, and what becomes of the mail is news for each of its tickets."""
    tickets = [waits(tx), waits(tx)]
    rows = [row.id for row in digests.waiting(tx, "alert", BEN)]
    mail = an_outgoing(tx)

    digests.sent(tx, rows, mail, after(minutes=2))

    assert digests.who_waits(tx) == []
    assert tickets == [row.ticket for row in digests.of_mail(tx, mail)]
    assert set(tickets) == digests.tickets_of(tx, [mail])
    assert mail == digests.mail_of(tx, rows[1])
    assert tickets == [ticket for ticket, _ in chains.note_outcome(tx, mail, BEN, "accepted", after(minutes=3))]


def test_what_lost_its_reason_is_told_to_nobody(tx: Tx) -> None:
    """It waits no more, is no promise broken, and its reader does not count as told."""
    ticket = waits(tx)

    digests.cancel(tx, [row.id for row in digests.waiting(tx, "alert", BEN)], after(minutes=2))

    assert digests.who_waits(tx) == []
    found = chains.chain(tx, ticket)
    assert found is not None
    assert found.told == ()
    assert review.nothing_beside_the_outbox(tx) == []


def test_a_mail_taken_back_told_nobody(tx: Tx) -> None:
    """What was accepted before stays so."""
    first, second = waits(tx), waits(tx, CLEO)
    mail = an_outgoing(tx)
    digests.sent(tx, [row.id for who in (BEN, CLEO) for row in digests.waiting(tx, "alert", who)], mail, NOON)
    chains.note_outcome(tx, mail, CLEO, "accepted", NOON)

    digests.cancel_mail(tx, mail, NOON)

    outcomes = {row.ticket: row.outcome for row in digests.of_mail(tx, mail)}
    assert {first: "cancelled", second: "accepted"} == outcomes


def test_waiting_too_long_is_seen(tx: Tx) -> None:
    """The audit asks for what has waited for an hour."""
    waits(tx)

    assert [("alert", BEN, NOON)] == digests.waiting_since(tx, NOON, 10)
    assert digests.waiting_since(tx, after(minutes=-1), 10) == []


def test_when_somebody_was_mailed_is_remembered_for_each_kind(tx: Tx) -> None:
    """Nobody was, at first."""
    assert digests.mailed(tx, "alert", BEN) == ()

    digests.note_mailed(tx, "alert", BEN, (NOON, after(minutes=2)), after(minutes=2))

    assert (NOON, after(minutes=2)) == digests.mailed(tx, "alert", BEN)
    assert [Turn((NOON, after(minutes=2)), waits=False)] == digests.turns(tx, "alert", [BEN])
    assert digests.mailed(tx, "all_clear", BEN) == ()


def test_an_all_clear_owed_again_takes_the_place_of_the_first(tx: Tx) -> None:
    """Told once more of the same firing, its row names the newer mail (P4: one row a firing, kind and address)."""
    ticket = a_ticket(tx)
    fired, first, second = a_firing(tx, ticket), an_outgoing(tx), an_outgoing(tx, "again@acme.example")
    chains.tell_again(tx, fired, "all_clear", "ben", BEN, first, NOON)
    chains.tell_again(tx, fired, "all_clear", "ben", BEN, second, after(hours=1))

    (row,) = chains.told_of(tx, ticket)

    assert (second, "queued", after(hours=1)) == (row.outbox, row.outcome, row.at)
