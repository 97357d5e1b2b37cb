"""Mails are stored once, found again by id, hash and what they name, and kept with their bytes."""

from __future__ import annotations

import pytest
from stored import NOON, a_mail, a_ticket, after, an_answer, hash_of, new_mail

from mailsupport.core.model import Attachment, Kind
from mailsupport.errors import Conflict
from mailsupport.store import Store, Tx, mails, savepoint, tickets
from mailsupport.store.rows import INTERNAL, OUT, Seen

HALF = "\ud83d"
"""Half of a surrogate pair: Python holds it, UTF-8 does not."""


def test_a_mail_is_read_back_whole(tx: Tx) -> None:
    """Every column of a mail comes back as it was stored."""
    attachment = Attachment("Rechnung ü.pdf", "application/pdf", 12345, 3, "logo@x")
    new = new_mail(ticket=a_ticket(tx), attachments=(attachment,), flags=("odd date",), text="Grüße 🖨", verdict="a customer")
    number = mails.store_mail(tx, new, b"raw", ())

    found = mails.mail_row(tx, number)

    assert found is not None
    assert {name: getattr(new, name) for name in new.__dataclass_fields__} == {
        name: getattr(found, name) for name in new.__dataclass_fields__
    }


def test_the_bytes_of_a_mail_come_back(tx: Tx) -> None:
    """Bytes are compressed, and whatever they are, they come back."""
    raw = bytes(range(256)) * 1000

    assert raw == mails.raw_of(tx, a_mail(tx, data=raw))


def test_a_mail_may_have_no_bytes(tx: Tx) -> None:
    """None stored is none found."""
    assert mails.raw_of(tx, a_mail(tx, data=None)) is None


def test_the_same_mail_is_found_by_id_and_hash(tx: Tx) -> None:
    """Id and content together say that a mail is here already (P2)."""
    number = a_mail(tx, "m1@x", ticket=a_ticket(tx))

    assert number == mails.seen(tx, "m1@x", hash_of("m1@x")).duplicate


def test_the_same_id_with_other_content_is_another_mail(tx: Tx) -> None:
    """Whoever copies a Message-ID suppresses nothing; the id is known, though."""
    a_mail(tx, "m1@x")

    assert Seen(None, same_id=True, awaited=False) == mails.seen(tx, "m1@x", "another hash")
    assert Seen(None, same_id=False, awaited=False) == mails.seen(tx, "m2@x", "another hash")


def test_a_mail_that_another_one_named_is_awaited(tx: Tx) -> None:
    """A reply may come before what it answers."""
    a_mail(tx, "reply@x", ("parent@x",))

    assert Seen(None, same_id=False, awaited=True) == mails.seen(tx, "parent@x", "hash")


def test_storing_a_mail_twice_is_refused(tx: Tx) -> None:
    """The database itself keeps a mail from being stored twice, and the transaction goes on."""
    a_mail(tx, "m1@x")
    with pytest.raises(Conflict), savepoint(tx):
        a_mail(tx, "m1@x")

    assert a_mail(tx, "m2@x") > 0


@pytest.mark.parametrize("name", ["zero\x00byte@x", f"half{HALF}pair@x", "long" * 4000 + "@x", "ü" * 900 + "@x"])
def test_no_message_id_is_too_hostile_to_be_found_again(tx: Tx, name: str) -> None:
    """What no database can hold as it is, is still found under its own name."""
    ticket = a_ticket(tx)
    a_mail(tx, name, (name + "parent",), ticket=ticket)

    known = mails.known(tx, name + "parent", [name], [])

    assert mails.seen(tx, name, hash_of(name)).duplicate is not None
    assert {name: ticket} == known.by_message_id
    assert {name + "parent": ticket} == known.by_reference


def test_hostile_text_is_stored_with_marks_in_its_place(tx: Tx) -> None:
    """A NUL or half a surrogate pair costs a question mark, never the mail."""
    number = a_mail(tx, subject=f"zero\x00 half{HALF}", flags=(f"\x00{HALF}",))

    found = mails.mail_row(tx, number)

    assert found is not None
    assert found.subject == "zero? half?"


def test_long_ids_that_begin_alike_are_told_apart(tx: Tx) -> None:
    """Two ids that differ only in their last letter stay two."""
    a_mail(tx, "x" * 5000 + "1")

    assert mails.seen(tx, "x" * 5000 + "2", "hash").same_id is False


def test_a_stored_parent_is_known(tx: Tx) -> None:
    """An ancestor that is stored leads to its ticket, which comes along with its people."""
    ticket = a_ticket(tx)
    a_mail(tx, "parent@x", ticket=ticket)

    known = mails.known(tx, "child@x", ["nobody@x", "parent@x"], [])

    assert {"parent@x": ticket} == known.by_message_id
    assert [ticket] == list(known.tickets)
    assert known.tickets[ticket].participants


def test_of_several_mails_with_one_id_the_newest_ticket_is_known(tx: Tx) -> None:
    """A reused Message-ID leads to the newest ticket that has it; a copy without a ticket hides none."""
    older, newer = a_ticket(tx), a_ticket(tx)
    a_mail(tx, "parent@x", ticket=older)
    a_mail(tx, "parent@x", ticket=newer, content_hash="other")
    a_mail(tx, "parent@x", content_hash="on no ticket")

    assert {"parent@x": newer} == mails.known(tx, "child@x", ["parent@x"], []).by_message_id


def test_a_shared_ancestor_is_known(tx: Tx) -> None:
    """Two mails that name the same unknown mail are relatives."""
    ticket = a_ticket(tx)
    a_mail(tx, "brother@x", ("lost@x",), ticket=ticket)

    known = mails.known(tx, "sister@x", ["lost@x"], [])

    assert ({}, {"lost@x": ticket}) == (known.by_message_id, known.by_reference)


def test_a_mail_that_was_named_before_it_came_is_known(tx: Tx) -> None:
    """A parent that arrives after its child finds the child's ticket by its own id."""
    ticket = a_ticket(tx)
    a_mail(tx, "child@x", ("parent@x",), ticket=ticket)

    assert {"parent@x": ticket} == mails.known(tx, "parent@x", [], []).by_reference


def test_a_relative_without_a_ticket_leads_nowhere(tx: Tx) -> None:
    """What was ignored is no reason to join anything."""
    a_mail(tx, "ignored@x", ("lost@x",))

    known = mails.known(tx, "child@x", ["ignored@x", "lost@x"], [])

    assert (known.by_message_id, known.by_reference, known.tickets) == ({}, {}, {})


def test_tickets_asked_for_by_number_come_along(tx: Tx) -> None:
    """Numbers out of tokens and subjects are looked up in the same breath; numbers that do not exist are left out."""
    ticket = a_ticket(tx)

    assert {ticket} == set(mails.known(tx, "m@x", [], [ticket, 4711]).tickets)


def test_thousands_of_references_are_cut(tx: Tx) -> None:
    """Of a mail that names thousands, the nearest 200 are remembered, and no more are asked for."""
    names = tuple(f"n{i}@x" for i in range(5000))
    ticket = a_ticket(tx)
    a_mail(tx, "flood@x", names, ticket=ticket)

    known = mails.known(tx, "m@x", names, [])

    assert {"n0@x", "n198@x"} <= set(known.by_reference)
    assert len(known.by_reference) == 199


def test_a_mail_is_attached_with_its_reason(tx: Tx) -> None:
    """Once its parent is there, a waiting mail is on a ticket and waits no longer."""
    ticket = a_ticket(tx)
    number = a_mail(tx, waiting=True)

    mails.attach(tx, number, ticket, "its parent has come")

    found = mails.mail_row(tx, number)
    assert found is not None
    assert (ticket, "its parent has come", False) == (found.ticket, found.matched, found.waiting)


def test_only_waiting_mails_wait_for_a_parent(tx: Tx) -> None:
    """The mails that name a new mail and wait for it, oldest first; others that name it do not wait."""
    later = a_mail(tx, "s2@x", ("parent@x",), waiting=True, received_at=after(hours=1))
    sooner = a_mail(tx, "s1@x", ("parent@x",), waiting=True)
    a_mail(tx, "c@x", ("parent@x",))
    a_mail(tx, "s3@x", ("other@x",), waiting=True)

    assert [sooner, later] == mails.waiting_for(tx, "parent@x")


def test_the_mails_of_a_ticket_come_in_the_order_of_arrival(tx: Tx) -> None:
    """Stored late, shown at its own time."""
    ticket = a_ticket(tx)
    second = a_mail(tx, "2@x", ticket=ticket, received_at=after(hours=1))
    first = a_mail(tx, "1@x", ticket=ticket)

    assert [first, second] == [row.id for row in mails.mails_of(tx, ticket)]


def test_the_newest_public_mail_is_no_note(tx: Tx) -> None:
    """Notes are never the newest mail for the customer's eyes."""
    ticket = a_ticket(tx)
    answer = an_answer(tx, ticket)
    an_answer(tx, ticket, "note@x", visibility=INTERNAL, received_at=after(hours=1))

    found = mails.newest_public(tx, ticket)

    assert found is not None
    assert answer == found.id


@pytest.mark.parametrize(
    ("mail", "counts"),
    [
        ({}, True),
        ({"kind": Kind.UNKNOWN}, True),
        ({"kind": Kind.UNREADABLE}, True),
        ({"kind": Kind.STAFF}, True),  # a colleague who is the requester here
        ({"kind": Kind.STAFF, "person": "anna"}, False),  # an answer
        ({"kind": Kind.STAFF, "direction": OUT}, False),  # an answer in the Sent folder
        ({"kind": Kind.AUTO_REPLY}, False),
        ({"kind": Kind.BOUNCE}, False),
        ({"visibility": INTERNAL}, False),
    ],
)
def test_what_counts_as_the_customers_word(tx: Tx, mail: dict[str, object], counts: bool) -> None:
    """The latest from the customer is a person's mail that is none of ours."""
    ticket = a_ticket(tx)
    a_mail(tx, ticket=ticket, **mail)

    assert [counts] * 2 == [bool(mails.from_customer(tx, ticket, 1)), bool(mails.unanswered(tx, ticket, 0, 1))]


def test_a_held_mail_can_be_shown_later(tx: Tx) -> None:
    """Once confirmed, a held answer is the newest public mail, in its author's name."""
    ticket = a_ticket(tx)
    number = an_answer(tx, ticket, visibility=INTERNAL, person="")

    mails.publish(tx, number, "anna")

    found = mails.newest_public(tx, ticket)
    assert found is not None
    assert (number, "anna") == (found.id, found.person)


def test_bytes_are_dropped_in_steps_the_oldest_first(tx: Tx) -> None:
    """Only mails stored before the instant lose their bytes, and one step drops no more than it may."""
    old = [a_mail(tx, f"{i}@x", stored_at=NOON) for i in range(3)]
    young = a_mail(tx, "young@x", stored_at=after(hours=2))

    assert [mails.drop_raw_before(tx, after(hours=1), limit=2) for _ in range(3)] == [2, 1, 0]
    assert [mails.raw_of(tx, number) for number in old] == [None, None, None]
    assert mails.raw_of(tx, young) == b"raw"


def test_what_is_stored_is_there_for_the_next_transaction(store: Store) -> None:
    """A committed mail is read by another transaction."""
    with store.write() as tx:
        number = a_mail(tx)

    with store.read() as tx:
        assert mails.mail_row(tx, number) is not None


def test_an_id_that_a_provider_gave_stands_for_the_ticket(tx: Tx) -> None:
    """C8: once it was learned, a mail that names nothing else is known; learned again, it is the newer one's."""
    one, other = a_ticket(tx), a_ticket(tx)
    mails.learn(tx, "ses@provider.example", one, split=False)
    mails.learn(tx, "ses@provider.example", other, split=False)

    found = mails.known(tx, "m9@x", ["ses@provider.example"], [])
    assert ({"ses@provider.example": other}, {}) == (found.by_message_id, found.split)


def test_a_mail_that_was_split_off_is_told_apart(tx: Tx) -> None:
    """C7: what answers it goes to its new ticket before anything else is asked."""
    ticket = a_ticket(tx)
    a_mail(tx, "m1@x", ticket=ticket)
    mails.learn(tx, "m1@x", ticket, split=True)

    assert {"m1@x": ticket} == mails.known(tx, "m9@x", ["m1@x"], []).split


def test_a_report_does_not_undo_a_split(tx: Tx) -> None:
    """C7: Anybody can write a delivery report that names a mail; whom staff split off stays where they are."""
    ticket, other = a_ticket(tx), a_ticket(tx)
    mails.learn(tx, "m1@x", ticket, split=True)
    mails.learn(tx, "m1@x", other, split=False)
    assert {"m1@x": ticket} == mails.known(tx, "m9@x", ["m1@x"], []).split

    mails.learn(tx, "m1@x", other, split=True)
    assert {"m1@x": other} == mails.known(tx, "m9@x", ["m1@x"], []).split


def test_merges_are_followed_to_their_end(tx: Tx) -> None:
    """C7: the tickets that others went into come along, however many times."""
    first, second, third = a_ticket(tx), a_ticket(tx), a_ticket(tx)
    tickets.change_ticket(tx, first, merged_into=second)
    tickets.change_ticket(tx, second, merged_into=third)

    found = mails.known(tx, "m9@x", [], [first])
    assert ({first: second, second: third}, {first, second, third}) == (found.merged, set(found.tickets))


@pytest.mark.parametrize(("count", "minutes", "is_one"), [(4, 1, True), (3, 1, False), (4, 20, False)])
def test_a_flood_is_many_mails_in_a_short_time(tx: Tx, count: int, minutes: int, is_one: bool) -> None:
    """More than three within ten minutes here."""
    ticket = a_ticket(tx)
    for number in range(count):
        a_mail(tx, f"m{number}@x", ticket=ticket, received_at=after(minutes=minutes * number))

    assert is_one == mails.flooded(tx, ticket, after(minutes=minutes * (count - 1) - 10), 3)


def test_what_came_after_the_last_answer_is_unanswered(tx: Tx) -> None:
    """Oldest first; an answer that is left out of account answers nothing."""
    ticket = a_ticket(tx)
    a_mail(tx, ticket=ticket, received_at=NOON)
    answer = an_answer(tx, ticket, received_at=after(hours=1))
    later = [a_mail(tx, f"later{hours}@customer.example", ticket=ticket, received_at=after(hours=hours)) for hours in (2, 3)]

    assert later == [mail.id for mail in mails.unanswered(tx, ticket, 0, 10)]
    assert 3 == len(mails.unanswered(tx, ticket, answer, 10))
    assert later[:1] == [mail.id for mail in mails.unanswered(tx, ticket, 0, 1)]
