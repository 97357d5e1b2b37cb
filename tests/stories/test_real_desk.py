"""A day at the desk, by mail alone: what Outlook and Gmail send, a colleague who is late, closing and reopening, an alert.

A Dovecot, a relay and one daemon; each request is of a customer of its own. What a person's program sends is APPENDed; what the
program did is read from the relay, from the Sent folder and from the database.
"""

from __future__ import annotations

import email
import email.policy
from collections.abc import Iterator
from datetime import timedelta
from email.message import EmailMessage

import pytest
from sqlalchemy import select

from mailsupport.store.schema import chain, clock, mail, ticket
from servers.dovecot import Dovecot
from servers.smtp import Received, recording
from stories.clients import Client, gmail, iphone, outlook
from stories.station import ANNA, PM, Station, letter, now, reply, until
from stories.world import Sent

JO = "jo@acme.example"
ERIKA, HANK, ZED, KIM, LEO = (f"{name}.example" for name in ("erika@globex", "hank@hooli", "zed@zorg", "kim@globex", "leo@lost"))
MORE = 'poll_every = "1s"'
INSIDE = (
    b"anna@",
    b"jo@",
    b"pm@",
    b"[ref:",
    b"/close",
    b"/take",
    b"Commands, alone",
    b"own words",
    b"support+t1",
    b"reply to this mail goes",
)
"""What of ours stands in notifications, and in no mail to a customer: addresses of staff, tokens, the words of our notice."""


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, dovecot: Dovecot) -> Iterator[Station]:
    """A desk whose daemon runs, with Anna and Jo. After all: every promise is kept, and we filed nothing in Sent."""
    with recording() as relay:
        settings = {"top": 'ack_guard = "1s"', "staff": f'["{ANNA}", "{JO}"]', "support_more": MORE}
        station = Station(tmp_path_factory.mktemp("desk"), dovecot, relay, **settings)
        with station.daemon():
            yield station
        assert station.audit() == []
        assert station.lies_in("Sent") == []
        outside = [one for one in relay.mails if not all(to.endswith("@acme.example") for to in one.recipients)]
        assert [] == [(one.recipients, secret) for one in outside for secret in INSIDE if secret in one.raw]


def asks(desk: Station, who: str, person: str = ANNA, ago: timedelta = timedelta()) -> Received:
    """A customer asks; returns the notification that one of us gets."""
    desk.arrives(letter(who, desk.support, f"Belt of {who}", f"Words of {who}.\nWhat can we do?"), ago)
    return desk.await_mail(person, f"Words of {who}", 40)


def program(client: Client, person: str, taken: Received, words: str) -> bytes:
    """A reply as that program writes it: words in text and HTML, our whole mail below."""
    sent = Sent(taken.sender, taken.recipients, taken.raw)
    message = sent.message
    page = "".join(f"<p>{line}</p>" for line in words.split("\n"))
    body = client(sent, page, words)
    body["From"], body["To"] = person, str(message["Reply-To"] or message["From"])
    body["Subject"] = f"RE: {message['Subject']}"
    body["Message-ID"] = f"<{abs(hash((person, words)))}@laptop.example>"
    body["In-Reply-To"] = str(message["Message-ID"])
    body["References"] = f"{message.get('References', '')} {message['Message-ID']}".strip()
    return body.as_bytes(policy=email.policy.SMTP)


def text_of(taken: Received) -> str:
    """The plain words of a mail."""
    message = email.message_from_bytes(taken.raw, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    part = message.get_body(("plain",))
    return part.get_content() if part else ""


def states(desk: Station, who: str) -> list[object]:
    """The states of a customer's tickets."""
    return [state for (state,) in desk.rows(select(ticket.c.state).where(ticket.c.requester_email == who))]


def clocks(desk: Station, who: str) -> list[object]:
    """The states of the clocks of a customer's tickets."""
    found = desk.rows(select(clock.c.state).join(ticket).where(ticket.c.requester_email == who).order_by(clock.c.id))
    return [state for (state,) in found]


def kept_inside(desk: Station, words: str) -> list[object]:
    """Who can see the mails that hold such words."""
    return [seen for (seen,) in desk.rows(select(mail.c.visibility).where(mail.c.new_text.contains(words)))]


def test_outlooks_reply_goes_out_without_our_notice(desk: Station) -> None:
    """E1, E7: HTML with our whole notification below a border, no quote signs: the customer gets the words alone."""
    desk.arrives(program(outlook, ANNA, asks(desk, ERIKA), "Please turn the wheel twice.\nDoes that help?"))
    answer = desk.await_mail(ERIKA, "turn the wheel twice")
    until(lambda: clocks(desk, ERIKA) == ["met"], 10, "the answer counts")

    assert text_of(answer).startswith("Please turn the wheel twice.")
    assert "What can we do?" in text_of(answer)
    assert desk.support in str(email.message_from_bytes(answer.raw)["From"])


def test_gmails_reply_above_the_quote_joins(desk: Station) -> None:
    """C1: The customer's next words are told without the quote, on the same ticket, whose next answer is waited for."""
    desk.arrives(reply(ANNA, asks(desk, HANK), "Please turn the wheel thrice."))
    answer = desk.await_mail(HANK, "wheel thrice")
    desk.arrives(program(gmail, HANK, answer, "It squeaks now."))
    told = desk.await_mail(ANNA, "It squeaks now.")

    assert text_of(told).count("wheel thrice") <= 1
    assert ["open"] == states(desk, HANK)


def test_a_colleague_who_is_late_keeps_it_as_a_note(desk: Station) -> None:
    """E11, E4: Jo answers the old copy after Anna has answered: held, asked, kept inside; the customer hears Anna alone."""
    anna, jo = asks(desk, ZED), desk.await_mail(JO, f"Words of {ZED}")
    desk.arrives(reply(ANNA, anna, "We send a new belt."))
    desk.await_mail(ZED, "We send a new belt.")
    desk.arrives(program(iphone, JO, jo, "Use the old belt."))
    asked = desk.await_mail(JO, "[Not sent]")
    desk.arrives(program(iphone, JO, asked, "note"))
    told = desk.await_mail(ANNA, "Use the old belt.")
    desk.await_mail(JO, "[Done]")

    assert "internal note" in text_of(told)
    assert ["internal"] == kept_inside(desk, "Use the old belt.")
    assert not desk.mails(ZED, "Use the old belt.")


def test_what_was_closed_with_cause_and_cure_is_opened_by_its_customer(desk: Station) -> None:
    """E5, E6, H8: The customer reads what it was and how it begins again; a reply opens the ticket, and a new answer is due."""
    notice = asks(desk, KIM)
    desk.arrives(program(outlook, ANNA, notice, "/close\nCause: the belt was worn.\nFix: we have replaced it."))
    closing = desk.await_mail(KIM, "the belt was worn")
    desk.await_mail(ANNA, "[Done]")
    assert ["closed"] == states(desk, KIM)
    assert "we have replaced it" in text_of(closing)
    assert "Not solved?" in text_of(closing)

    desk.arrives(program(gmail, KIM, closing, "It is torn again."))
    desk.await_mail(ANNA, "It is torn again.")
    assert ["open"] == states(desk, KIM)
    assert ["met", "running"] == clocks(desk, KIM)


def test_any_reply_to_an_alert_takes_notice(desk: Station) -> None:
    """H6: Nobody answered in time; the project manager's two words from a phone freeze the chain, and stay inside."""
    asks(desk, LEO, ago=timedelta(hours=5))
    alert, came = desk.await_mail(PM, f"Words of {LEO}"), now()
    until(lambda: now() - came > timedelta(seconds=2.1), 5, "more than the guard, where a server counts whole seconds")
    desk.arrives(program(iphone, PM, alert, "Will do."))
    asked = select(chain.c.state, chain.c.acknowledged_by).join(ticket, ticket.c.number == chain.c.ticket)
    asked = asked.where(ticket.c.requester_email == LEO)
    until(lambda: desk.rows(asked) == [("acknowledged", PM)], 10, "the chain waits")

    assert ["internal"] == kept_inside(desk, "Will do.")
    assert not desk.mails(LEO, "Will do.")
