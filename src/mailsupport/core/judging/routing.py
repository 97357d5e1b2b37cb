"""Whose contract is a mail under? Customer by address or domain, contract by rule, customer, mailbox or default.

In: a mail, the mailbox it came to, the desk, when it came. Out: a `Route` with the reason for its contract. First hit wins:
rules, contract of the customer (address, then domain, longest sub-domain first), contract of the mailbox, default. A contract
that does not hold on that day is passed over; the default always holds, for nobody stays unanswered. The From address alone
decides; Reply-To is never an identity.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from mailsupport.core.desk import Contract, Customer, Desk, Person, Rule
from mailsupport.core.judging.senders import blocked, patterns
from mailsupport.core.model import Mail, Priority


@dataclass(frozen=True, slots=True)
class Route:
    """Under which contract a mail is treated, for whom, by whom; `opens_for_robots` lets an automatic mail open a ticket.

    `ignored` says why nothing shall follow from the mail, by a list or a rule of the settings; `ended` names a contract that was
    passed over, since it does not hold on that day.
    """

    contract: Contract
    customer: Customer | None
    priority: Priority
    language: str
    staff: tuple[Person, ...]
    opens_for_robots: bool
    reason: str
    ignored: str = ""
    ended: Contract | None = None


def customer_of(email: str, desk: Desk) -> tuple[Customer | None, str]:
    """Return the customer whose `match` names the address, its domain or the longest parent domain, and why."""
    for pattern in patterns(email.lower()):
        for customer in desk.customers.values():
            if pattern in customer.match:
                return customer, f"{pattern} is {customer.name or customer.key}"
    return None, "no customer has this address or domain"


def route(mail: Mail, mailbox_name: str, desk: Desk, at: datetime | None = None) -> Route:
    """Return the contract a mail falls under that came then, and what comes with it; without a time every contract holds."""
    rules = [rule for rule in desk.rules if _holds(rule, mail, mailbox_name)]
    customer, why = customer_of(mail.sender.email, desk)
    named = list(_contracts(rules, customer, why, mailbox_name, desk))
    ended = next((desk.contracts[name] for name, _ in named[:-1] if at is not None and not holds(desk.contracts[name], at)), None)
    there = (one for one in named[:-1] if at is None or holds(desk.contracts[one[0]], at))
    name, reason = next(there, named[-1])
    if ended is not None and ended.name != name:
        reason += f"; contract {ended.name} does not hold on {at:%Y-%m-%d}"
    contract = desk.contracts[name]
    urgent = next((rule.priority for rule in rules if rule.priority is not None), Priority.NORMAL)
    language = (customer.language if customer else "") or desk.language
    staff = staff_of(contract, mailbox_name, desk)
    ignored = blocked(mail, desk) or next((f"rule {rule.name}" for rule in rules if rule.ignores), "")
    return Route(contract, customer, urgent, language, staff, any(rule.opens for rule in rules), reason, ignored, ended)


def holds(contract: Contract, at: datetime) -> bool:
    """Whether a contract holds at that instant, by the days of its calendar's zone."""
    if contract.valid_from is None and contract.valid_to is None:
        return True
    day = at.astimezone(ZoneInfo(contract.calendar.timezone)).date()
    return (contract.valid_from or day) <= day <= (contract.valid_to or day)


def staff_of(contract: Contract, mailbox_name: str, desk: Desk) -> tuple[Person, ...]:
    """Return who answers under a contract: its own staff, else those of the mailbox; each once, in their order."""
    mailbox = desk.mailboxes.get(mailbox_name)
    named = contract.staff or (mailbox.staff if mailbox else ())
    found = (desk.people.get(name) or desk.person_at(name) for name in named)
    return tuple({person.key: person for person in found if person is not None}.values())


def _contracts(
    rules: list[Rule], customer: Customer | None, why: str, mailbox_name: str, desk: Desk
) -> Iterator[tuple[str, str]]:
    """Yield the contracts that come into question and why, the first is the nearest; the last is everybody's."""
    yield from ((rule.contract, f"rule {rule.name}") for rule in rules if rule.contract in desk.contracts)
    if customer is not None and customer.contract in desk.contracts:
        yield customer.contract, why
    mailbox = desk.mailboxes.get(mailbox_name)
    if mailbox is not None and mailbox.contract in desk.contracts:
        yield mailbox.contract, f"mailbox {mailbox.name}"
    yield desk.default_contract, "the default contract"


def _holds(rule: Rule, mail: Mail, mailbox_name: str) -> bool:
    """Whether all conditions of a rule hold; one without conditions never does."""
    subject = mail.subject.lower()
    senders = {pattern for sender in (mail.sender.key, mail.via) for pattern in patterns(sender)}
    recipients = {pattern for address in mail.recipients for pattern in patterns(address.lower())}
    conditions = (
        (rule.sender, not senders.isdisjoint(rule.sender)),
        (rule.recipient, not recipients.isdisjoint(rule.recipient)),
        (rule.subject, any(words.lower() in subject for words in rule.subject)),
        (rule.mailbox, rule.mailbox == mailbox_name),
    )
    given = [holds for condition, holds in conditions if condition]
    return bool(given) and all(given)
