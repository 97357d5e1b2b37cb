"""When will a chain reach nobody? Looks over every chain of the desk, and tells the operator once a week.

Comes in: a desk, or the service. Goes out: `Gap`s without repetition, or an outbox row. What is a gap is decided in
`core.reaching.gaps`; here is which chains there are. A customer with people of their own has a chain of their own; customers
whose chains are alike are looked at once, and what is missing from theirs as from the contract's is told once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from mailsupport.app.letters.post import send_to_operator
from mailsupport.app.looking.plan import Whose
from mailsupport.app.presence import desk_now
from mailsupport.app.scene import Scene
from mailsupport.app.service import Service
from mailsupport.core.desk import Calendar, Desk
from mailsupport.core.reaching import gaps as core
from mailsupport.core.reaching.gaps import Gap
from mailsupport.core.timing.worktime import local
from mailsupport.mail.contexts import GapsContext
from mailsupport.mail.facts import GapFact
from mailsupport.store import facts, overview

DAYS = 30
"""How many days ahead are looked at."""

AGAIN = timedelta(days=7)
"""How often the operator is told at the most."""

SHOWN, NAMED = 50, 5
"""Gaps listed in a mail, and customers named for each, at the most."""


def chains(desk: Desk) -> Iterator[Whose]:
    """Yield each chain there is: each contract's, unless it is nobody's but its customers', and each customer's own."""
    for contract in desk.contracts.values():
        its = [customer for customer in desk.customers.values() if customer.contract == contract.name]
        if contract.name == desk.default_contract or not its or not all(customer.people for customer in its):
            yield Whose(contract, None, "")
        yield from (Whose(contract, customer, "") for customer in its if customer.people)


def gaps(desk: Desk, now: datetime, days: int = DAYS, failed: Mapping[str, datetime] | None = None) -> tuple[Gap, ...]:
    """Return what will fail in the coming days, chain by chain; `failed` are addresses whose last alert came back, and when."""
    found = dict.fromkeys(_all(desk, now, now + timedelta(days=days), failed or {}))
    return tuple(gap for gap in found if not (gap.customers and replace(gap, customers=()) in found))


def tell(service: Service) -> int:
    """Put a mail about the gaps into the outbox when there are any and a week has passed; return how many it tells of."""
    now, desk = service.now(), service.desk
    with service.store.read() as tx:
        failed, desk = overview.failed_addresses(tx), desk_now(tx, desk, now)
    found = gaps(desk, now, DAYS, failed)  # outside of any transaction: with many customers it takes a while
    if not found:
        return 0
    with service.store.write() as tx:
        if not facts.first_time(tx, "gaps", now, AGAIN):
            return 0
        scene = Scene(service, tx, now, next(iter(desk.mailboxes)))
        listed = tuple(_fact(gap, desk) for gap in found[:SHOWN])
        context = GapsContext(len(found), DAYS, desk.timezone, listed, max(0, len(found) - SHOWN))
        send_to_operator(scene, context, f"{len(found)} gaps in the chains of the coming {DAYS} days")
    return len(found)


def _all(desk: Desk, start: datetime, end: datetime, failed: Mapping[str, datetime]) -> Iterator[Gap]:
    for alike in _alike(desk):
        contract, customer = alike[0].contract, alike[0].customer
        keys = tuple(one.customer.key for one in alike if one.customer) if customer else ()
        for gap in core.gaps_of_chain(contract, customer, desk, start, end):
            yield replace(gap, customers=keys) if gap.customers else gap
        yield from core.suspects(contract, customer, desk, start, failed)
    contracts = (core.ends(contract, desk, end) for contract in desk.contracts.values())
    calendars = (core.holidays_end(calendar, start) for calendar in _calendars(desk))
    yield from (ending for ending in (*contracts, *calendars) if ending is not None)


def _alike(desk: Desk) -> Iterable[list[Whose]]:
    """The chains by what they stand for: customers who have the same people for the same roles, the contract's own first."""
    groups: dict[tuple[str, ...], list[Whose]] = {}
    for one in chains(desk):
        words = (word for step in one.contract.steps for word in step.targets)
        people = one.customer.people if one.customer else {}
        groups.setdefault((one.contract.name, *(people.get(word, "") for word in words)), []).append(one)
    return groups.values()


def _calendars(desk: Desk) -> Iterator[Calendar]:
    """The calendars that somebody counts by."""
    yield from (contract.calendar for contract in desk.contracts.values())
    yield from (rotation.hours for rotation in desk.rotations.values() if rotation.hours is not None)


def _fact(gap: Gap, desk: Desk) -> GapFact:
    names = tuple(desk.customers[key].name for key in gap.customers)
    person = desk.people.get(gap.subject)
    return GapFact(
        kind=gap.kind,
        contract=gap.contract,
        customers=names[:NAMED],
        more_customers=max(0, len(names) - NAMED),
        step=gap.step + 1,
        subject=person.name or person.address if person else gap.subject,
        start=gap.spans[0][0] if gap.spans else None,
        end=gap.spans[-1][1] if gap.spans else None,
        times=len(gap.spans),
        seconds=gap.seconds,
        reasons=tuple(local(line, desk.timezone) for line in reasons(gap)),
    )


def reasons(gap: Gap) -> tuple[str, ...]:
    """Return why somebody is not reached, one sentence each, beginning with who."""
    return tuple(why if why.startswith(who) else f"{who}: {why}" for who, why in gap.reasons)
