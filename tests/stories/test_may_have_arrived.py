"""A relay that swallows its answer to a mail: what is sent again, what is not, and what settles it (G3)."""

from __future__ import annotations

from sqlalchemy import select

from mailsupport.ports import Outcome
from mailsupport.store.schema import clock, outbox
from stories.world import World

ERIKA, ANNA = "erika@globex.example", "anna@acme.example"
SWALLOWED = (Outcome.UNKNOWN, 0, "no answer in time")


def swallowed(desk: World) -> bytes:
    """Anna answers, and nobody knows whether the relay took it; returns its bytes."""
    desk.writes(ERIKA, "It prints blank pages.")
    desk.works()
    desk.sink.answers[ERIKA] = SWALLOWED
    desk.replies(ANNA, desk.expect_mail(ANNA), "Please clean the drum.")
    desk.works()
    with desk.assembly.service.store.read() as tx:
        return bytes(tx.execute(select(outbox.c.data).where(outbox.c.kind == "answer")).scalar_one())


def state(desk: World) -> tuple[str, int, bool]:
    """The answer's state, how often it was tried, and whether the promise counts as kept."""
    with desk.assembly.service.store.read() as tx:
        row = tx.execute(select(outbox.c.state, outbox.c.attempts).where(outbox.c.kind == "answer")).one()
        stopped = tx.execute(select(clock.c.stopped_at).where(clock.c.kind == "first_response")).scalar_one()
    return row.state, row.attempts, stopped is not None


def test_an_answer_that_may_have_arrived_stops_no_clock_and_goes_again(desk: World) -> None:
    """G3: The same bytes after a minute; the promise is kept when the relay says that it has them."""
    raw = swallowed(desk)
    before = state(desk)
    del desk.sink.answers[ERIKA]
    desk.passes("2m")

    assert before == ("queued", 1, False)
    assert state(desk) == ("done", 2, True)
    assert [mail.raw for mail in desk.mails(ERIKA)].count(raw) == 1


def test_a_copy_that_comes_by_settles_it(desk: World) -> None:
    """G3: The provider keeps a copy of what it takes: the answer has left, its clock stops, and it is not sent again."""
    raw = swallowed(desk)
    desk.arrives(raw)
    desk.works()
    settled = state(desk)
    del desk.sink.answers[ERIKA]
    desk.passes("1h")

    assert settled == state(desk) == ("done", 1, True)
    assert raw not in [mail.raw for mail in desk.mails(ERIKA)]


def test_a_receipt_that_may_have_arrived_is_not_sent_twice(desk: World) -> None:
    """G3: Nobody misses the second one."""
    desk.sink.answers[ERIKA] = SWALLOWED
    desk.writes(ERIKA, "It prints blank pages.")
    desk.works()
    del desk.sink.answers[ERIKA]
    desk.passes("1h")

    assert desk.mails(ERIKA) == []
