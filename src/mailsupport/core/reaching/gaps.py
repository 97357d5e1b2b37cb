"""When will a chain reach nobody, and what else about it will fail one day? Looks ahead, so that somebody can mend it in time.

In: a contract, its customer, the desk, a window of time, the addresses whose alerts came back. Out: `Gap`s. Who is reached
changes only where an absence begins or ends, a rotation changes hands, or a calendar of duty opens or closes; so the steps are
asked once between any two such moments, by `core.reaching.contacts` itself. Time in which a chain sends nothing anyway is no gap.

Rule for editing here: a new kind of gap needs its words in `templates/operator/gaps` of each language and in `cli.gaps`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from itertools import pairwise
from zoneinfo import ZoneInfo

from mailsupport.core.desk import Calendar, Contract, Customer, Desk, Hours, Rotation
from mailsupport.core.reaching.contacts import Targets, targets
from mailsupport.core.reaching.rotation import changes
from mailsupport.core.timing.worktime import working_seconds

HOLIDAYS_LEAST = timedelta(days=60)
"""For how long ahead a calendar that has holidays must know them."""

Span = tuple[datetime, datetime]
Reasons = tuple[tuple[str, str], ...]


class GapKind(StrEnum):
    """What will fail."""

    NOBODY = "nobody"
    """A step reaches nobody for some time."""
    LEFT_OUT = "left_out"
    """Of a step's targets one never stands for anybody."""
    ONE_PERSON = "one_person"
    """All steps reach the same one person for some time."""
    NO_ROUND = "no_round"
    """A further round begins with this step, but there is only one round."""
    SUSPECT = "suspect"
    """The last alert to a person was refused or bounced."""
    HOLIDAYS = "holidays"
    """A calendar knows no holidays from some day on."""
    ENDS = "ends"
    """A contract that requests come under ends, or has ended: others come under another."""


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that will fail: `step` counts from 0 and is -1 for the whole chain, `spans` are half-open and in order (UTC).

    `customers` are those it concerns by key, () for everybody of the contract; `subject` is the target, person's key or calendar
    it is about, or the contract that counts after this one ("": it depends on the mailbox); `seconds` is how much of that time
    alerts go out in.
    """

    kind: GapKind
    contract: str = ""
    customers: tuple[str, ...] = ()
    step: int = -1
    subject: str = ""
    spans: tuple[Span, ...] = ()
    seconds: int = 0
    reasons: Reasons = ()


@dataclass(frozen=True, slots=True)
class Stretch:
    """Time in which nothing changes, with whom each step reaches in it."""

    start: datetime
    end: datetime
    seconds: int
    steps: tuple[Targets, ...]


def gaps_of_chain(contract: Contract, customer: Customer | None, desk: Desk, start: datetime, end: datetime) -> Iterator[Gap]:
    """Yield what will fail of that chain in [start, end): steps without anybody, left out targets, one person everywhere."""
    ahead = stretches(contract, customer, desk, start, end)
    made = _Maker(contract.name, (customer.key,) if customer else (), ahead)
    for step in range(len(contract.steps)):
        yield from made.nobody(step)
        yield from made.left_out(step)
    yield from made.one_person()
    if contract.repeat_from > 0 and contract.rounds == 1:
        yield Gap(GapKind.NO_ROUND, contract.name, step=contract.repeat_from)


def stretches(contract: Contract, customer: Customer | None, desk: Desk, start: datetime, end: datetime) -> tuple[Stretch, ...]:
    """Return [start, end) cut wherever somebody else may be reached."""
    edges = sorted({start, end, *_edges(contract, customer, desk, start, end)})
    return tuple(_stretch(contract, customer, desk, one, other) for one, other in pairwise(edges))


def suspects(
    contract: Contract, customer: Customer | None, desk: Desk, at: datetime, failed: Mapping[str, datetime]
) -> Iterator[Gap]:
    """Yield whoever the chain reaches at an address whose last alert came back; `failed` says when, by lower-case address."""
    for step in range(len(contract.steps)):
        for person in targets(contract, step, 0, customer, desk, at).people:
            since = failed.get(person.address)
            if since is not None:
                yield Gap(GapKind.SUSPECT, subject=person.key, spans=((since, at),))


def holidays_end(calendar: Calendar, now: datetime) -> Gap | None:
    """Return the gap of a calendar whose holidays end before long; None for one that has none, or enough."""
    last = max(calendar.holidays, default=date.max)
    if last - now.date() >= HOLIDAYS_LEAST:
        return None
    begins = datetime.combine(last + timedelta(days=1), time(), ZoneInfo(calendar.timezone)).astimezone(UTC)
    return Gap(GapKind.HOLIDAYS, subject=calendar.name, spans=((begins, now + HOLIDAYS_LEAST),))


def ends(contract: Contract, desk: Desk, end: datetime) -> Gap | None:
    """Return the gap of a contract that ends by then, or has ended; None for one that goes on, or that nobody comes under."""
    if contract.valid_to is None or contract.name == desk.default_contract:  # everybody's holds for ever
        return None
    zone = ZoneInfo(contract.calendar.timezone)
    over = datetime.combine(contract.valid_to + timedelta(days=1), time(), zone).astimezone(UTC)
    its = tuple(customer.key for customer in desk.customers.values() if customer.contract == contract.name)
    elsewhere = {*(box.contract for box in desk.mailboxes.values()), *(rule.contract for rule in desk.rules)}
    if over > end or not (its or contract.name in elsewhere):
        return None
    after = {one.contract for one in desk.mailboxes.values() if one.contract in desk.contracts} - {contract.name}
    subject = "" if after - {desk.default_contract} else desk.default_contract
    return Gap(GapKind.ENDS, contract.name, its, subject=subject, spans=((over, max(over, end)),))


class _Maker:
    """Makes the gaps of one chain out of what its steps reach."""

    def __init__(self, contract: str, customers: tuple[str, ...], ahead: tuple[Stretch, ...]) -> None:
        self.contract, self.customers, self.ahead = contract, customers, ahead

    def nobody(self, step: int) -> Iterator[Gap]:
        """The times in which a step reaches nobody, those of one reason together."""
        found: dict[Reasons, list[Stretch]] = {}
        for one in self.ahead:
            if not one.steps[step].people:
                found.setdefault(one.steps[step].skipped, []).append(one)
        for reasons, ones in found.items():
            yield from self._gap(GapKind.NOBODY, ones, step=step, reasons=reasons)

    def left_out(self, step: int) -> Iterator[Gap]:
        """The targets that stand for nobody all the time, while others of the step are reached."""
        always = [dict(one.steps[step].skipped) for one in self.ahead if one.steps[step].people]
        for target in always[0] if len(always) == len(self.ahead) else ():
            if all(target in skipped for skipped in always):
                reasons = ((target, always[0][target]),)
                yield from self._gap(GapKind.LEFT_OUT, self.ahead, step=step, subject=target, reasons=reasons)

    def one_person(self) -> Iterator[Gap]:
        """The times in which every step reaches the same one person."""
        found: dict[str, list[Stretch]] = {}
        for one in self.ahead:
            reached = {tuple(person.key for person in step.people) for step in one.steps}
            if len(one.steps) > 1 and len(reached) == 1 and len(next(iter(reached))) == 1:
                found.setdefault(one.steps[0].people[0].key, []).append(one)
        for person, ones in found.items():
            yield from self._gap(GapKind.ONE_PERSON, ones, subject=person)

    def _gap(
        self, kind: GapKind, ones: tuple[Stretch, ...] | list[Stretch], step: int = -1, subject: str = "", reasons: Reasons = ()
    ) -> Iterator[Gap]:
        seconds = sum(one.seconds for one in ones)
        if seconds:
            yield Gap(kind, self.contract, self.customers, step, subject, _joined(ones), seconds, reasons)


def _stretch(contract: Contract, customer: Customer | None, desk: Desk, start: datetime, end: datetime) -> Stretch:
    always = contract.hours is Hours.ALWAYS
    seconds = int((end - start).total_seconds()) if always else working_seconds(contract.calendar, start, end)
    steps = tuple(targets(contract, step, 0, customer, desk, start) for step in range(len(contract.steps)))
    return Stretch(start, end, seconds, steps)


def _edges(contract: Contract, customer: Customer | None, desk: Desk, start: datetime, end: datetime) -> Iterator[datetime]:
    absences = (one for ones in desk.absences.values() for one in ones)
    yield from (edge for one in absences for edge in (one.start, one.end) if start < edge < end)
    for rotation in rotations_of(contract, customer, desk):
        yield from changes(rotation, start, end)


def rotations_of(contract: Contract, customer: Customer | None, desk: Desk) -> Iterator[Rotation]:
    """Yield the rotations that a chain names, or its customer for a role."""
    words = {target for step in contract.steps for target in step.targets}
    named = {customer.people.get(word, word) for word in words} if customer else words
    yield from (desk.rotations[word] for word in sorted(named) if word in desk.rotations)


def _joined(ones: tuple[Stretch, ...] | list[Stretch]) -> tuple[Span, ...]:
    """The times of stretches, those that follow on each other as one, those in which nothing is sent left out."""
    spans: list[Span] = []
    for one in ones:
        if spans and spans[-1][1] == one.start:
            spans[-1] = (spans[-1][0], one.end)
        elif one.seconds:
            spans.append((one.start, one.end))
    return tuple(spans)
