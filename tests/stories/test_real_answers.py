"""How staff work from their own mail clients at a real Dovecot: the Sent folder, a copy to us, a first word, a command.

One daemon with two mailboxes serves all of these tests, each with a customer of its own; what a person's client does is APPENDed.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select

from mailsupport.store.schema import clock, ticket
from servers.dovecot import Dovecot
from servers.smtp import recording
from stories.station import ANNA, PM, Station, id_of, letter, reply, until

ERIKA, HANK, ZED, LEO, KIM = (f"{name}.example" for name in ("erika@globex", "hank@hooli", "zed@zorg", "leo@lost", "kim@globex"))
MORE = 'poll_every = "1s"'
"""The Sent folder is polled; a real desk waits a minute."""


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, dovecot: Dovecot) -> Iterator[Station]:
    """A desk whose daemon runs. An answer with us in copy is asked about, as by default."""
    with recording() as relay:
        station = Station(tmp_path_factory.mktemp("answers"), dovecot, relay, cc_answers="confirm", support_more=MORE)
        with station.daemon():
            yield station
        assert station.audit() == []


def asks(desk: Station, who: str) -> bytes:
    """A customer asks, and Anna hears of it; returns the question."""
    question = desk.arrives(letter(who, desk.support, f"Belt of {who}", f"Words of {who}."))
    desk.await_mail(ANNA, f"Words of {who}")
    return question


def follows(mail: bytes) -> dict[str, str]:
    """The fields of a reply to that mail."""
    return {"In_Reply_To": id_of(mail), "References": id_of(mail)}


def clocks(desk: Station, who: str) -> list[tuple[object, ...]]:
    """The first-response clocks of a customer's tickets: state, and when it stopped."""
    asked = select(clock.c.state, clock.c.stopped_at).join(ticket).where(ticket.c.requester_email == who)
    return desk.rows(asked)


def met(desk: Station, who: str) -> None:
    """Wait until a customer's first answer is given."""
    until(lambda: [state for state, _ in clocks(desk, who)] == ["met"], 10, f"{who} has an answer")


def test_an_answer_from_the_sent_folder_counts(desk: Station) -> None:
    """E1: The client keeps its copy where it always does; nothing goes out a second time."""
    question = asks(desk, ERIKA)
    desk.arrives(letter(desk.support, ERIKA, "Re: Belt", "It clicks twice.", **follows(question)), folder="Sent")
    met(desk, ERIKA)

    assert not desk.mails(ERIKA, "It clicks twice.")


def test_an_answer_with_us_in_copy_counts_once_it_is_confirmed(desk: Station) -> None:
    """P8: A name proves nothing; a reply to our question does, and the answer counts from when it came in."""
    question = asks(desk, HANK)
    direct = letter(ANNA, HANK, "Re: Belt", "It clicks thrice.", Cc=desk.support, **follows(question))
    desk.arrives(direct, timedelta(seconds=30))
    asked = desk.await_mail(ANNA, "It clicks thrice.")
    assert [state for state, _ in clocks(desk, HANK)] == ["running"]

    desk.arrives(reply(ANNA, asked, "Yes, that was me."))
    met(desk, HANK)

    assert not desk.mails(HANK, "It clicks thrice.")


def test_a_conversation_begun_from_the_shared_mailbox_is_a_ticket(desk: Station) -> None:
    """E8: A mail in the Sent folder that answers nothing; what the customer writes back joins it."""
    first = desk.arrives(letter(desk.support, ZED, "Your new belt", "It comes on Friday."), folder="Sent")
    met(desk, ZED)
    desk.arrives(letter(ZED, desk.support, "Re: Your new belt", "Friday is fine.", **follows(first)))
    desk.await_mail(ANNA, "Friday is fine.")

    assert len(clocks(desk, ZED)) == 1
    assert not desk.mails(ZED)


def test_a_conversation_begun_with_us_in_copy_is_asked_about(desk: Station) -> None:
    """E8: On a From line alone nothing is opened in a customer's name; any reply of its author opens it."""
    desk.arrives(letter(ANNA, LEO, "Your new belt", "It comes on Monday.", Cc=desk.support))
    asked = desk.await_mail(ANNA, "It comes on Monday.")
    assert clocks(desk, LEO) == []
    desk.arrives(reply(ANNA, asked, "Yes."))
    met(desk, LEO)

    assert not desk.mails(LEO)


def test_a_command_in_a_reply_closes_the_ticket(desk: Station) -> None:
    """E5: The customer gets the words behind it and how it begins again; the author a confirmation; the chain is not told."""
    asks(desk, KIM)
    desk.arrives(reply(ANNA, desk.await_mail(ANNA, f"Words of {KIM}"), "/close The belt is exchanged."))
    answer = desk.await_mail(KIM, "The belt is exchanged.")

    assert b"/close" not in answer.raw and b"Not solved?" in answer.raw
    desk.await_mail(ANNA, "[Done]")
    met(desk, KIM)
    assert desk.rows(select(ticket.c.state).where(ticket.c.requester_email == KIM)) == [("closed",)]
    assert not desk.mails(PM)
