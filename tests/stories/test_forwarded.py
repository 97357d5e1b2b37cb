"""A request that reaches the desk through one of us: forwarded, taken down, or begun by us (E10, E8)."""

from __future__ import annotations

import re
from collections.abc import Callable
from email.message import EmailMessage
from email.utils import format_datetime

import pytest
from sqlalchemy import select

from mailsupport.store.schema import clock, hold, participant, ticket
from stories.world import SETTINGS, Sent, World

ERIKA, ANNA, JO, BEN = "erika@globex.example", "anna@acme.example", "jo@acme.example", "ben@acme.example"

FORWARD = """Please take this one.

---------- Forwarded message ---------
From: Erika Muster <erika@globex.example>
Date: Fri, Nov 20, 2026 at 4:12 PM
Subject: Printer on floor 3
To: Anna Berg <anna@acme.example>


It prints blank pages.

Erika
"""
VOUCHED = SETTINGS.replace("[smtp]", 'trusted_authserv_ids = ["mx.acme.example"]\ninternal_mail = "accept"\n[smtp]', 1)
PASSED = {"Authentication-Results": "mx.acme.example; dmarc=pass header.from=acme.example"}


def own_address(desk: World, person: str = ANNA) -> str:
    """The person's own address, from the foot of a mail that we sent them."""
    desk.writes("somebody@elsewhere.example", "Hello?", "Something else")
    desk.works()
    found = re.search(r"support\+p[^\s<]+@acme\.example", desk.expect_mail(person).text)
    assert found
    desk.nothing_new()
    return found[0]


def last_ticket(desk: World) -> tuple[str, str, str]:
    """Requester, subject and state of the newest ticket."""
    with desk.assembly.service.store.read() as tx:
        row = tx.execute(select(ticket).order_by(ticket.c.number.desc())).first()
    assert row is not None
    return row.requester_email, row.subject, row.state


def clocks(desk: World) -> list[str]:
    """The states of the newest ticket's first-response clocks."""
    with desk.assembly.service.store.read() as tx:
        newest = select(ticket.c.number).order_by(ticket.c.number.desc()).limit(1).scalar_subquery()
        found = tx.execute(select(clock.c.state).where(clock.c.ticket == newest, clock.c.kind == "first_response"))
        return list(found.scalars())


def tickets(desk: World) -> int:
    """How many there are."""
    with desk.assembly.service.store.read() as tx:
        return len(tx.execute(select(ticket.c.number)).all())


def holds(desk: World) -> list[str]:
    """Why mails are held."""
    with desk.assembly.service.store.read() as tx:
        return list(tx.execute(select(hold.c.reason).where(hold.c.state == "open")).scalars())


def answers(desk: World, notice: Sent, words: str) -> Sent:
    """Anna answers; returns what the customer gets."""
    desk.nothing_new()
    desk.replies(ANNA, notice, words)
    desk.works()
    return desk.expect_mail(ERIKA)


# --- forwards -----------------------------------------------------------------------------------------------------------------


def test_a_forward_opens_the_ticket_in_the_customers_name(desk: World) -> None:
    """E10: Marked as vouched for by nobody, with its original date and what Anna added; no receipt."""
    to = own_address(desk)
    desk.writes(ANNA, FORWARD, "Fwd: Printer on floor 3", to=to)
    desk.works()
    notice = desk.expect_mail(JO)

    assert last_ticket(desk) == (ERIKA, "Printer on floor 3", "new")
    assert "! Forwarded by Anna Berg; nobody vouches for its sender." in notice.text
    assert "Fri, Nov 20, 2026 at 4:12 PM" in notice.text and "Please take this one." in notice.text
    assert "> It prints blank pages." in notice.text and "Forwarded message" not in notice.text
    desk.expect_no_mail(ERIKA)


def test_the_clock_of_a_forward_starts_when_it_comes_in(desk: World) -> None:
    """E10: Not when the customer wrote: nobody had promised them anything then."""
    desk.writes(ANNA, FORWARD, "Fwd: Printer on floor 3", to=own_address(desk))
    desk.passes("3h59m")
    assert clocks(desk) == ["running"]
    desk.passes("2m")

    assert clocks(desk) == ["lapsed"]
    assert any("Globex" in m.text for m in desk.mails(BEN, "escalated"))


def test_the_answer_goes_to_the_customer(desk: World) -> None:
    """Nothing of the forward's own headers or words shows in it."""
    desk.writes(ANNA, FORWARD, "Fwd: Printer on floor 3", to=own_address(desk))
    desk.works()
    answer = answers(desk, desk.expect_mail(ANNA), "Check the belt.")

    assert "Check the belt." in answer.text and "> It prints blank pages." in answer.text
    assert "Please take this one" not in answer.text
    assert answer.subject == "Re: Printer on floor 3"
    assert answer.message["In-Reply-To"] is None


def test_an_attached_mail_is_read(desk: World) -> None:
    """E10: Better than its quote: the customer's own Message-ID goes on, and their next mail joins."""
    inner = EmailMessage()
    inner["From"], inner["To"], inner["Subject"] = "Erika Muster <erika@globex.example>", ANNA, "Printer on floor 3"
    inner["Message-ID"], inner["Date"] = "<original@globex.example>", format_datetime(desk.clock.at)
    inner.set_content("It prints blank pages.")
    outer = EmailMessage()
    outer["From"], outer["To"], outer["Subject"] = ANNA, own_address(desk), "Fwd: Printer on floor 3"
    outer["Message-ID"], outer["Date"] = "<forward@acme.example>", format_datetime(desk.clock.at)
    outer.set_content("Please take this one.")
    outer.add_attachment(inner)
    desk.arrives(outer.as_bytes())
    desk.works()

    assert last_ticket(desk)[0] == ERIKA
    answer = answers(desk, desk.expect_mail(ANNA), "Check the belt.")
    assert answer.message["In-Reply-To"] == "<original@globex.example>"
    before = tickets(desk)
    parents = {"In-Reply-To": "<original@globex.example>", "References": "<original@globex.example>"}
    desk.writes(ERIKA, "One more thing.", "Re: Printer on floor 3", headers=parents)
    desk.works()
    assert tickets(desk) == before


def test_a_forward_to_the_mailbox_itself_is_held_and_opens_when_confirmed(desk: World) -> None:
    """P8: A From line opens nothing in somebody's name; Anna's reply does, as of the forward's own time."""
    desk.writes(ANNA, FORWARD, "Fwd: Printer on floor 3")
    desk.works()
    held = desk.expect_mail(ANNA, "held")
    assert tickets(desk) == 0
    desk.passes("3h")
    desk.nothing_new()
    desk.replies(ANNA, held, "Yes, that was me.")
    desk.works()

    assert last_ticket(desk)[0] == ERIKA
    assert "> It prints blank pages." in desk.expect_mail(JO, "new").text
    desk.passes("1h1m")
    assert clocks(desk) == ["lapsed"]


def test_a_forward_that_our_server_vouches_for_is_believed(desk_with: Callable[[str], World]) -> None:
    """An aligned pass of the trusted server is as good as the own address."""
    desk = desk_with(VOUCHED)
    desk.writes(ANNA, FORWARD, "Fwd: Printer on floor 3", headers=PASSED)
    desk.works()

    assert last_ticket(desk)[0] == ERIKA


def test_a_forward_without_an_address_is_asked_about(desk: World) -> None:
    """E10: Exchange names people without addresses; how to say it is in the question."""
    text = FORWARD.replace(" <erika@globex.example>", "")
    desk.writes(ANNA, text, "Fwd: Printer on floor 3", to=own_address(desk))
    desk.works()

    assert "/for" in desk.expect_mail(ANNA, "held").text
    assert holds(desk) == ["forward_names_nobody"]


def test_a_forward_of_a_colleagues_mail_is_asked_about(desk: World) -> None:
    """E10: One of us is nobody's customer by a forward."""
    desk.writes(ANNA, FORWARD.replace(ERIKA, JO), "Fwd: Printer on floor 3", to=own_address(desk))
    desk.works()

    assert holds(desk) == ["forward_names_us"]


def test_a_receipt_for_a_forward_is_a_setting(desk_with: Callable[[str], World]) -> None:
    """Off by default: the customer did not write to us."""
    desk = desk_with(SETTINGS.replace("[smtp]", "forward_receipts = true\n[smtp]", 1))
    desk.writes(ANNA, FORWARD, "Fwd: Printer on floor 3", to=own_address(desk))
    desk.works()

    assert "we have your message" in desk.expect_mail(ERIKA).text


def test_a_strangers_forward_is_their_own_request(desk: World) -> None:
    """Only one of us speaks for somebody else."""
    desk.writes("max@globex.example", FORWARD, "Fwd: Printer on floor 3")
    desk.works()

    assert last_ticket(desk)[0] == "max@globex.example"


# --- taken down ---------------------------------------------------------------------------------------------------------------


def test_a_request_by_telephone(desk: World) -> None:
    """The customer's address behind /for; the rest is the request, and the answer goes to them."""
    desk.writes(ANNA, "/for erika@globex.example\n\nShe called: the printer is dead.", "Printer dead", to=own_address(desk))
    desk.works()
    notice = desk.expect_mail(ANNA)

    assert last_ticket(desk) == (ERIKA, "Printer dead", "new")
    assert "! Written down by Anna Berg for the customer." in notice.text and "> She called: the printer is dead." in notice.text
    assert "/for" not in answers(desk, notice, "We come at noon.").text


def test_a_request_by_telephone_on_a_from_line_alone_is_held(desk: World) -> None:
    """P8: As a forward."""
    desk.writes(ANNA, "/for erika@globex.example\n\nShe called: the printer is dead.", "Printer dead")
    desk.works()

    assert tickets(desk) == 0 and desk.expect_mail(ANNA, "held")


def test_what_was_taken_down_is_not_said_to_be_written_by_the_customer(desk: World) -> None:
    """E10: Staff read who asked how, and who wrote it down; the customer reads that it is what they asked us."""
    desk.writes(ANNA, "/for erika@globex.example\n\nThe printer is dead.", "Printer dead", to=own_address(desk))
    desk.works()
    notice = desk.expect_mail(JO, "new")
    asked = "erika@globex.example asked by telephone or on paper, written down by Anna Berg on Mon 23 Nov"

    assert asked in notice.text and asked.replace("erika@globex.example", "<b>erika@globex.example</b>") in notice.html
    assert "wrote" not in notice.text.partition("> The printer")[0]
    answer = answers(desk, desk.expect_mail(ANNA, "new"), "We come at noon.").text
    assert "What you asked us on Mon 23 Nov" in answer and "wrote:" not in answer


def test_what_was_taken_down_reads_so_in_german(desk_with: Callable[[str], World]) -> None:
    """E10: Both sides, in their language."""
    desk = desk_with(SETTINGS.replace('name = "Acme Support"', 'name = "Acme Support"\nlanguages = ["de", "en"]'))
    desk.writes(ANNA, "/for erika@globex.example\n\nDer Drucker ist tot.", "Drucker tot", to=own_address(desk))
    desk.works()
    notice = desk.expect_mail(ANNA, "new")

    assert "hat telefonisch oder auf Papier angefragt, aufgeschrieben von Anna Berg am" in notice.text
    assert "Ihre Anfrage an uns vom" in answers(desk, notice, "Wir kommen mittags.").text


def test_a_request_by_telephone_that_is_confirmed_is_said_as_well(desk: World) -> None:
    """E10: It was held on a From line; confirmed, it reads as any other."""
    desk.writes(ANNA, "/for erika@globex.example\n\nThe printer is dead.", "Printer dead")
    desk.works()
    held = desk.expect_mail(ANNA, "held")
    desk.nothing_new()
    desk.replies(ANNA, held, "Yes.")
    desk.works()
    notice = desk.expect_mail(JO, "new").text

    assert "asked by telephone or on paper, written down by Anna Berg" in notice
    assert "! Written down by Anna Berg for the customer." in notice


@pytest.mark.parametrize("proven", [True, False])
def test_the_files_of_a_forward_are_carried(desk: World, proven: bool) -> None:
    """E10: The picture of the panel reaches whoever answers, also when Anna had to confirm the forward first."""
    files = [("panel.jpg", b"\xff\xd8panel")]
    to = own_address(desk) if proven else "support@acme.example"
    desk.writes(ANNA, FORWARD, "Fwd: Printer on floor 3", to=to, attachments=files)
    desk.works()
    if not proven:
        held = desk.expect_mail(ANNA, "held")
        desk.nothing_new()
        desk.replies(ANNA, held, "Yes, that was me.")
        desk.works()
    notice = desk.expect_mail(JO, "new")

    assert [part.get_filename() for part in notice.message.iter_attachments()] == ["panel.jpg"]
    assert [part.get_content() for part in notice.message.iter_attachments()] == [b"\xff\xd8panel"]
    assert "panel.jpg (1 KB)" in notice.text and "not attached here" not in notice.text


# --- begun by us --------------------------------------------------------------------------------------------------------------


def test_a_mail_to_a_customer_with_us_in_copy_begins_a_ticket(desk_with: Callable[[str], World]) -> None:
    """E8: The first answer has been given; what the customer replies joins it."""
    desk = desk_with(VOUCHED)
    begun = desk.writes(
        ANNA, "We exchange your belt on Friday.", "Your belt", to=ERIKA, cc="support@acme.example", headers=PASSED
    )
    desk.works()
    assert (last_ticket(desk), clocks(desk)) == ((ERIKA, "Your belt", "answered"), ["met"])
    desk.nothing_new()
    desk.writes(ERIKA, "Friday is fine.", "Re: Your belt", headers={"In-Reply-To": begun, "References": begun})
    desk.works()

    assert tickets(desk) == 1
    assert "Friday is fine." in desk.expect_mail(ANNA).text


def test_a_beginning_on_a_from_line_alone_is_asked_about(desk: World) -> None:
    """E8: Confirmed, it counts from its own time."""
    desk.writes(ANNA, "We exchange your belt on Friday.", "Your belt", to=ERIKA, cc="support@acme.example")
    desk.works()
    assert tickets(desk) == 0
    desk.replies(ANNA, desk.expect_mail(ANNA, "held"), "Yes.")
    desk.works()

    assert (last_ticket(desk), clocks(desk)) == ((ERIKA, "Your belt", "answered"), ["met"])


def test_a_mail_from_the_sent_folder_begins_a_ticket(desk_with: Callable[[str], World]) -> None:
    """E8: Trusted by its place; people in copy are on it too, staff are not."""
    desk = desk_with(SETTINGS.replace('sent = "off"', 'sent = "Sent"'))
    (desk.folder / "inbox" / "Sent").mkdir()
    words = "We exchange your belt on Friday."
    desk.writes("support@acme.example", words, "Your belt", to=ERIKA, cc=f"max@globex.example, {JO}", folder="inbox/Sent")
    desk.works()

    assert (last_ticket(desk), clocks(desk)) == ((ERIKA, "Your belt", "answered"), ["met"])
    with desk.assembly.service.store.read() as tx:
        people = {one.email: one.role for one in tx.execute(select(participant))}
    assert people == {ERIKA: "requester", "max@globex.example": "cc"}


def test_staff_who_ask_for_themselves_are_customers(desk: World) -> None:
    """E9: Neither a forward nor a mail to somebody else."""
    desk.writes(JO, "My own screen is dark.", "Screen")
    desk.works()

    assert last_ticket(desk)[0] == JO


def test_a_request_of_somebody_else_in_a_reply_is_held(desk: World) -> None:
    """It is a ticket of its own; where to send it is in the question, and nothing goes to the first customer."""
    desk.writes("max@globex.example", "The door is stuck.", "Door")
    desk.works()
    notice = desk.expect_mail(ANNA)
    desk.nothing_new()
    desk.replies(ANNA, notice, "/for erika@globex.example\n\nThe canary is dead.")
    desk.works()

    assert "own address" in desk.expect_mail(ANNA, "held").text
    desk.expect_no_mail("max@globex.example")
    assert tickets(desk) == 1


def test_older_words_in_a_forward_are_not_quoted_back(desk: World) -> None:
    """The customer's own words stand below the answer, not the whole conversation that Anna forwarded."""
    older = "\nOn Thu, Nov 19, 2026 at 9:00 AM Somebody <somebody@globex.example> wrote:\n> The old story.\n"
    desk.writes(ANNA, FORWARD + older, "Fwd: Printer on floor 3", to=own_address(desk))
    desk.works()
    notice = desk.expect_mail(ANNA)

    assert "The old story." in notice.text
    assert "The old story." not in answers(desk, notice, "Check the belt.").text
