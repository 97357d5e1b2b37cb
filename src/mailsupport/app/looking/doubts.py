"""Which contracts can be kept, and are hardly meant so? What `check` warns of beside the faults that it refuses.

In: a desk. Out: what is odd about a contract, each with what to do about it. Nothing here is an error: the settings refuse those.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from mailsupport.core.desk import Contract, Desk
from mailsupport.core.guard import ClockKind
from mailsupport.core.model import Priority
from mailsupport.core.timing.clock import due_at

SOME_MONDAY = datetime(2026, 3, 2, tzinfo=UTC)
"""A moment to compare promises by: an open one or a closed one, it is the same for both."""

Doubt = tuple[str, str]


def doubts(desk: Desk) -> Iterator[Doubt]:
    """Yield what is odd and its cure, contract by contract."""
    for contract in desk.contracts.values():
        yield from _in_order(contract, ClockKind.RESOLUTION, "a request would have to be solved before it is answered")
        yield from _in_order(contract, ClockKind.PROGRESS_UPDATE, "an update would be owed sooner than a first answer is")
    everybodys = desk.contracts[desk.default_contract]
    if everybodys.valid_from is not None or everybodys.valid_to is not None:
        what = f"contract {everybodys.name} is everybody's who has no other, and goes on after its last day"
        yield what, "take valid_from and valid_to out of it; give customers with dates a contract of their own"


def hints(desk: Desk) -> Iterator[Doubt]:
    """Yield what may well be meant so, and is better known: one line for all contracts that it is about."""
    silent = sorted(contract.name for contract in desk.contracts.values() if not contract.next_response)
    if silent:
        what = f"contract {', '.join(silent)} guards only the first answer: no deadline runs when a customer writes again"
        yield what, 'to guard every further answer too, promise one: next_response = "8h"'


def nobody_known(desk: Desk) -> Iterator[Doubt]:
    """Yield that no customer is named, where that is so: each of them is a stranger."""
    if not desk.customers:
        what = "none is named, so everybody gets the receipt for strangers, which repeats nothing of what they wrote"
        yield what, 'name one: [customer.globex], name = "Globex GmbH", match = ["@globex.example"]'


def _in_order(contract: Contract, kind: ClockKind, why: str) -> Iterator[Doubt]:
    early = [priority.value for priority in Priority if _is_before_first(contract, kind, priority)]
    if early:
        what = f"contract {contract.name}: {kind} is shorter than first_response at priority {', '.join(early)}: {why}"
        yield what, f"make {kind} of contract {contract.name} longer"


def _is_before_first(contract: Contract, kind: ClockKind, priority: Priority) -> bool:
    first, other = (due_at(contract, one, priority, SOME_MONDAY) for one in (ClockKind.FIRST_RESPONSE, kind))
    return first is not None and other is not None and other < first
