"""Which ticket a mail belongs to: six steps, the first hit wins, and only participants get in by what can be guessed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mail_values import ERIKA, NOW, SUPPORT, a_bounce, a_desk, a_mail, a_ticket

from mailsupport.core.judging import tokens
from mailsupport.core.judging.matching import Known, Match, clues, group, match
from mailsupport.core.judging.tokens import Audience, Purpose
from mailsupport.core.model import AuthenticationResult, Mail, State, Ticket

KEYS, FOREIGN = (b"k" * 32,), (b"x" * 32,)
OWN = a_desk().own_addresses
STRANGER = "mallory@evil.example"


def token(ticket: int = 4711, purpose: Purpose = Purpose.CUSTOMER, person: str = ERIKA.email, keys: tokens.Keys = KEYS) -> str:
    """A token's text."""
    return tokens.issue(keys, purpose, ticket, person, "a")


def at(text: str) -> tuple[str, ...]:
    """Recipients of a mail sent to the address of a token."""
    return (tokens.reply_address(SUPPORT, text),)


def our_id(ticket: int = 4711, keys: tokens.Keys = KEYS) -> str:
    """One of our Message-IDs."""
    return tokens.message_id(keys, token(ticket, keys=keys), "1", "acme.example")


def decide(mail: Mail, known: Known | None = None, *ticket: Ticket) -> Match:
    """The decision, when the store knows these tickets (by default Erika's)."""
    known = replace(known or Known(), tickets={one.number: one for one in ticket or (a_ticket(),)})
    return match(mail, clues(mail, KEYS, OWN), known, a_desk(), NOW)


BY_ID = Known(by_message_id={"q0@kunde.example": 4711})
BY_NAME = Known(by_reference={"gone@kunde.example": 4711, "q1@kunde.example": 4711})
NUMBER = f"Re: Printer [{tokens.number_tag(KEYS, 4711)}]"

STEPS: list[tuple[int, Mail, Known]] = [
    (1, a_mail(recipients=at(token())), Known()),
    (1, a_mail(recipients=("x@else.example", *(r.upper() for r in at(token())))), Known()),
    (2, a_mail(in_reply_to=(our_id(),)), Known()),
    (2, a_mail(references=(our_id(), "other@else.example")), Known()),
    (2, a_mail(references=(tokens.thread_root(KEYS, 4711, Audience.CUSTOMER, "acme.example"),)), Known()),
    (3, a_mail(in_reply_to=("q0@kunde.example",)), BY_ID),
    (4, a_mail(references=("gone@kunde.example",)), BY_NAME),
    (4, a_mail(message_id="q1@kunde.example"), BY_NAME),
    (5, a_mail(markers=(token(),)), Known()),
    (6, a_mail(subject=NUMBER), Known()),
]


@pytest.mark.parametrize(("step", "mail", "known"), STEPS)
def test_each_step_finds_the_ticket(step: int, mail: Mail, known: Known) -> None:
    """C1: Address, signed id, stored id, shared ancestor, body, subject."""
    found = decide(mail, known)
    assert (found.ticket, found.step) == (4711, step)
    assert found.reason


@pytest.mark.parametrize(("step", "mail", "known"), STEPS)
def test_a_stranger_gets_in_only_by_what_cannot_be_guessed(step: int, mail: Mail, known: Known) -> None:
    """C3, C4: By steps 3 to 6 a stranger gets a new ticket that names the old one to staff."""
    found = decide(replace(mail, from_=a_mail(STRANGER).from_), known)
    if step <= 2:
        assert (found.ticket, found.is_stranger, found.related) == (4711, True, None)
    else:
        assert (found.ticket, found.token, found.related) == (None, None, 4711)


@pytest.mark.parametrize("sender", [ERIKA.email, "Erika@KUNDE.example", "otto@else.example", "anna@acme.example"])
def test_participants_get_in_by_a_stored_id(sender: str) -> None:
    """Requester, somebody in copy, staff."""
    found = decide(a_mail(sender, in_reply_to=("q0@kunde.example",)), BY_ID)
    assert (found.ticket, found.is_stranger) == (4711, False)


SPLIT = Known(split={"m2@kunde.example": 8}, by_message_id={"m2@kunde.example": 8})


@pytest.mark.parametrize(
    ("mail", "ticket"),
    [
        (a_mail(in_reply_to=("m2@kunde.example",)), 8),
        # its References name our old mails too, and its recipients the old address
        (a_mail(in_reply_to=("m2@kunde.example",), references=(our_id(), "m2@kunde.example")), 8),
        (a_mail(in_reply_to=("m2@kunde.example",), recipients=at(token())), 8),
        # it answers what we wrote after the split
        (a_mail(in_reply_to=(our_id(),), references=("m2@kunde.example", our_id())), 4711),
        (a_mail(in_reply_to=(our_id(),)), 4711),
    ],
)
def test_what_answers_a_mail_that_was_split_off_follows_it(mail: Mail, ticket: int) -> None:
    """C7: the nearest of the mails it answers decides, before any signature of the old conversation."""
    assert decide(mail, SPLIT, a_ticket(), a_ticket(8)).ticket == ticket


FAILED = AuthenticationResult("mx.acme.example", "dmarc", "fail", {"header.from": "kunde.example"}, 0)


@pytest.mark.parametrize("doubt", [{"authentication": (FAILED,)}, {"via": "forms@site.example"}])
@pytest.mark.parametrize(("step", "mail", "known"), STEPS)
def test_a_name_that_may_be_anybodys_is_a_strangers(step: int, mail: Mail, known: Known, doubt: dict[str, Any]) -> None:
    """F1, F3: failed by the trusted server, or typed into a form; only what cannot be guessed lets it in, and as a stranger."""
    desk = a_desk(trusted_authserv_ids=frozenset({"mx.acme.example"}))
    doubted = replace(mail, **doubt)
    known = replace(known, tickets={4711: a_ticket()})
    found = match(doubted, clues(doubted, KEYS, OWN), known, desk, NOW)
    assert (found.ticket, found.related, found.is_stranger) == ((4711, None, True) if step <= 2 else (None, 4711, False))


def test_a_mail_of_the_sent_folder_is_no_strangers() -> None:
    """The shared mailbox answers under its own address, which is nobody's; its place is what is trusted."""
    answer = a_mail(SUPPORT, in_reply_to=("q0@kunde.example",))
    known = replace(BY_ID, tickets={4711: a_ticket()})
    found = match(answer, clues(answer, KEYS, OWN), known, a_desk(), NOW, from_sent=True)
    assert (found.ticket, found.is_stranger) == (4711, False)
    assert decide(answer, BY_ID).ticket is None


def test_a_colleague_of_the_same_customer_is_a_participant() -> None:
    """Where the contract names their domain."""
    mail = a_mail("kai@kunde.example", in_reply_to=("q0@kunde.example",))
    assert decide(mail, BY_ID, a_ticket(customer="kunde")).ticket == 4711
    assert decide(mail, BY_ID, a_ticket(customer="labor")).ticket is None


@pytest.mark.parametrize(
    "mail",
    [
        a_mail(recipients=at(token(keys=FOREIGN))),
        a_mail(recipients=at(token()[:-1] + "2")),
        a_mail(in_reply_to=(our_id(keys=FOREIGN),)),
        a_mail(references=(tokens.thread_root(FOREIGN, 4711, Audience.CUSTOMER, "acme.example"),)),
        a_mail(markers=(token(keys=FOREIGN),)),
        a_mail(subject="Re: #4711"),
        a_mail(subject="Printer on floor 3"),
        a_mail(in_reply_to=("ms.4711.reply.0123456789abcdef@acme.example",)),
    ],
)
def test_a_wrong_signature_or_a_mere_likeness_names_nothing(mail: Mail) -> None:
    """It counts as no token: a new ticket, never a lost mail."""
    assert decide(mail) == Match(None, 0, "names no ticket")


def test_a_higher_step_wins_and_the_others_are_said() -> None:
    """C1: The address names one ticket, an ancestor another, the subject a third."""
    other, third = a_ticket(8), a_ticket(9)
    mail = a_mail(recipients=at(token()), in_reply_to=("q8@kunde.example",), subject=tokens.number_tag(KEYS, 9))
    found = decide(mail, Known(by_message_id={"q8@kunde.example": 8}), a_ticket(), other, third)
    assert (found.ticket, found.conflicts) == (4711, ("step 3 names ticket 8", "step 6 names ticket 9"))


def test_the_nearest_ancestor_wins() -> None:
    """In-Reply-To before References, the last reference before the first."""
    known = Known(by_message_id={"far@kunde.example": 8, "near@kunde.example": 4711})
    mail = a_mail(references=("far@kunde.example", "near@kunde.example"))
    assert decide(mail, known, a_ticket(), a_ticket(8)).ticket == 4711


def test_only_a_token_gives_power() -> None:
    """A thread root matches and is no token."""
    assert decide(STEPS[0][1]).by_power
    assert not decide(STEPS[4][1]).by_power
    assert decide(STEPS[4][1]).token is None


def test_a_persons_own_address_comes_with_no_ticket() -> None:
    """Its token is kept for whoever asks who wrote."""
    found = decide(a_mail("anna@acme.example", recipients=at(token(0, Purpose.PERSON, "anna"))))
    assert (found.ticket, found.token and found.token.purpose) == (None, Purpose.PERSON)


def test_answer_and_note_addresses_together_are_a_conflict() -> None:
    """A note must never become public by Reply-All."""
    both = at(token(purpose=Purpose.REPLY, person="anna")) + at(token(purpose=Purpose.NOTE, person="anna"))
    assert decide(a_mail("anna@acme.example", recipients=both)).conflicts == (
        "sent to the address for answers and to the one for notes",
    )


@pytest.mark.parametrize(("days", "ticket", "related", "reopens"), [(13, 4711, None, True), (15, None, 4711, False)])
def test_a_closed_ticket_comes_back_for_two_weeks(days: int, ticket: int | None, related: int | None, reopens: bool) -> None:
    """C6: Later a new one is opened, linked to it."""
    closed = a_ticket(state=State.CLOSED, closed_ago=timedelta(days=days))
    found = decide(a_mail(recipients=at(token())), None, closed)
    assert (found.ticket, found.related, found.reopens) == (ticket, related, reopens)


def test_staff_reach_a_ticket_however_long_it_is_closed() -> None:
    """Their answers and notes belong to it."""
    closed = a_ticket(state=State.CLOSED, closed_ago=timedelta(days=400))
    assert decide(a_mail("anna@acme.example", recipients=at(token())), None, closed).ticket == 4711


def test_a_bounce_belongs_to_the_ticket_of_the_mail_it_names() -> None:
    """Even when nothing else in it names us."""
    assert decide(a_mail("mailer-daemon@else.example", bounce=a_bounce(our_id()))).ticket == 4711


def test_merges_are_followed_and_circles_end() -> None:
    """C7: 1 went into 2, 2 into 4711; a circle is no endless loop."""
    mail = a_mail(recipients=at(token(1)))
    assert decide(mail, Known(merged={1: 2, 2: 4711})).ticket == 4711
    assert decide(mail, Known(merged={1: 2, 2: 1})).ticket is None


@pytest.mark.parametrize(
    ("mail", "own"),
    [
        (a_mail(SUPPORT, message_id=our_id()), True),
        (a_mail(SUPPORT, headers={"x-mailsupport-id": token()}), True),
        (a_mail(STRANGER, message_id=our_id()), False),
        (a_mail(SUPPORT, message_id=our_id(keys=FOREIGN)), False),
        (a_mail(SUPPORT, headers={"x-loop": "support@acme.example"}), False),
        (a_mail(SUPPORT), False),
    ],
)
def test_an_own_echo_needs_our_signature_and_our_name(mail: Mail, own: bool) -> None:
    """A bare loop header proves nothing, a copied id under another name neither."""
    assert clues(mail, KEYS, OWN).own is own


def test_every_ticket_to_look_up_is_named_once() -> None:
    """Strongest clue first."""
    mail = a_mail(
        recipients=at(token(7)), in_reply_to=(our_id(8), our_id(7)), markers=(token(9),), subject=tokens.number_tag(KEYS, 8)
    )
    assert clues(mail, KEYS, OWN).numbers == (7, 8, 9)


def take_in(order: list[Mail]) -> dict[str, int]:
    """Deliver mails one by one to a store in memory; return the ticket of each."""
    tickets: dict[str, int] = {}
    named: dict[str, int] = {}
    for mail in order:
        known = Known(tickets, named, {n: a_ticket(n) for n in set(tickets.values())})
        found = match(mail, clues(mail, KEYS, OWN), known, a_desk(), NOW).ticket
        number = found if found is not None else len(tickets) + 1
        tickets[mail.message_id] = number
        for name in mail.ancestors:
            named.setdefault(name, number)
    return tickets


@st.composite
def a_thread(draw: st.DrawFn) -> list[Mail]:
    """One to six mails, each answering an earlier one and naming all its ancestors, in any order of delivery."""
    chains: list[tuple[str, ...]] = [("m0@x",)]
    for number in range(1, draw(st.integers(1, 6))):
        chains.append((*draw(st.sampled_from(chains)), f"m{number}@x"))
    mails = [a_mail(message_id=chain[-1], references=chain[:-1], in_reply_to=chain[-2:-1]) for chain in chains]
    return draw(st.permutations(mails))


@settings(max_examples=200, deadline=None)
@given(a_thread())
def test_any_order_of_delivery_gives_one_ticket_for_a_thread(order: list[Mail]) -> None:
    """A late first mail joins its answers; what shares a root shares a ticket."""
    assert len(set(take_in(order).values())) == 1
    assert len(set(group(order))) == 1


def test_mails_that_name_nothing_in_common_are_not_grouped() -> None:
    """C6: The same subject, and no id at all, join nothing."""
    mails = [a_mail(message_id="a@x"), a_mail(message_id="b@x"), a_mail(message_id=""), a_mail(message_id="")]
    assert group(mails) == (1, 2, 3, 4)
