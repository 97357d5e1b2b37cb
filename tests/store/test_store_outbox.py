"""The outbox: claimed once, in turn, with a lease; each recipient's fate is kept; bytes never change."""

from __future__ import annotations

from datetime import datetime
from threading import Barrier, Thread

import pytest
from stored import NOON, a_ticket, after, an_outgoing

from mailsupport.errors import Conflict
from mailsupport.ports import Outcome, RecipientResult
from mailsupport.store import Store, Tx, daemons, outbox, savepoint
from mailsupport.store.rows import OutboxRow

BEN, EVE = "ben@acme.example", "eve@acme.example"
LEASE = 300


def claimed(tx: Tx, at: datetime = NOON) -> list[int]:
    """The ids that are claimed at that instant."""
    return [mail.id for mail in outbox.claim(tx, at, 10, LEASE)]


def row(tx: Tx, id: int) -> OutboxRow:
    """The outgoing mail as it stands."""
    found = outbox.outgoing(tx, id)
    assert found is not None
    return found


def result(outcome: Outcome, address: str = BEN, code: int = 250, reply: str = "ok") -> RecipientResult:
    """What the relay said of one recipient."""
    return RecipientResult(address, outcome, code, reply)


def fates(tx: Tx, id: int) -> dict[str, str]:
    """What became of each recipient."""
    return {recipient.email: recipient.state for recipient in outbox.recipients_of(tx, id)}


def done(tx: Tx, id: int, at: datetime = NOON) -> None:
    """The mail is claimed and accepted."""
    outbox.claim(tx, at, 10, LEASE)
    outbox.record(tx, id, [result(Outcome.ACCEPTED)], at, next_at=None, state="done", error="")


def deferred(tx: Tx, id: int, until: datetime) -> None:
    """The mail is claimed and put off."""
    outbox.claim(tx, NOON, 10, LEASE)
    outbox.record(tx, id, [result(Outcome.DEFERRED, code=451)], NOON, next_at=until, state="queued", error="451 later")


def test_a_claim_brings_everything_that_sending_needs(tx: Tx) -> None:
    """Bytes, sender, recipients, the number of this attempt and the end of the lease come along."""
    number = an_outgoing(tx, to=(EVE, BEN, EVE), data=b"bytes \x00\xff")

    (mail,) = outbox.claim(tx, NOON, 10, LEASE)

    assert (number, b"bytes \x00\xff", "support@acme.example") == (mail.id, mail.data, mail.sender)
    assert ((BEN, EVE), 1, after(seconds=LEASE)) == (mail.recipients, mail.attempts, mail.lease_until)


def test_what_is_claimed_is_not_claimed_again(tx: Tx) -> None:
    """Not even after the lease: then it is recovered, for it may have gone out."""
    number = an_outgoing(tx)

    assert [[number], [], []] == [claimed(tx, at) for at in (NOON, NOON, after(hours=9))]


def test_alerts_go_before_answers_and_the_oldest_first(tx: Tx) -> None:
    """The rank decides, then the time."""
    report = an_outgoing(tx, "1@x", rank=40)
    later = an_outgoing(tx, "2@x", rank=10, created_at=after(minutes=-1))
    sooner = an_outgoing(tx, "3@x", rank=10, created_at=after(minutes=-2))

    assert [sooner, later, report] == [mail.id for mail in outbox.ready(tx, NOON, 10)]
    assert [sooner, later, report] == claimed(tx)


def test_a_claim_takes_no_more_than_asked_for(tx: Tx) -> None:
    """The others stay for the next."""
    first, second = an_outgoing(tx, "1@x"), an_outgoing(tx, "2@x")

    assert [first] == [mail.id for mail in outbox.claim(tx, NOON, 1, LEASE)]
    assert [second] == claimed(tx)


def test_nothing_goes_before_its_time(tx: Tx) -> None:
    """With `not_before` a mail waits for that instant."""
    number = an_outgoing(tx, not_before=after(minutes=2))

    assert after(minutes=2) == outbox.next_ready(tx)
    assert [[], [number]] == [claimed(tx, at) for at in (after(minutes=1), after(minutes=2))]


def test_a_message_id_is_used_once(tx: Tx) -> None:
    """Every mail we send has an id of its own."""
    an_outgoing(tx, "1@x")

    with pytest.raises(Conflict), savepoint(tx):
        an_outgoing(tx, "1@x")


def test_a_finished_mail_wakes_nobody(tx: Tx) -> None:
    """Done is done: when, and that nothing is left."""
    number = an_outgoing(tx)
    done(tx, number, after(minutes=1))

    assert ("done", None, after(minutes=1)) == (row(tx, number).state, row(tx, number).next_at, row(tx, number).finished_at)
    assert (outbox.next_ready(tx), outbox.pending(tx)) == (None, [])


def test_a_mail_put_off_comes_again_for_those_left(tx: Tx) -> None:
    """G4: The next attempt is for the recipients that were not served, and counts on."""
    number = an_outgoing(tx, to=(BEN, EVE))
    outbox.claim(tx, NOON, 10, LEASE)
    results = [result(Outcome.ACCEPTED), result(Outcome.DEFERRED, EVE, 451, "later")]
    outbox.record(tx, number, results, NOON, next_at=after(minutes=5), state="queued", error="451 later")

    (mail,) = outbox.claim(tx, after(minutes=5), 10, LEASE)

    assert (mail.recipients, mail.attempts) == ((EVE,), 2)


def test_an_unknown_outcome_can_be_tried_again_or_left(tx: Tx) -> None:
    """With a next time it is sent again, without it is finished."""
    alert, receipt = an_outgoing(tx, "1@x"), an_outgoing(tx, "2@x")
    outbox.claim(tx, NOON, 10, LEASE)
    outbox.record(
        tx, alert, [result(Outcome.UNKNOWN, code=0)], NOON, next_at=after(minutes=1), state="unknown", error="no answer"
    )
    outbox.record(tx, receipt, [result(Outcome.UNKNOWN, code=0)], NOON, next_at=None, state="unknown", error="no answer")

    assert [alert] == claimed(tx, after(minutes=1))


def test_what_was_accepted_stays_accepted(tx: Tx) -> None:
    """A second attempt that fails takes nothing back."""
    number = an_outgoing(tx)
    done(tx, number)
    outbox.record(tx, number, [result(Outcome.REFUSED, code=550)], NOON, next_at=None, state="failed", error="550")

    assert fates(tx, number) == {BEN: "accepted"}


def test_a_bounce_is_noted_once_at_a_recipient_of_that_mail(tx: Tx) -> None:
    """A bounce that names somebody else is none of this mail."""
    number = an_outgoing(tx)
    done(tx, number)

    assert outbox.bounced(tx, number, EVE, "5.1.1", NOON) is False
    assert [outbox.bounced(tx, number, BEN, "5.1.1", NOON) for _ in range(2)] == [True, False]
    assert fates(tx, number) == {BEN: "bounced"}


def test_a_crash_while_sending_waits_the_lease_out(tx: Tx) -> None:
    """After the lease, and not before, the mail is handed to a caller who decides."""
    number = an_outgoing(tx)
    outbox.claim(tx, NOON, 10, LEASE)

    assert after(seconds=LEASE) == outbox.next_ready(tx)
    assert outbox.recover(tx, after(seconds=LEASE - 1)) == []
    assert [(number, "alert", 1)] == [(mail.id, mail.kind, mail.attempts) for mail in outbox.recover(tx, after(seconds=LEASE))]


def test_a_recovered_mail_goes_on_as_it_is_recorded(tx: Tx) -> None:
    """Recorded to be sent again, it is claimed again, for the same recipients."""
    number = an_outgoing(tx)
    outbox.claim(tx, NOON, 10, LEASE)
    outbox.record(tx, number, [], after(hours=1), next_at=after(hours=1), state="unknown", error="we stopped while sending")

    assert outbox.recover(tx, after(hours=2)) == []
    assert [(number, (BEN,))] == [(mail.id, mail.recipients) for mail in outbox.claim(tx, after(hours=1), 10, LEASE)]


def test_what_waits_can_be_cancelled_with_its_reason(tx: Tx) -> None:
    """An alert whose ticket was answered is not sent stale."""
    number = an_outgoing(tx)

    assert outbox.cancel(tx, number, "answered meanwhile", NOON) is True
    assert (row(tx, number).state, row(tx, number).error, fates(tx, number)) == (
        "cancelled",
        "answered meanwhile",
        {BEN: "cancelled"},
    )
    assert claimed(tx) == []


def test_what_is_put_off_can_be_cancelled(tx: Tx) -> None:
    """Between two attempts a mail can be taken back."""
    number = an_outgoing(tx)
    deferred(tx, number, after(minutes=5))

    assert outbox.cancel(tx, number, "answered meanwhile", NOON) is True


def test_what_is_being_sent_or_done_cannot_be_cancelled(tx: Tx) -> None:
    """It may be out already."""
    number = an_outgoing(tx)
    outbox.claim(tx, NOON, 10, LEASE)
    sending = outbox.cancel(tx, number, "too late", NOON)
    done(tx, number)

    assert (sending, outbox.cancel(tx, number, "too late", NOON)) == (False, False)


def test_a_person_may_retry_what_failed(tx: Tx) -> None:
    """G5: It is due at once, for those who have not accepted it; a bounced recipient is not served again."""
    number = an_outgoing(tx, to=(BEN, EVE, "zoe@acme.example"))
    outbox.claim(tx, NOON, 10, LEASE)
    outbox.record(
        tx, number, [result(Outcome.REFUSED), result(Outcome.ACCEPTED, EVE)], NOON, next_at=None, state="failed", error=""
    )
    outbox.bounced(tx, number, "zoe@acme.example", "5.1.1", NOON)

    assert outbox.retry(tx, number, after(hours=1)) is True
    assert [mail.recipients for mail in outbox.claim(tx, after(hours=1), 10, LEASE)] == [(BEN,)]


def test_a_person_cannot_retry_what_is_done(tx: Tx) -> None:
    """Nobody gets a mail twice by a key pressed twice."""
    number = an_outgoing(tx)
    done(tx, number)

    assert outbox.retry(tx, number, NOON) is False


def test_an_answer_is_queued_until_it_is_finished(tx: Tx) -> None:
    """Since when the oldest answer of a ticket waits; alerts and other tickets do not count."""
    ticket = a_ticket(tx)
    an_outgoing(tx, "1@x", ticket=ticket, created_at=after(hours=-1))
    assert outbox.queued_answer(tx, ticket) is None
    number = an_outgoing(tx, "2@x", ticket=ticket, kind="answer")
    an_outgoing(tx, "3@x", ticket=ticket, kind="answer", created_at=after(minutes=1))

    assert outbox.queued_answer(tx, ticket) == NOON
    done(tx, number)
    assert after(minutes=1) == outbox.queued_answer(tx, ticket)


def test_an_outgoing_mail_is_found_by_its_message_id(tx: Tx) -> None:
    """That is how a bounce finds its mail."""
    number = an_outgoing(tx, "1@x", data=b"bytes")

    found = outbox.by_message_id(tx, "1@x")

    assert found is not None
    assert (number, b"bytes") == (found.id, outbox.bytes_of(tx, number))
    assert outbox.by_message_id(tx, "2@x") is None


def test_the_outbox_is_listed_by_state(tx: Tx) -> None:
    """The newest first; counted by state."""
    first, second = an_outgoing(tx, "1@x"), an_outgoing(tx, "2@x")
    outbox.cancel(tx, first, "no longer true", NOON)

    assert [second, first] == [mail.id for mail in outbox.listing(tx)]
    assert [second] == [mail.id for mail in outbox.listing(tx, "queued")]
    assert outbox.counts(tx) == {"queued": 1, "cancelled": 1}


def test_claims_at_the_same_time_never_overlap(store: Store) -> None:
    """Four claimers together take every mail once."""
    with store.write() as tx:
        numbers = {an_outgoing(tx, f"{i}@x") for i in range(40)}
    together, taken = Barrier(4), []

    def take() -> None:
        together.wait()
        for _ in range(10):
            with store.write() as tx:
                taken.extend(mail.id for mail in outbox.claim(tx, NOON, 2, LEASE))

    threads = [Thread(target=take) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (40, numbers) == (len(taken), set(taken))


def test_a_claim_passes_over_what_another_daemon_is_claiming(postgres: Store) -> None:
    """On PostgreSQL a claim waits for no other (SKIP LOCKED)."""
    with postgres.write() as tx:
        first, second = an_outgoing(tx, "1@x"), an_outgoing(tx, "2@x")

    with postgres.write() as one, postgres.write() as other:
        assert [first] == [mail.id for mail in outbox.claim(one, NOON, 1, LEASE)]
        assert [second] == [mail.id for mail in outbox.claim(other, NOON, 1, LEASE)]


def test_what_a_dead_daemon_held_is_free_at_once(tx: Tx) -> None:
    """A12: Its lease need not be waited out; what a living one holds stays with it."""
    first, second = an_outgoing(tx, "o1@acme.example"), an_outgoing(tx, "o2@acme.example")
    daemons.beat(tx, daemons.DaemonRow("dead", "desk", 7, "", "", NOON, NOON, NOON), NOON, 30)
    daemons.beat(tx, daemons.DaemonRow("alive", "desk", 8, "", "", NOON, NOON, NOON), after(seconds=20), 30)
    (held,) = outbox.claim(tx, NOON, 1, LEASE, "dead")
    (kept,) = outbox.claim(tx, NOON, 1, LEASE, "alive")

    assert outbox.orphans(tx, after(seconds=29)) == []
    assert [mail.id for mail in outbox.orphans(tx, after(seconds=30))] == [first]
    assert outbox.still_held(tx, [held], "dead") == {first}
    assert outbox.still_held(tx, [kept], "dead") == set()
    assert kept.id == second


def test_a_claim_that_was_taken_over_is_no_longer_held(tx: Tx) -> None:
    """A daemon that slept past its lease may not write its result over another's."""
    an_outgoing(tx)
    (slept,) = outbox.claim(tx, NOON, 1, LEASE, "one")
    outbox.record(tx, slept.id, (), NOON, next_at=NOON, state="queued", error="")
    outbox.claim(tx, NOON, 1, LEASE, "one")

    assert outbox.still_held(tx, [slept], "one") == set()
