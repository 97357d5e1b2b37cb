"""Whose is an address? One mailbox's, one person's, or nobody's of ours; and nobody who is told anything is a mailbox.

In: `Parts`. Out: the report. A mail to a mailbox of ours comes back as a new one: an alert sent there reaches nobody and opens a
ticket. Rule for editing here: a new key that names a person or an address of ours is added to `_told`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mailsupport.settings.parts import Parts
from mailsupport.settings.problems import KeyPath

Named = tuple[KeyPath, str]
"""A key, and the word that stands there: an address, or the name of a person or role."""


def nobody_is_a_mailbox(parts: Parts) -> None:
    """Whoever is told something reads it elsewhere than in a mailbox that this program reads, also behind a plus."""
    own = _mailbox_addresses(parts)
    for path, word in _told(parts):
        index = own.get(word.lower(), own.get(_without_plus(word)))
        if index is not None:
            what = f"{word} arrives in mailbox[{index}], which this program reads itself"
            parts.report.add(path, what, "name a person's own address; a mail sent there would come back as a new request")


def _mailbox_addresses(parts: Parts) -> dict[str, int]:
    """Return each address of a mailbox, in lower case, with the mailbox's position."""
    boxes = parts.mailbox.items()
    return {address.lower(): index for index, mailbox in boxes for address in (mailbox.address, *mailbox.aliases)}


def _without_plus(word: str) -> str:
    """Return an address without what stands behind its plus (RFC 5233); it is delivered to the same mailbox."""
    local, _, domain = word.lower().rpartition("@")
    return f"{local.partition('+')[0]}@{domain}"


def _told(parts: Parts) -> Iterator[Named]:
    """Yield every word that names somebody who gets mail from us or answers for us."""
    if parts.general:
        yield ("operator",), parts.general.operator
    for key, person in parts.people.items():
        yield from _each(("people", key, "email"), person.email)
        yield ("people", key, "deputy"), person.deputy
    for index, mailbox in parts.mailbox.items():
        yield from _each(("mailbox", index, "staff"), mailbox.staff)
    yield from _of_contracts(parts)
    for name, customer in parts.customer.items():
        yield from ((("customer", name, role), word) for role, word in customer.roles.items())
    yield from _on_duty(parts)


def _of_contracts(parts: Parts) -> Iterator[Named]:
    """Yield who is named by a contract's own keys; an inherited one is told where it is written."""
    for name, contract in parts.contract.items():
        written = parts.own_contracts.get(name, {})
        if "staff" in written:
            yield from _each(("contract", name, "staff"), contract.staff)
        for step, targets in enumerate(contract.chain if "chain" in written else ()):
            yield from ((("contract", name, "chain", step), word) for word in targets)


def _on_duty(parts: Parts) -> Iterator[Named]:
    for name, rotation in parts.rotation.items():
        yield from _each(("rotation", name, "people"), rotation.people)
    for index, override in parts.override.items():
        yield from _each(("override", index, "add"), override.add)
    for index, absence in parts.absence.items():
        yield ("absence", index, "person"), absence.person
        yield ("absence", index, "deputy"), absence.deputy


def _each(path: KeyPath, words: Iterable[str]) -> Iterator[Named]:
    return (((*path, index), word) for index, word in enumerate(words))


def addresses_are_unique(parts: Parts) -> None:
    """An address is one mailbox's, one person's, or nobody's of ours."""
    owners: dict[str, str] = {}
    for index, mailbox in parts.mailbox.items():
        path: KeyPath = ("mailbox", index)
        _own(parts, (*path, "address"), mailbox.address, f"mailbox[{index}]", owners)
        for number, alias in enumerate(mailbox.aliases):
            _own(parts, (*path, "aliases", number), alias, f"mailbox[{index}]", owners)
    for key, person in parts.people.items():
        for number, email in enumerate(person.email):
            _own(parts, ("people", key, "email", number), email, f"people.{key}", owners)


def _own(parts: Parts, path: KeyPath, email: str, owner: str, owners: dict[str, str]) -> None:
    """Report an address that somebody has already."""
    other = owners.get(email.lower())
    if other is None:
        owners[email.lower()] = owner
    else:
        cure = "name it once" if other == owner else "give each an address of its own"
        parts.report.add(path, f"{email} is the address of {other} already", cure)
