"""What a ticket waits for, how urgent it is, and until when: pause, resume, priority, due, tier."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from types import MappingProxyType

from mailsupport.core.deciding.verbs.asked import Asked, Done, Refused, Verb
from mailsupport.core.deciding.verbs.asking import END_OF_DAY, doubtful, reading, zone_of
from mailsupport.core.effects import Effect, Log, OpenChain
from mailsupport.core.guard import Cause, ChainState, Clock, ClockKind, ClockState
from mailsupport.core.model import Priority
from mailsupport.core.orders import GoOn, SetDue, SetPriority, Wait
from mailsupport.core.reading import when
from mailsupport.core.said import Said, said
from mailsupport.core.timing.promises import RESPONSES
from mailsupport.core.timing.worktime import subtract
from mailsupport.errors import BeyondHorizon

WAITED_FOR: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(("customer", "client", "kunde", "kunden", "kundin"), "customer"),
        **dict.fromkeys(
            ("vendor", "supplier", "manufacturer", "lieferant", "lieferanten", "hersteller", "dienstleister"), "vendor"
        ),
    }
)
"""Whom a ticket may wait for, as people call them."""

PRIORITIES: Mapping[str, Priority] = MappingProxyType(
    {
        **dict.fromkeys(("low", "niedrig", "gering", "p4"), Priority.LOW),
        **dict.fromkeys(("normal", "medium", "mittel", "p3"), Priority.NORMAL),
        **dict.fromkeys(("high", "hoch", "p2"), Priority.HIGH),
        **dict.fromkeys(("critical", "kritisch", "p1"), Priority.CRITICAL),
    }
)
"""Priorities, as people call them."""

TIERS = ("L1", "L2", "T2", "T3", "VCIO")
"""The tiers that a ticket can be worked on at."""

DUE_KINDS: Mapping[str, tuple[ClockKind, ...]] = MappingProxyType(
    {
        **dict.fromkeys(("answer", "response", "antwort"), RESPONSES),
        **dict.fromkeys(("resolution", "solution", "lösung"), (ClockKind.RESOLUTION,)),
    }
)
"""Which deadline is meant, where it is named."""

_SETTABLE = (*RESPONSES, ClockKind.RESOLUTION)
_LATER = frozenset({ClockKind.RESOLUTION})
"""Clocks whose deadline one of us may move back: a date for the solution is agreed with the customer, an answer is owed."""


def pause(asked: Asked) -> Done | Refused:
    """The ticket waits since the mail came: for the customer unless the vendor is named; until they write, or until then."""
    whom, rest = _waited_for(asked.value)
    found = reading(asked, rest)
    if found.doubt is not None:
        return doubtful(found.doubt)
    if whom == "customer" and _owed(asked) and not asked.request.text:
        return Refused(said("pause_needs_question"), said("write_below", verb="pause"))
    since = asked.arrival.received_at
    reason = f"{asked.person.key}: {found.rest}" if found.rest else f"paused by {asked.person.key}"
    code = f"waits_for_{whom}_until" if found.at else f"waits_for_{whom}"
    return Done((Wait(whom, since, found.at, reason),), said(code, until=found.at) if found.at else said(code))


def resume(asked: Asked) -> Done | Refused:
    """The ticket waits no longer."""
    if not asked.ticket.waiting_for:
        return Done((), said("not_waiting"))
    reason = f"{asked.person.key}: {asked.value}" if asked.value else f"resumed by {asked.person.key}"
    return Done((GoOn(asked.arrival.received_at, reason),), said("resumed"))


def priority(asked: Asked) -> Done | Refused:
    """The ticket gets another priority; one that goes to the chain at once does so now."""
    word, _, reason = asked.value.partition(" ")
    wanted = PRIORITIES.get(word.lower().strip(",.:;!"))
    if wanted is None:
        return Refused(said("no_such_priority", word=word), said("priorities_are"))
    if wanted is asked.ticket.priority:
        return Done((), said("priority_already", priority=wanted))
    why = f"{asked.person.key}: {reason.strip()}" if reason.strip() else f"set by {asked.person.key}"
    effects: list[Effect] = [SetPriority(wanted, why)]
    chain = asked.arrival.chain
    at_once = wanted in asked.arrival.route.contract.immediate and not asked.over
    if at_once and (chain is None or chain.state is ChainState.RESOLVED):
        told = f"priority {wanted} goes to the chain at once"
        effects.append(OpenChain(Cause.PRIORITY, asked.arrival.now, told, by=asked.person.key))
    return Done(tuple(effects), said("priority_set", priority=wanted))


def due(asked: Asked) -> Done | Refused:
    """A deadline that runs is moved: an answer may be owed earlier than promised, only a solution may be owed later."""
    named, rest = _named_kind(asked.value)
    found = reading(asked, rest, END_OF_DAY)
    if found.doubt is not None:
        return doubtful(found.doubt)
    if found.at is None:
        return Refused(said("due_needs_time"), said("write_a_time"))
    at = found.at if found.day is None else _closing(asked, found.day)
    clock = _meant(asked, named, at)
    if clock is None:
        return Refused(_no_clock(asked, named))
    if not found.rest and at > clock.due_at:
        return Refused(said("due_needs_reason"), said("write_behind", verb="due"))
    order = SetDue(clock.kind, at, asked.person.key, found.rest or "no reason given")
    return Done((order,), said(f"due_{clock.kind}", at=at))


def tier(asked: Asked) -> Done | Refused:
    """At which tier the ticket is worked on: recorded, and nothing else follows from it."""
    word, _, reason = asked.value.partition(" ")
    wanted = word.upper().strip(",.:;!")
    if wanted not in TIERS:
        return Refused(said("no_such_tier", word=word), said("tiers_are", tiers=", ".join(TIERS)))
    return Done((Log("tier", asked.person.key, {"tier": wanted, "reason": reason.strip()}),), said("tier_set", tier=wanted))


def _waited_for(value: str) -> tuple[str, str]:
    """Whom the ticket waits for, and the rest: "for" and "until" before or behind it belong to the time."""
    words = value.split()
    at = next((at for at, word in enumerate(words[:2]) if word.lower().strip(",.:;") in WAITED_FOR), None)
    if at is None or (at == 1 and words[0].lower() not in ("for", "für", "auf")):
        return "customer", value
    return WAITED_FOR[words[at].lower().strip(",.:;")], " ".join(words[at + 1 :])


def _owed(asked: Asked) -> bool:
    """Whether the customer waits for us: then nobody has asked them anything yet."""
    return any(asked.arrival.unmet(kind) for kind in RESPONSES)


def _named_kind(value: str) -> tuple[tuple[ClockKind, ...], str]:
    word, _, rest = value.partition(" ")
    kinds = DUE_KINDS.get(word.lower().strip(":,"))
    return (kinds, rest) if kinds is not None else ((), value)


def _closing(asked: Asked, day: date) -> datetime:
    """A day without a time of day ends when the contract's hours close on it, else with the day itself."""
    zone = zone_of(asked.person, asked.desk)
    begin, end = when.starts(day, zone), when.starts(day + timedelta(days=1), zone)
    try:
        closing = subtract(asked.arrival.route.contract.calendar, end, 1) + timedelta(seconds=1)
    except BeyondHorizon:  # A calendar that was never open before has no closing either.
        return end
    return closing if max(begin, asked.arrival.now) < closing else end


def _meant(asked: Asked, named: tuple[ClockKind, ...], at: datetime) -> Clock | None:
    """The clock that may be moved there: the first that is due later than that, else one that may be moved back."""
    running = [c for c in asked.arrival.clocks if c.state is ClockState.RUNNING and c.kind in (named or _SETTABLE)]
    earlier = [c for c in running if at < c.due_at]
    later = [c for c in running if c.kind in _LATER]
    return min(earlier, key=lambda c: c.due_at, default=next(iter(later), None))


def _no_clock(asked: Asked, named: tuple[ClockKind, ...]) -> Said:
    running = [c for c in asked.arrival.clocks if c.state is ClockState.RUNNING and c.kind in (named or _SETTABLE)]
    return said("due_never_later", at=min(c.due_at for c in running)) if running else said("nothing_due")


VERBS: Mapping[str, Verb] = MappingProxyType({"pause": pause, "resume": resume, "priority": priority, "due": due, "tier": tier})
