"""Mails and a desk as values, for tests of decisions: only what a test names differs from an ordinary customer's mail."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from mailsupport.core.desk import Calendar, Contract, Customer, Desk, Mailbox, Person, Rule
from mailsupport.core.model import Address, Bounce, BouncedRecipient, Mail, Participant, Priority, Role, State, Ticket

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SUPPORT = "support@acme.example"

ANNA = Person("anna", "Anna Berg", ("anna@acme.example", "a.berg@home.example"), ("agent",))
BEN = Person("ben", "Ben Ott", ("ben@acme.example",), ("project_manager",))
LEFT = Person("carl", "Carl Gone", ("carl@acme.example",))
ERIKA = Address("Erika Muster", "erika@kunde.example")


def an_address(email: str, name: str = "") -> Address:
    """A mailbox."""
    return Address(name, email)


def a_mail(sender: str = ERIKA.email, **changes: Any) -> Mail:
    """A customer's plain mail to support; headers given as `headers={"precedence": "bulk"}`."""
    headers = {name: (value,) for name, value in changes.pop("headers", {}).items()}
    mail = Mail(
        message_id="q1@kunde.example",
        in_reply_to=(),
        references=(),
        subject="Printer on floor 3",
        from_=(Address("", sender),) if sender else (),
        from_doubt="",
        reply_to=(),
        to=(Address("", SUPPORT),),
        cc=(),
        recipients=(SUPPORT,),
        return_path=sender or None,
        date=NOW,
        text="It prints blank pages.",
        new_text="It prints blank pages.",
        html="",
        attachments=(),
        headers=headers,
        authentication=(),
        hops=(),
        bounce=None,
        content_type="text/plain",
        markers=(),
        content_hash="00",
        size=100,
    )
    return replace(mail, **changes)


def a_bounce(of: str = "") -> Bounce:
    """A failure report for one recipient."""
    return Bounce((BouncedRecipient("erika@kunde.example", "5.1.1", "failed"),), of, "rfc3464")


def a_contract(name: str, staff: tuple[str, ...] = ()) -> Contract:
    """A contract around the clock."""
    always = Calendar("24x7", "UTC", ((),) * 7, always=True)
    return Contract(name, "v1", always, {}, (), staff=staff)


def a_desk(rules: tuple[Rule, ...] = (), **changes: Any) -> Desk:
    """Two mailboxes, three contracts, two customers, one of staff, one contact, one who left."""
    boxes = (
        Mailbox("main", SUPPORT, "Acme Support", list_ids=("helpdesk.acme.example",), staff=("anna",)),
        Mailbox("vip", "vip@acme.example", "Acme", staff=("ben@acme.example",), contract="silver"),
    )
    kunde = Customer("kunde", "Kunde GmbH", ("@kunde.example", "boss@mail.example"), "gold", language="de")
    labor = Customer("labor", "Kunde Labor", ("@labor.kunde.example",), "silver")
    people = {person.key: person for person in (ANNA, BEN, LEFT)}
    desk = Desk(
        operator="ops@acme.example",
        mailboxes={box.name: box for box in boxes},
        people=people,
        contracts={name: a_contract(name, ("ben",) if name == "gold" else ()) for name in ("standard", "silver", "gold")},
        customers={"kunde": kunde, "labor": labor},
        default_contract="standard",
        rules=rules,
        by_address={address: person for person in people.values() for address in person.addresses},
        own_addresses=frozenset({SUPPORT, "vip@acme.example"}),
        staff_keys=frozenset({"anna"}),
        contact_keys=frozenset({"ben"}),
    )
    return replace(desk, **changes)


def a_ticket(number: int = 4711, state: State = State.OPEN, closed_ago: timedelta | None = None, customer: str = "") -> Ticket:
    """Erika's ticket, with one person in copy."""
    return Ticket(
        number=number,
        subject="Printer on floor 3",
        state=state,
        priority=Priority.NORMAL,
        mailbox="main",
        contract="standard",
        contract_version="v1",
        customer=customer,
        language="en",
        requester=ERIKA,
        participants=(Participant(ERIKA.email, "", Role.REQUESTER), Participant("otto@else.example", "", Role.CC)),
        revision=0,
        received_at=NOW - timedelta(days=40),
        first_message_id="q0@kunde.example",
        last_customer_message_id="q0@kunde.example",
        closed_at=NOW - closed_ago if closed_ago is not None else None,
    )
