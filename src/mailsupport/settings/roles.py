"""Who is meant by a word in a chain, in a list of staff, or beside a role? One reading for the checks and the desk.

In: the validated tables of people, contracts and customers. Out: roles, applicable customers, deputies.
A word with an @ is an address; else it is the key of a person if there is one, else a rotation, else a role.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from mailsupport.settings.models import ContractSettings, CustomerSettings, MailboxSettings, PersonSettings

PREFERRED = ("standard", "default")
"""Names that make one of several contracts everybody's."""


def words(contract: ContractSettings) -> Iterator[tuple[int, str]]:
    """Yield each word of a contract's chain with the number of its step, from 0."""
    for step, targets in enumerate(contract.chain):
        for word in targets:
            yield step, word


def known_roles(contracts: Mapping[str, ContractSettings], people: Mapping[str, PersonSettings]) -> set[str]:
    """Return the roles there are: those that people have, and the words of chains that are neither person nor address."""
    roles = {role for person in people.values() for role in person.roles}
    in_chains = {word for contract in contracts.values() for _, word in words(contract)}
    return roles | {word for word in in_chains if "@" not in word and word not in people}


def holders(role: str, people: Mapping[str, PersonSettings], customers: Mapping[str, CustomerSettings]) -> list[str]:
    """Return the people and rotations that have a role for everybody or for one of these customers."""
    general = [key for key, person in people.items() if role in person.roles]
    return [*general, *(customer.roles[role] for customer in customers.values() if role in customer.roles)]


def customers_of(contract: str, customers: Mapping[str, CustomerSettings], default: str) -> dict[str, CustomerSettings]:
    """Return the customers a contract is for; without a contract of their own they have the default one."""
    return {name: customer for name, customer in customers.items() if (customer.contract or default) == contract}


def default_contract(names: list[str], mailboxes: Mapping[int, MailboxSettings]) -> str:
    """Return the contract of whoever belongs to no customer: the only one, the one called standard or default, or,
    where every mailbox names its own, the first mailbox's; "" when there is no way to tell."""
    if len(names) == 1:
        return names[0]
    for name in PREFERRED:
        if name in names:
            return name
    if mailboxes and all(mailbox.contract for mailbox in mailboxes.values()):
        return next(iter(mailboxes.values())).contract
    return ""


def deputies(key: str, people: Mapping[str, PersonSettings]) -> list[str]:
    """Return who stands in for a person, nearest first; ends before a name comes twice."""
    found: list[str] = []
    while key in people and (key := people[key].deputy) and key not in found:
        found.append(key)
    return found
