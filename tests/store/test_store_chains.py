"""Steps fire once, people are told once, and what became of each is news once."""

from __future__ import annotations

import pytest
from stored import NOON, a_chain, a_firing, a_ticket, after, an_outgoing

from mailsupport.core.guard import Cause, ChainState, Told
from mailsupport.store import Tx, chains, tickets
from mailsupport.store.chains import Claim

BEN = "ben@acme.example"


def told(tx: Tx, ticket: int, step: int = 0, kind: str = "alert") -> int:
    """Ben is sent an alert; return the outgoing mail."""
    mail = an_outgoing(tx, f"{ticket}.{step}.{kind}@acme.example", ticket=ticket)
    chains.tell(tx, a_firing(tx, ticket, step), kind, "ben", BEN, mail, NOON)
    return mail


def outcome(tx: Tx, ticket: int) -> str:
    """What became of the only one told."""
    (row,) = chains.told_of(tx, ticket)
    return row.outcome


def test_a_chain_is_read_back_whole(tx: Tx) -> None:
    """Saved twice, the second stands, and there is one chain a ticket."""
    ticket = a_ticket(tx)
    chains.save_chain(tx, a_chain(ticket))
    second = a_chain(
        ticket, state=ChainState.ACKNOWLEDGED, step=1, next_at=None, acknowledged_by="ben", acknowledged_until=after(hours=2)
    )
    chains.save_chain(tx, second)

    assert second == chains.chain(tx, ticket)


def test_no_chain_is_none(tx: Tx) -> None:
    """A ticket in time has none."""
    assert chains.chain(tx, a_ticket(tx)) is None


def test_a_chain_knows_whom_it_alerted(tx: Tx) -> None:
    """Everyone alerted since the chain was opened, in order; all-clears and former alerts are not among them."""
    ticket = a_ticket(tx)
    former = an_outgoing(tx, "former@acme.example")
    chains.tell(tx, a_firing(tx, ticket, cycle=0), "alert", "old", "old@acme.example", former, NOON)
    chains.save_chain(tx, a_chain(ticket, cycle=1, opened_at=after(hours=1)))
    fired = a_firing(tx, ticket, 2, at=after(hours=1), cycle=1)
    chains.tell(tx, fired, "alert", "ben", BEN, an_outgoing(tx), after(hours=1))
    chains.tell(tx, fired, "all_clear", "ben", BEN, an_outgoing(tx, "o2@acme.example"), after(hours=2))

    found = chains.chain(tx, ticket)

    assert found is not None
    assert (Told("ben", BEN, 2, 0, after(hours=1), "queued"),) == found.told


@pytest.mark.parametrize(
    ("fields", "wakes"),
    [
        ({"state": ChainState.ACTIVE, "next_at": after(hours=1)}, after(hours=1)),
        ({"state": ChainState.ACTIVE, "next_at": None}, None),
        ({"state": ChainState.ACKNOWLEDGED, "next_at": after(hours=1), "acknowledged_until": after(hours=2)}, after(hours=2)),
        ({"state": ChainState.EXHAUSTED, "next_at": after(hours=3)}, after(hours=3)),
        ({"state": ChainState.EXHAUSTED, "next_at": None}, None),
        ({"state": ChainState.RESOLVED, "next_at": after(hours=1)}, None),
    ],
)
def test_when_a_chain_wakes(tx: Tx, fields: dict[str, object], wakes: object) -> None:
    """Active and exhausted chains wake at their next step, acknowledged ones when that ends, resolved ones never."""
    chains.save_chain(tx, a_chain(a_ticket(tx), **fields))

    assert wakes == chains.next_wake(tx)


def test_waking_comes_longest_overdue_first(tx: Tx) -> None:
    """Due to the instant, and no more than asked for."""
    second, first, third = (a_ticket(tx) for _ in range(3))
    for ticket, hours in ((second, 2), (first, 1), (third, 3)):
        chains.save_chain(tx, a_chain(ticket, next_at=after(hours=hours)))

    assert [first, second] == [number for _, number in chains.waking(tx, after(hours=2), 10)]
    assert [first] == [number for _, number in chains.waking(tx, after(hours=2), 1)]


def test_waking_chains_come_page_by_page(tx: Tx) -> None:
    """A page goes on behind the last chain of the one before, also among those that wake at the same instant."""
    numbers = [a_ticket(tx) for _ in range(3)]
    for ticket in numbers:
        chains.save_chain(tx, a_chain(ticket))

    first = chains.waking(tx, NOON, 1)
    rest = chains.waking(tx, NOON, 10, first[-1])

    assert [(NOON, number) for number in numbers] == [*first, *rest]
    assert chains.waking(tx, NOON, 10, rest[-1]) == []


def test_a_step_fires_once(tx: Tx) -> None:
    """The second claim of the same step gets nothing; another step, round, cycle or cause is another claim (P4)."""
    ticket = a_ticket(tx)
    claims = [
        (Cause.FIRST_RESPONSE, 0, 0, 0),
        (Cause.FIRST_RESPONSE, 0, 0, 0),
        (Cause.FIRST_RESPONSE, 0, 0, 1),
        (Cause.FIRST_RESPONSE, 0, 1, 0),
        (Cause.FIRST_RESPONSE, 1, 0, 0),
        (Cause.PRIORITY, 0, 0, 0),
    ]

    fired = chains.fire(tx, [Claim(ticket, *claim, "lapsed") for claim in claims], NOON)

    assert [number is not None for number in fired] == [True, False, True, True, True, True]
    assert chains.fire(tx, [Claim(ticket, *claims[0], "lapsed again")], NOON) == [None]


def test_a_cause_without_a_clock_counts_its_own_cycles(tx: Tx) -> None:
    """What somebody asks for a second time fires anew: under a number that was never used for that cause and ticket."""
    ticket, other = a_ticket(tx), a_ticket(tx)
    assert chains.next_cycle(tx, ticket, Cause.CUSTOMER) == 0

    chains.fire(
        tx, [Claim(ticket, cause, cycle, 0, 0, "asked for") for cause, cycle in ((Cause.CUSTOMER, 0), (Cause.STAFF, 4))], NOON
    )

    assert [chains.next_cycle(tx, ticket, cause) for cause in (Cause.CUSTOMER, Cause.STAFF, Cause.CONTACT)] == [1, 5, 0]
    assert chains.next_cycle(tx, other, Cause.CUSTOMER) == 0


def test_a_person_is_told_once_of_a_firing(tx: Tx) -> None:
    """Again the same kind to the same address changes nothing; an all-clear is another kind."""
    ticket = a_ticket(tx)
    fired, first, second = a_firing(tx, ticket), an_outgoing(tx), an_outgoing(tx, "o2@acme.example")

    for kind, mail in (("alert", first), ("alert", second), ("all_clear", second)):
        chains.tell(tx, fired, kind, "ben", BEN, mail, NOON)

    assert [("alert", first), ("all_clear", second)] == [(row.kind, row.outbox) for row in chains.told_of(tx, ticket)]


def test_one_digest_is_news_on_every_ticket_in_it(tx: Tx) -> None:
    """An outcome of one mail reaches each firing that it told of, at that recipient only."""
    first, second = a_ticket(tx), a_ticket(tx)
    digest = an_outgoing(tx, to=(BEN, "eve@acme.example"))
    fired = [a_firing(tx, ticket) for ticket in (first, second)]
    for number in fired:
        chains.tell(tx, number, "alert", "ben", BEN, digest, NOON)
    chains.tell(tx, fired[0], "alert", "eve", "eve@acme.example", digest, NOON)

    assert [(first, fired[0]), (second, fired[1])] == chains.note_outcome(tx, digest, BEN, "accepted", after(minutes=1))
    assert [row.outcome for row in chains.told_of(tx, first)] == ["accepted", "queued"]


def test_the_same_outcome_again_is_no_news(tx: Tx) -> None:
    """A mail accepted twice was accepted at the first time."""
    ticket = a_ticket(tx)
    mail = told(tx, ticket)
    chains.note_outcome(tx, mail, BEN, "accepted", after(minutes=1))

    assert chains.note_outcome(tx, mail, BEN, "accepted", after(minutes=9)) == []
    assert [after(minutes=1)] == [row.at for row in chains.told_of(tx, ticket)]


@pytest.mark.parametrize(
    ("outcomes", "last"),
    [
        (("accepted", "bounced"), "bounced"),
        (("bounced", "accepted"), "bounced"),  # the bounce was quicker than our own note of the acceptance
        (("auto_replied", "accepted"), "auto_replied"),
        (("unknown", "accepted"), "accepted"),
        (("refused", "accepted"), "accepted"),  # retried by a person
        (("auto_replied", "bounced"), "bounced"),
    ],
)
def test_the_recipients_side_has_the_last_word(tx: Tx, outcomes: tuple[str, ...], last: str) -> None:
    """What a relay says never hides a bounce or an absence notice."""
    ticket = a_ticket(tx)
    mail = told(tx, ticket)
    for word in outcomes:
        chains.note_outcome(tx, mail, BEN, word, NOON)

    assert last == outcome(tx, ticket)


def test_who_was_told_of_a_merged_ticket_is_known_at_its_target(tx: Tx) -> None:
    """C7: they are owed the all-clear, too."""
    source, target = a_ticket(tx), a_ticket(tx)
    firing = a_firing(tx, source)
    chains.tell(tx, firing, "alert", "pat", "pat@acme.example", an_outgoing(tx, ticket=source), NOON)
    tickets.change_ticket(tx, source, merged_into=target)

    assert ["pat"] == [told.person for told in chains.told_of(tx, target)]
