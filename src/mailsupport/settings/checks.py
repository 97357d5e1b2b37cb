"""Do the tables of the settings fit together? Names that point elsewhere, people who can be reached, promises that can be kept.

In: `Parts`. Out: the report. Rule for editing here: one short function a question, each told apart by the key it reports;
a question that another problem makes moot may be asked all the same, the report keeps the first answer for a key.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from mailsupport.settings import calendars, duty, owners, roles, targets
from mailsupport.settings.parts import Parts, keys_of
from mailsupport.settings.problems import KeyPath, suggestion

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")


def judge(parts: Parts) -> None:
    """Ask every question."""
    for question in QUESTIONS:
        question(parts)


def _refer(parts: Parts, path: KeyPath, name: str, known: Iterable[str], what: str) -> None:
    """Report a name that nothing has."""
    known = list(known)
    if name and name not in known:
        parts.report.add(path, f'there is no {what} "{name[:60]}"', suggestion(name, known))


# --- names ----------------------------------------------------------------------------------------------------------


def names_are_plain(parts: Parts) -> None:
    """Names of tables go into commands, tokens and reports."""
    for table in ("contract", "customer", "people", "rotation", "calendar"):
        for name in parts.names[table]:
            if not _NAME.fullmatch(name):
                parts.report.add((table, name), "cannot be a name", "use letters, digits, _ and -; people read the name key")
    if calendars.BUILT_IN in parts.names["calendar"]:
        parts.report.add(("calendar", calendars.BUILT_IN), "is built in", "give your calendar another name")


def contracts_exist(parts: Parts) -> None:
    """A contract that is named must be written."""
    known = parts.names["contract"]
    for name, customer in parts.customer.items():
        _refer(parts, ("customer", name, "contract"), customer.contract, known, "contract")
    for index, mailbox in parts.mailbox.items():
        _refer(parts, ("mailbox", index, "contract"), mailbox.contract, known, "contract")
    for index, rule in parts.rule.items():
        _refer(parts, ("rule", index, "contract"), rule.contract, known, "contract")


def calendars_exist(parts: Parts) -> None:
    """A calendar that is named must be written, or be the built-in one."""
    known = [*parts.names["calendar"], calendars.BUILT_IN]
    for name, contract in parts.contract.items():
        _refer(parts, ("contract", name, "calendar"), contract.calendar, known, "calendar")
    for name, rotation in parts.rotation.items():
        _refer(parts, ("rotation", name, "calendar"), rotation.calendar, known, "calendar")


def rotations_exist(parts: Parts) -> None:
    """A rotation that is overridden must be written."""
    for index, override in parts.override.items():
        _refer(parts, ("override", index, "rotation"), override.rotation, parts.names["rotation"], "rotation")


def people_exist(parts: Parts) -> None:
    """Staff, deputies, whoever is away or takes turns, and a customer's people are persons or addresses."""
    for index, mailbox in parts.mailbox.items():
        _people(parts, ("mailbox", index, "staff"), mailbox.staff)
    for name, contract in parts.contract.items():
        _people(parts, ("contract", name, "staff"), contract.staff)
    for key, person in parts.people.items():
        _person(parts, ("people", key, "deputy"), person.deputy)
    for index, absence in parts.absence.items():
        _person(parts, ("absence", index, "person"), absence.person)
        _person(parts, ("absence", index, "deputy"), absence.deputy)
    for name, rotation in parts.rotation.items():
        _people(parts, ("rotation", name, "people"), rotation.people)
    for index, override in parts.override.items():
        _people(parts, ("override", index, "add"), override.add)
        _people(parts, ("override", index, "remove"), override.remove)


def _people(parts: Parts, path: KeyPath, people: tuple[str, ...]) -> None:
    for index, word in enumerate(people):
        _person(parts, (*path, index), word)


def _person(parts: Parts, path: KeyPath, word: str) -> None:
    if "@" not in word:
        _refer(parts, path, word, parts.names["people"], "person")


def customer_keys_are_roles(parts: Parts) -> None:
    """A key of a customer that is none of its own is a role, or a mistake."""
    known_roles = roles.known_roles(parts.contract, parts.people)
    for name, customer in parts.customer.items():
        for key, person in customer.roles.items():
            if key not in known_roles:
                known = [*keys_of(type(customer)), *known_roles]
                parts.report.add(
                    ("customer", name, key), "unknown key, and no role of a chain or a person", suggestion(key, known)
                )
            elif person not in parts.names["rotation"]:
                _person(parts, ("customer", name, key), person)


def rules_do_something(parts: Parts) -> None:
    """A rule needs a condition and an effect, and mailboxes that exist."""
    boxes = [mailbox.name for mailbox in parts.mailbox.values()]
    for index, rule in parts.rule.items():
        path = ("rule", index)
        _refer(parts, (*path, "mailbox"), rule.mailbox, boxes, "mailbox")
        if parts.report.spoiled(path):
            continue
        if not (rule.from_ or rule.to or rule.subject or rule.mailbox):
            parts.report.add(path, "has no condition", "add from, to, subject or mailbox")
        elif not (rule.contract or rule.priority or rule.open or rule.ignore):
            parts.report.add(path, "sets nothing", "add contract, priority, open = true or ignore = true")


def senders_are_apart(parts: Parts) -> None:
    """Nobody is blocked and wanted at once, and our own addresses are no senders to be listed."""
    if parts.senders is None:
        return
    wanted = {entry.lower() for entry in (*parts.senders.allow, *parts.senders.reply_to)}
    own = {email.lower() for person in parts.people.values() for email in person.email}
    own |= {address.lower() for box in parts.mailbox.values() for address in (box.address, *box.aliases)}
    for index, entry in enumerate(parts.senders.block):
        path = ("senders", "block", index)
        if entry.lower() in wanted:
            parts.report.add(path, f"{entry} is in allow or reply_to too", "leave it in one of the lists")
        elif entry.lower() in own:
            parts.report.add(path, f"{entry} is one of us, and cannot be blocked", "take it out")


# --- people ---------------------------------------------------------------------------------------------------------


def mailbox_names_are_unique(parts: Parts) -> None:
    """Rules and reports speak of mailboxes by name."""
    seen: dict[str, int] = {}
    for index, mailbox in parts.mailbox.items():
        if (first := seen.setdefault(mailbox.name, index)) != index:
            parts.report.add(
                ("mailbox", index, "name"), f'mailbox[{first}] is called "{mailbox.name}" too', "choose another name"
            )


def staff_everywhere(parts: Parts) -> None:
    """Somebody must answer the mail of every mailbox."""
    default = roles.default_contract(parts.names["contract"], parts.mailbox)
    for index, mailbox in parts.mailbox.items():
        contract = parts.contract.get(mailbox.contract or default)
        missing = not mailbox.staff and not (contract and contract.staff)
        if missing and not parts.report.spoiled(("mailbox", index, "staff")):
            cure = 'add staff = ["anna@acme.example"] here or in its contract'
            parts.report.add(("mailbox", index, "staff"), "nobody answers this mailbox", cure)


def no_deputy_loops(parts: Parts) -> None:
    """Whoever is away is stood in for by somebody else."""
    for key in parts.people:
        chain = roles.deputies(key, parts.people)
        if key in chain:
            circle = " → ".join([key, *chain[: chain.index(key) + 1]])
            parts.report.add(("people", key, "deputy"), f"is a circle: {circle}", "let one of them have no deputy")


def languages_exist(parts: Parts) -> None:
    """Mails are written in the languages of the top level alone."""
    known = parts.general.languages if parts.general else ()
    tables = (("people", parts.people), ("customer", parts.customer))
    for table, entries in tables if known else ():
        for name, entry in entries.items():
            _refer(parts, (table, name, "language"), entry.language, known, "language among the top level's languages:")


def customers_are_apart(parts: Parts) -> None:
    """An address or domain belongs to one customer."""
    seen: dict[str, str] = {}
    for name, customer in parts.customer.items():
        for index, match in enumerate(customer.match):
            if (first := seen.setdefault(match.lower(), name)) != name:
                path = ("customer", name, "match", index)
                parts.report.add(path, f"{match} belongs to customer.{first} already", "leave it with one of them")


# --- contracts ------------------------------------------------------------------------------------------------------


def some_contract_is_everybodys(parts: Parts) -> None:
    """A stranger's mail has a promise too."""
    names = parts.names["contract"]
    if not names:
        cure = "add [contract.standard] with calendar, first_response and chain"
        parts.report.add(("contract",), "there is no contract", cure)
    elif not roles.default_contract(names, parts.mailbox):
        cure = 'call one of them "standard", or give each mailbox contract = "…"'
        parts.report.add(("contract",), "there are several, and none is everybody's", cure)


def chains_reach_people(parts: Parts) -> None:
    """Each step of a chain must resolve to somebody."""
    default = roles.default_contract(parts.names["contract"], parts.mailbox)
    for name, contract in parts.contract.items():
        customers = roles.customers_of(name, parts.customer, default)
        for step, word in roles.words(contract):
            if "@" in word or word in parts.names["people"] or word in parts.names["rotation"]:
                continue
            if roles.holders(word, parts.people, customers):
                continue
            known = {
                *parts.names["people"],
                *parts.names["rotation"],
                *roles.known_roles({}, parts.people),
                *(r for c in customers.values() for r in c.roles),
            }
            cure = f'give a person roles = ["{word[:60]}"], or write an address; {suggestion(word, known)}'
            parts.report.add(("contract", name, "chain", step), f'"{word[:60]}" is nobody', cure)


def roles_are_no_people(parts: Parts) -> None:
    """A word of a chain must not mean two things."""
    for key, person in parts.people.items():
        for index, role in enumerate(person.roles):
            if role in parts.names["people"] or "@" in role:
                path = ("people", key, "roles", index)
                parts.report.add(path, f'"{role}" is a person\'s name or an address', "call the role something else")


def chains_fit_their_waits(parts: Parts) -> None:
    """A wait belongs to a step (inherited ones may be left over), and a further round begins inside the chain."""
    for name, contract in parts.contract.items():
        steps = len(contract.chain)
        if len(contract.wait) > steps and "wait" in parts.own_contracts.get(name, {}):
            parts.report.add(("contract", name, "wait"), f"has more waits than the chain has steps ({steps})", "take some out")
        if contract.repeat_from > steps:
            parts.report.add(("contract", name, "repeat_from"), f"the chain has {steps} steps only", f"from 1 to {steps}")


QUESTIONS: tuple[Callable[[Parts], None], ...] = (
    names_are_plain,
    contracts_exist,
    calendars_exist,
    rotations_exist,
    people_exist,
    customer_keys_are_roles,
    rules_do_something,
    senders_are_apart,
    owners.nobody_is_a_mailbox,
    owners.addresses_are_unique,
    mailbox_names_are_unique,
    staff_everywhere,
    no_deputy_loops,
    languages_exist,
    customers_are_apart,
    some_contract_is_everybodys,
    chains_reach_people,
    roles_are_no_people,
    duty.rotations_are_people,
    duty.absences_matter,
    chains_fit_their_waits,
    targets.days_need_open_nights,
    targets.contracts_end_after_they_begin,
)
