"""A desk to test promises with: a Berlin office, a chain of three roles, some people, one customer."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from mailsupport.core.desk import Calendar, Contract, Customer, Desk, Hours, Person, Step, Target
from mailsupport.core.model import Priority

OFFICE = Calendar("office", "Europe/Berlin", (((540, 1020),),) * 5 + ((), ()))
ALWAYS = Calendar("24x7", "UTC", ((),) * 7, always=True)

PAT = Person("pat", "Pat Project", ("pat@acme.example",), ("project_manager",))
ALEX = Person("alex", "Alex Account", ("alex@acme.example",), ("account_manager",))
KIM = Person("kim", "Kim Account", ("kim@acme.example",), ("account_manager",))
DANA = Person("dana", "Dana Director", ("dana@acme.example",), ("commercial_director",))
GHOST = Person("ghost", "No Address", (), ("project_manager",))
PEOPLE = {p.key: p for p in (PAT, ALEX, KIM, DANA, GHOST)}

CUSTOMER = Customer("globex", "Globex", ("@globex.example",), "gold", people={"account_manager": "kim"})

MINUTE = 60
HOUR = 3600


def every(seconds: int, text: str = "") -> dict[Priority, Target]:
    """The same target for each priority."""
    return dict.fromkeys(Priority, Target(seconds=seconds, text=text))


def contract(
    waits: tuple[int, ...] = (0, 10, 10),
    *,
    calendar: Calendar = ALWAYS,
    hours: Hours = Hours.CONTRACT,
    rounds: int = 1,
    repeat_from: int = 0,
    targets: tuple[tuple[str, ...], ...] = (("project_manager",), ("account_manager",), ("commercial_director",)),
    immediate: frozenset[Priority] = frozenset(),
) -> Contract:
    """A contract with four hours to a first response and a chain with those waits, in minutes."""
    return Contract(
        name="gold",
        version="1",
        calendar=calendar,
        first_response=every(4 * HOUR, "4h"),
        steps=tuple(Step(who, wait * MINUTE) for who, wait in zip(targets, waits, strict=False)),
        hours=hours,
        rounds=rounds,
        repeat_from=repeat_from,
        ack_stops=2 * HOUR,
        immediate=immediate,
    )


def desk(gold: Contract) -> Desk:
    """The desk that has this contract."""
    return Desk(
        operator="ops@acme.example",
        mailboxes={},
        people=PEOPLE,
        contracts={gold.name: gold},
        customers={CUSTOMER.key: CUSTOMER},
        default_contract=gold.name,
        by_address={address: person for person in PEOPLE.values() for address in person.addresses},
    )


def at(text: str, zone: str = "UTC") -> datetime:
    """An instant from "2026-03-04 10:00" as that zone's clocks show it."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def berlin(text: str) -> datetime:
    """An instant by Berlin's clocks."""
    return at(text, "Europe/Berlin")


LAPSE_TOLD = at("2026-03-04 14:00")
