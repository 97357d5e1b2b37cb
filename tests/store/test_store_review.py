"""The audit's questions: silent on a sound desk, and each broken promise is found."""

from __future__ import annotations

import pytest
from sqlalchemy import delete, update
from stored import NOON, a_chain, a_firing, a_folder, a_mail, a_ticket, after, an_answer, an_entry, an_outgoing, enter

from mailsupport.core.guard import ClockKind, ClockState
from mailsupport.core.model import State
from mailsupport.ports import Outcome, RecipientResult
from mailsupport.store import Tx, behind, chains, clocks, history, holds, mailboxes, mails, outbox, review, schema, tickets
from mailsupport.store.rows import DIRECT, NOT_READ, OUT, SKIPPED

BEN = "ben@acme.example"


def found(tx: Tx) -> list[str]:
    """What the whole audit finds."""
    return [line for _, check in review.CHECKS for line in check(tx)]


@pytest.fixture
def ticket(tx: Tx) -> int:
    """A ticket of Carla's, sound in every way: entered, clocked, receipted, lapsed, and Ben alerted."""
    number = a_ticket(tx)
    mailboxes.start_folder(tx, a_folder())
    enter(tx, an_entry(1, a_mail(tx, ticket=number)))
    clock = clocks.start_clock(tx, number, ClockKind.FIRST_RESPONSE, 0, NOON, after(hours=1), "1 h")
    tickets.note_receipt(tx, number, "carla@customer.example", True, NOON)
    an_outgoing(tx, "receipt@acme.example", ("carla@customer.example",), kind="receipt", ticket=number)
    clocks.lapse(tx, [clock], after(hours=1))
    chains.save_chain(tx, a_chain(number, step=0, next_at=after(hours=2)))
    alert = an_outgoing(tx, "alert@acme.example", ticket=number)
    chains.tell(tx, a_firing(tx, number, at=after(hours=1)), "alert", "ben", BEN, alert, after(hours=1))
    behind.catch_up_all(tx)
    return number


def relayed(tx: Tx, ticket: int, accepted: float, written: float = 0.5) -> None:
    """Anna's answer of half past twelve, which the relay accepted some hours after noon."""
    mail = an_answer(tx, ticket, received_at=after(hours=written), stored_at=after(hours=written))
    sent = an_outgoing(tx, "answer@acme.example", ("carla@customer.example",), kind="answer", ticket=ticket, cause_mail=mail)
    result = RecipientResult("carla@customer.example", Outcome.ACCEPTED, 250, "ok")
    outbox.record(tx, sent, [result], after(hours=accepted), next_at=None, state="done", error="")


def test_a_sound_desk_has_nothing_to_report(tx: Tx, ticket: int) -> None:
    """No promise is called broken that is kept."""
    assert found(tx) == []


def test_an_empty_desk_has_nothing_to_report(tx: Tx) -> None:
    """Nor on the first day."""
    assert found(tx) == []


def test_a_uid_without_a_mail_is_found(tx: Tx, ticket: int) -> None:
    """Only a mail that had vanished from the server may be missing (P1)."""
    enter(tx, an_entry(2))
    enter(tx, an_entry(3, state="gone"))

    assert found(tx) == ["ledger row 2 (support, UID 2) has no mail"]


def test_a_ticketed_mail_on_no_ticket_is_found(tx: Tx, ticket: int) -> None:
    """The ledger says ticketed, and there is none (P1)."""
    enter(tx, an_entry(2, a_mail(tx, "m2@x")))

    assert found(tx) == ["ledger row 2 says ticketed, but mail 2 is on no ticket"]


def test_lost_bytes_are_found(tx: Tx, ticket: int) -> None:
    """The bytes of a mail are kept (P1)."""
    tx.execute(delete(schema.raw))

    assert found(tx) == ["mail 1 has lost its bytes"]


def test_bytes_past_their_keeping_are_not_missed(tx: Tx, ticket: int) -> None:
    """What `keep_raw` allowed to drop is no loss."""
    mails.drop_raw_before(tx, after(hours=1))

    assert found(tx) == []


def test_somebody_told_without_a_mail_is_found(tx: Tx, ticket: int) -> None:
    """A told row names an outgoing mail with that recipient (P3)."""
    tx.execute(delete(schema.recipient).where(schema.recipient.c.email == BEN))

    assert [f"told row 1 says that {BEN} was told, and no outgoing mail has that recipient"] == found(tx)


def test_a_receipt_beside_the_outbox_is_found(tx: Tx, ticket: int) -> None:
    """A receipt that was counted has its row (P3)."""
    tx.execute(update(schema.outbox).where(schema.outbox.c.kind == "receipt").values(kind="other"))

    assert found(tx) == ["ticket 1 has a receipt that is not in the outbox"]


def test_an_answer_beside_the_outbox_is_found(tx: Tx, ticket: int) -> None:
    """An answer taken in to be relayed has its row (P3)."""
    number = an_answer(tx, ticket, received_at=after(hours=3), stored_at=after(hours=3))

    assert [f"ticket 1: the answer in mail {number} is not in the outbox"] == found(tx)


@pytest.mark.parametrize("fields", [{"direction": OUT}, {"flags": (DIRECT,)}])
def test_an_answer_that_went_around_us_needs_no_row(tx: Tx, ticket: int, fields: dict[str, object]) -> None:
    """From the Sent folder, or straight to the customer, nothing of it is ours to send."""
    an_answer(tx, ticket, received_at=after(hours=3), stored_at=after(hours=3), **fields)

    assert found(tx) == []


@pytest.mark.parametrize("purpose", ["answered", "begun"])
def test_an_answer_in_copy_that_its_author_confirmed_needs_no_row(tx: Tx, ticket: int, purpose: str) -> None:
    """The customer had it from its author; until the confirmation it is no answer at all."""
    number = an_answer(tx, ticket, received_at=after(hours=3), stored_at=after(hours=3))
    asked = holds.purpose(purpose, "", ())
    held = holds.hold(tx, mail=number, ticket=ticket, person="anna", purpose=asked, reason="in_copy", at=after(hours=3))
    assert found(tx) == [f"ticket 1: the answer in mail {number} is not in the outbox"]
    holds.settle_hold(tx, held, "confirmed")

    assert found(tx) == []


def test_an_active_chain_that_never_goes_on_is_found(tx: Tx, ticket: int) -> None:
    """An active chain has its next step (P4)."""
    chains.save_chain(tx, a_chain(ticket, next_at=None))

    assert found(tx) == ["ticket 1: its chain is active and has no next step"]


def test_a_step_that_told_nobody_and_does_not_say_why_is_found(tx: Tx, ticket: int) -> None:
    """A step tells somebody, or a line in the log says why not (P4)."""
    fired = a_firing(tx, ticket, 1, at=after(hours=2))
    assert found(tx) == ["ticket 1: step 1 fired, told nobody, and no reason is kept"]

    history.log(tx, ticket, after(hours=2), "mailsupport", SKIPPED, {"firing": fired, "reason": "nobody has that role"})

    assert found(tx) == []


@pytest.mark.parametrize(
    ("received", "stored", "broken"),
    [
        (0.5, 0.5, True),  # answered in time, and known
        (0.5, 9, True),  # answered in time, and waiting unread in the mailbox when the alarm was raised
        (1.5, 1.5, False),  # answered after the alarm
        (1, 1, False),  # answered at the moment of the alarm
        (0, 0, False),  # the answer with which this clock began
        (-1, -1, False),  # answered before this clock began
    ],
)
def test_an_alarm_over_an_answer_is_found(tx: Tx, ticket: int, received: float, stored: float, broken: bool) -> None:
    """The clock was due at one and fired at one; an answer from before that stops the alert (P5)."""
    an_answer(tx, ticket, direction=OUT, received_at=after(hours=received), stored_at=after(hours=stored))

    assert broken is bool(found(tx))


def test_an_alarm_that_says_what_was_not_read_is_excused(tx: Tx, ticket: int) -> None:
    """Where a mailbox could not be read, the alert had to go and said so."""
    an_answer(tx, ticket, direction=OUT, received_at=after(minutes=30), stored_at=after(hours=9))
    tx.execute(update(schema.firing).values(reason=f"nobody answered; Sent was {NOT_READ} since 11:00"))

    assert found(tx) == []


@pytest.mark.parametrize(("accepted", "broken"), [(0.6, True), (1.5, False)])
def test_a_relayed_answer_counts_when_it_was_accepted(tx: Tx, ticket: int, accepted: float, broken: bool) -> None:
    """An answer that the relay took after the deadline beat no alarm."""
    relayed(tx, ticket, accepted)

    assert broken is bool(found(tx))


def test_an_answer_written_before_the_question_beat_no_alarm(tx: Tx, ticket: int) -> None:
    """The relay took it after the customer had asked again: it knew nothing of that."""
    relayed(tx, ticket, 0.6, written=-0.5)

    assert found(tx) == []


@pytest.mark.parametrize(
    ("known", "merged", "began", "cycle", "broken"),
    [
        (0.6, 0.8, 0.8, 0, False),  # known when the merge began the clock: it met the promise of its own ticket
        (0.8, 0.8, 0.8, 0, False),  # at that very moment
        (0.9, 0.8, 0.8, 0, True),  # after the merge: it answers both
        (0.6, 0.8, 0, 0, True),  # the merge left the clock as it was
        (0.6, 0.8, 0.8, 1, True),  # the merge began another
    ],
)
def test_an_answer_from_before_a_merge_beat_no_alarm_of_the_clock_it_began(
    tx: Tx, ticket: int, known: float, merged: float, began: float, cycle: int, broken: bool
) -> None:
    """A mail split off and merged back unanswered is owed an answer still, whatever the target was answered meanwhile."""
    relayed(tx, ticket, known)
    history.log(tx, ticket, after(hours=merged), "anna", "merged", {"from": 7})
    history.log(tx, ticket, after(hours=began), "mailsupport", "clock_started", {"clock": "first_response", "cycle": cycle})

    assert broken is bool(found(tx))


def test_an_answer_that_came_back_beat_no_alarm(tx: Tx, ticket: int) -> None:
    """What bounced answered nobody."""
    relayed(tx, ticket, 0.6)
    tx.execute(update(schema.recipient).where(schema.recipient.c.email == "carla@customer.example").values(state="bounced"))

    assert found(tx) == []


def test_a_clock_on_a_closed_ticket_is_found(tx: Tx, ticket: int) -> None:
    """Closing a ticket ends its clocks."""
    clocks.start_clock(tx, ticket, ClockKind.RESOLUTION, 0, NOON, after(hours=9), "9 h")
    tickets.change_ticket(tx, ticket, state=State.CLOSED)

    assert found(tx) == ["ticket 1 is closed, and its resolution clock runs"]


def test_a_ticket_without_a_clock_is_found(tx: Tx, ticket: int) -> None:
    """Nobody would ever hear of it."""
    a_ticket(tx)

    assert found(tx) == ["ticket 2 never had a clock"]


def test_a_stopped_clock_is_enough(tx: Tx, ticket: int) -> None:
    """An answered ticket had its clock."""
    number = a_ticket(tx)
    clock = clocks.start_clock(tx, number, ClockKind.FIRST_RESPONSE, 0, NOON, after(hours=1), "1 h")
    clocks.stop_clock(tx, clock, NOON, ClockState.MET, "answered")

    assert found(tx) == []
