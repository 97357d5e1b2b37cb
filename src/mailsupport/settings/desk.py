"""What do the settings mean for the decisions? Turns `Settings` into the frozen values that `core` works with.

In: checked settings. Out: `core.desk.Desk`, every address in lower case. Nothing is read and nothing can fail here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from mailsupport.core import desk as core
from mailsupport.settings import roles
from mailsupport.settings.models import ContractSettings, CustomerSettings, MailboxSettings, RuleSettings, Settings


def desk(settings: Settings) -> core.Desk:
    """Return the desk that these settings describe."""
    register = _Register(settings)
    mailboxes = {mailbox.name: _mailbox(mailbox, settings, register) for mailbox in settings.mailbox}
    contracts = {name: _contract(name, settings, register) for name in settings.contract}
    customers = {name: _customer(name, customer, settings, register) for name, customer in settings.customer.items()}
    rotations = {name: _rotation(one, register) for name, one in settings.rotations.items()}
    absences = _absences(settings, register)
    contacts = _contacts(settings, register, rotations, absences)
    answering = [holder.staff for holder in mailboxes.values()] + [holder.staff for holder in contracts.values()]
    return core.Desk(
        operator=settings.operator.lower(),
        mailboxes=mailboxes,
        people=register.people,
        contracts=contracts,
        customers=customers,
        default_contract=settings.default_contract,
        rules=tuple(_rule(rule) for rule in settings.rule),
        timezone=settings.timezone,
        language=settings.languages[0],
        languages=settings.languages,
        receipts=settings.receipts,
        ratings=settings.ratings,
        signature=settings.signature,
        cc_answers=settings.cc_answers,
        forward_receipts=settings.forward_receipts,
        internal_mail=settings.internal_mail,
        ack_guard=settings.ack_guard,
        undo_window=settings.undo_window,
        max_alert_mails_per_hour=settings.max_alert_mails_per_hour,
        trusted_authserv_ids=frozenset(name.lower() for name in settings.trusted_authserv_ids),
        by_address=register.by_address,
        own_addresses=frozenset(own for box in mailboxes.values() for own in (box.address, *box.aliases)),
        staff_keys=frozenset(key for staff in answering for key in staff),
        contact_keys=contacts,
        blocked=_lower(settings.senders.block),
        allowed=_lower(settings.senders.allow),
        form_mailers=_lower(settings.senders.reply_to),
        storm=settings.senders.storm,
        absences=absences,
        rotations=rotations,
        assignment=_assignment(settings),
    )


def _assignment(settings: Settings) -> core.Assignment:
    asked = settings.assignment
    policy = core.Policy(asked.policy)
    return core.Assignment(policy, asked.offer_for, asked.max_open, asked.decline_needs_reason)


def _lower(words: tuple[str, ...]) -> frozenset[str]:
    return frozenset(word.lower() for word in words)


class _Register:
    """The people of the settings, and those who are named by a bare address alone."""

    def __init__(self, settings: Settings) -> None:
        self.people: dict[str, core.Person] = {}
        self.by_address: dict[str, core.Person] = {}
        for key, person in settings.people.items():
            addresses = tuple(email.lower() for email in person.email)
            self._add(core.Person(key, person.name, addresses, person.roles, person.language, person.timezone))
        # Deputies last: one may be an address that belongs to a person further down.
        for key, person in settings.people.items():
            if person.deputy:
                self._set_deputy(key, self.key(person.deputy))

    def key(self, word: str) -> str:
        """Return the key of a person named by key or address; an address nobody has becomes a person of its own."""
        if "@" not in word:
            return word
        email = word.lower()
        if email not in self.by_address:
            self._add(core.Person(email, _name(email), (email,)))
        return self.by_address[email].key

    def keys(self, words: tuple[str, ...]) -> tuple[str, ...]:
        """Return the keys of several, each once."""
        return tuple(dict.fromkeys(self.key(word) for word in words))

    def _add(self, person: core.Person) -> None:
        self.people[person.key] = person
        self.by_address |= dict.fromkeys(person.addresses, person)

    def _set_deputy(self, key: str, deputy: str) -> None:
        person = self.people[key]
        self._add(core.Person(key, person.name, person.addresses, person.roles, person.language, person.timezone, deputy))


def _name(email: str) -> str:
    """Return a readable name for an address: anna.berg@… is Anna Berg."""
    return email.partition("@")[0].replace(".", " ").replace("_", " ").strip().title() or email


def _mailbox(mailbox: MailboxSettings, settings: Settings, register: _Register) -> core.Mailbox:
    return core.Mailbox(
        name=mailbox.name,
        address=mailbox.address.lower(),
        display_name=mailbox.display_name or settings.name,
        aliases=tuple(alias.lower() for alias in mailbox.aliases),
        list_ids=tuple(list_id.lower() for list_id in mailbox.list_ids),
        staff=register.keys(mailbox.staff),
        contract=mailbox.contract,
        plus_address=mailbox.plus_address,
        save_sent=mailbox.save_sent,
    )


def _contract(name: str, settings: Settings, register: _Register) -> core.Contract:
    contract = settings.contract[name]
    return core.Contract(
        name=name,
        version=settings.versions[name],
        calendar=settings.calendars[contract.calendar],
        first_response=contract.first_response,
        steps=_steps(contract, register),
        rounds=contract.rounds,
        repeat_from=contract.repeat_from - 1,
        hours=contract.hours,
        ack_stops=contract.ack_stops,
        staff=register.keys(contract.staff),
        immediate=frozenset(contract.immediate),
        customer_escalation=contract.customer_escalation,
        next_response=contract.next_response,
        resolution=contract.resolution,
        progress_update=contract.progress_update,
        escalation_close=contract.escalation_close,
        warn_at=contract.warn_at,
        pause_for=frozenset(contract.pause_for),
        phone_counts=contract.phone_counts,
        valid_from=contract.valid_from,
        valid_to=contract.valid_to,
    )


def _steps(contract: ContractSettings, register: _Register) -> tuple[core.Step, ...]:
    """Return the steps, each with its wait; the last wait holds for all further steps."""
    waits = contract.wait
    return tuple(
        core.Step(tuple(dict.fromkeys(register.key(word) for word in targets)), waits[min(number, len(waits) - 1)])
        for number, targets in enumerate(contract.chain)
    )


def _customer(key: str, customer: CustomerSettings, settings: Settings, register: _Register) -> core.Customer:
    return core.Customer(
        key=key,
        name=customer.name or key,
        match=tuple(match.lower() for match in customer.match),
        contract=customer.contract or settings.default_contract,
        language=customer.language,
        value=customer.value,
        representative=customer.representative.lower(),
        people={role: register.key(person) for role, person in customer.roles.items()},
    )


def _rule(rule: RuleSettings) -> core.Rule:
    return core.Rule(
        name=rule.name,
        sender=tuple(word.lower() for word in rule.from_),
        recipient=tuple(word.lower() for word in rule.to),
        subject=tuple(word.lower() for word in rule.subject),
        mailbox=rule.mailbox,
        contract=rule.contract,
        priority=rule.priority,
        opens=rule.open,
        ignores=rule.ignore,
    )


def _rotation(rotation: core.Rotation, register: _Register) -> core.Rotation:
    overrides = (replace(one, add=register.keys(one.add), remove=register.keys(one.remove)) for one in rotation.overrides)
    people = tuple(register.key(word) for word in rotation.people)  # who is named twice takes two turns
    return replace(rotation, people=people, overrides=tuple(overrides))


def _absences(settings: Settings, register: _Register) -> dict[str, tuple[core.Absence, ...]]:
    found: dict[str, list[core.Absence]] = {}
    for one in settings.absences:
        key = register.key(one.person)
        found.setdefault(key, []).append(replace(one, person=key, deputy=register.key(one.deputy)))
    return {key: tuple(ones) for key, ones in found.items()}


def _contacts(
    settings: Settings,
    register: _Register,
    rotations: Mapping[str, core.Rotation],
    absences: Mapping[str, tuple[core.Absence, ...]],
) -> frozenset[str]:
    """Return everybody whom a chain can reach: by name, role or rotation, for one customer, and the deputies of all these."""
    words = {word for contract in settings.contract.values() for _, word in roles.words(contract)}
    named = {word for word in words if "@" in word or word in settings.people or word in rotations}
    by_role = {person for role in words - named for person in roles.holders(role, settings.people, settings.customer)}
    found: set[str] = set()
    waiting = list(named | by_role)
    while waiting:
        word = waiting.pop()
        if word in rotations:
            waiting += [key for key in _ever_on_duty(rotations[word]) if key not in found]
            continue
        key = register.key(word)
        found.add(key)
        deputies = {register.people[key].deputy, *(one.deputy for one in absences.get(key, ()))}
        waiting += deputies - {"", *found}
    return frozenset(found)


def _ever_on_duty(rotation: core.Rotation) -> set[str]:
    return {*rotation.people, *(key for one in rotation.overrides for key in one.add)}
