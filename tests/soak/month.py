"""Thirty days at a desk: thousands of tickets, people who answer, forget, go away and write again, mails that bounce, a relay
that stutters, a program that dies in the middle of things, and three days of darkness.

Chance is seeded, so that a month can be lived again. The program is the real one (`stories.world`); it dies where its own ends
touch the world: when it asks for the time, and while it hands a mail over. What really happened is written down here, by
whoever did it, and is what the rows are compared with afterwards.
"""

from __future__ import annotations

import heapq
import itertools
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from mailsupport.app.deliver import recover_orphans
from mailsupport.daemon.assembly import Assembly
from mailsupport.mail.worker import Reader
from mailsupport.ports import Handover, Outcome, Phase, RecipientResult
from mailsupport.store import Store, open_store
from stories.world import RecordingSink, Sent, StoryClock, World

START = datetime(2026, 10, 12, 6, 0, tzinfo=UTC)
"""A Monday; summer time ends in Europe and in America within the month."""

DAYS = 30
TICK = timedelta(minutes=10)
"""How often the program looks, while it runs."""

DARK = (START + timedelta(days=11), START + timedelta(days=14))
"""Three days in which nothing runs."""

SETTINGS = """
operator = "ops@acme.example"
name = "Acme Support"
timezone = "Europe/Berlin"
receipts = "known"
ack_guard = "10s"
[smtp]
folder = "unused"
[senders]
storm = 0
[[mailbox]]
address = "support@acme.example"
path = "inbox"
first_run = "all"
sent = "off"
plus_address = "on"
staff = ["anna"]
contract = "round"
[people.anna]
name = "Anna Berg"
email = ["anna@acme.example"]
[people.ben]
name = "Ben Ito"
email = ["ben@acme.example"]
deputy = "eve"
[people.cleo]
name = "Cleo Roy"
email = ["cleo@acme.example"]
[people.dov]
name = "Dov Hart"
email = ["dov@acme.example"]
[people.eve]
name = "Eve Sand"
email = ["eve@acme.example"]
[calendar.berlin]
timezone = "Europe/Berlin"
open = { mon = ["08:00-12:00", "13:00-18:00"], tue = "08:00-18:00", thu = "08:00-18:00", fri = "08:00-16:00" }
holidays = "DE-BE"
closed = ["2026-10-20"]
[calendar.newyork]
timezone = "America/New_York"
open = { mon = "09:00-17:00", tue = "09:00-17:00", wed = "09:00-17:00", thu = "09:00-17:00", fri = "09:00-17:00" }
[calendar.nights]
timezone = "Europe/Berlin"
open = { fri = "22:00-06:00", sat = "22:00-06:00", sun = "20:00-24:00", mon = "00:00-24:00", tue = "00:00-24:00" }
[contract.round]
calendar = "24x7"
first_response = "4h"
next_response = "8h"
chain = ["ben", "cleo", "dov"]
wait = ["0m", "30m", "60m"]
[contract.office]
calendar = "berlin"
first_response = "2h"
next_response = "4h"
chain = ["cleo", "dov"]
wait = ["0m", "40m"]
rounds = 2
[contract.abroad]
calendar = "newyork"
first_response = "3h"
chain = ["dov", "ben"]
wait = ["10m", "30m"]
hours = "always"
[contract.night]
calendar = "nights"
first_response = "90m"
chain = ["eve", "ben", "cleo"]
wait = ["0m", "20m", "20m"]
[customer.globex]
match = ["@globex.example"]
contract = "round"
[customer.initech]
match = ["@initech.example"]
contract = "office"
[customer.hooli]
match = ["@hooli.example"]
contract = "abroad"
[customer.umbrella]
match = ["@umbrella.example"]
contract = "night"
"""

HOUSES = ("globex", "initech", "hooli", "umbrella")
STAFF, CONTACTS = "anna@acme.example", ("ben@acme.example", "cleo@acme.example", "dov@acme.example", "eve@acme.example")


class Died(BaseException):
    """The program was killed at that moment."""


@dataclass
class MortalClock(StoryClock):
    """Time as the program is told it; it may be the last thing the program asks for."""

    until_death: int = 0

    def __call__(self) -> datetime:
        if self.until_death:
            self.until_death -= 1
            if not self.until_death:
                raise Died
        return self.at


@dataclass
class RestlessSink(RecordingSink):
    """A relay that now and then puts a mail off, refuses a contact, or takes a mail of a program that dies meanwhile."""

    chance: random.Random = field(default_factory=random.Random)
    mortal: bool = True
    clock: StoryClock = field(default_factory=StoryClock)
    taken: list[tuple[datetime, Sent]] = field(default_factory=list)

    async def send(self, sender: str, recipients: Sequence[str], raw: bytes) -> Handover:
        luck = self.chance.random()
        if luck < 0.01:
            return _all(recipients, Outcome.DEFERRED, 451, "4.3.0 come again")
        if luck < 0.012 and recipients[0] in CONTACTS:
            return _all(recipients, Outcome.REFUSED, 550, "5.1.1 no such user")
        handover = await super().send(sender, recipients, raw)
        self.taken.append((self.clock.at, self.sent[-1]))
        if self.mortal and luck > 0.999:
            raise Died
        return handover


def _all(recipients: Sequence[str], outcome: Outcome, code: int, reply: str) -> Handover:
    return Handover(Phase.DONE, "rcpt", tuple(RecipientResult(address, outcome, code, reply) for address in recipients))


@dataclass
class Story:
    """What really happened to one request, by its subject: when it came, and when the relay took an answer."""

    subject: str
    house: str
    received_at: datetime
    answers: list[datetime] = field(default_factory=list)
    bounced: bool = False
    wrote_again: list[datetime] = field(default_factory=list)


class Month(World):
    """The desk, the people around it, and chance."""

    def __init__(self, folder: Path, reader: Reader, seed: int, tickets: int) -> None:
        self.chance = random.Random(seed)
        super().__init__(folder, reader, SETTINGS, open_store("sqlite://"))
        self.stories: dict[str, Story] = {}
        self.deaths = self.arrived = self._looked = 0
        self._read_at: datetime | None = None
        self._order, self._events = itertools.count(), list[tuple[datetime, int, Callable[[], None]]]()
        self._later(DARK[1], lambda: None)  # the program is started again then, whether anybody writes or not
        for number in range(tickets):
            at = START + timedelta(seconds=self.chance.uniform(0, (DAYS - 4) * 86_400))
            self._later(at, lambda number=number: self._asks(number))

    def _assemble(self, store: Store | None) -> Assembly:
        if not isinstance(self.clock, MortalClock):
            self.clock = MortalClock(START)
            self.sink = RestlessSink(chance=self.chance, clock=self.clock)
        return super()._assemble(store)

    # --- the month ------------------------------------------------------------------------------------------------------

    def lived(self) -> None:
        """Live the month, to its quiet end."""
        end = START + timedelta(days=DAYS)
        while self.clock.at < end:
            self.clock.at = self._next_tick()
            while self._events and self._events[0][0] <= self.clock.at:
                now, (at, _, happens) = self.clock.at, heapq.heappop(self._events)
                self.clock.at = at
                happens()
                self.clock.at = now
            if not DARK[0] <= self.clock.at < DARK[1]:
                self._program()
                self._people()

    def _next_tick(self) -> datetime:
        """The first tick at which anything can happen."""
        wake = self._next_wake()
        soonest = min(filter(None, (wake, self._events[0][0] if self._events else None)), default=START + timedelta(days=DAYS))
        ticks = max(1, -(-(soonest - self.clock.at) // TICK))
        return self.clock.at + ticks * TICK

    def _program(self) -> None:
        """The program does what is due; when it dies, it is started again, and does what it left."""
        if self.chance.random() < 0.02:
            self.clock.until_death = self.chance.randrange(1, 12)
        try:
            self.works()
        except Died:
            self.deaths += 1
            self.clock.until_death = 0
            mortal, self.sink.mortal = self.sink.mortal, False
            self._started_again()
            self.works()
            self.sink.mortal = mortal
        self.clock.until_death = 0
        for file in (self.folder / "inbox").glob("*.eml"):
            file.unlink()

    def reads(self) -> None:
        """Nobody writes while the program works: at one instant it need not look twice, unless it was started again."""
        if self._read_at != self.clock.at:
            super().reads()
            self._read_at = self.clock.at

    def _started_again(self) -> None:
        self._read_at = None
        store = self.assembly.service.store
        self.assembly.alone.release()
        self.assembly = self._assemble(store)
        recover_orphans(self.assembly.service)  # as a daemon does when it starts (`daemon.heartbeat`)

    def arrives(self, raw: bytes, folder: str = "inbox") -> None:
        self.arrived += 1
        super().arrives(raw, folder)

    # --- people ---------------------------------------------------------------------------------------------------------

    def _later(self, at: datetime, happens: Callable[[], None]) -> None:
        heapq.heappush(self._events, (at, next(self._order), happens))

    def _after(self, minutes: float, happens: Callable[[], None]) -> None:
        self._later(self.clock.at + timedelta(minutes=max(1.0, minutes)), happens)

    def _asks(self, number: int) -> None:
        house = self.chance.choice(HOUSES)
        subject = f"Request no{number:05d}"
        self.stories[subject] = Story(subject, house, self.clock.at)
        self.writes(f"person{number % 200}@{house}.example", f"Something is broken here, number {number}.", subject)

    def _people(self) -> None:
        """Everybody reads what came for them, and some react."""
        for sent in self.sink.sent[self._looked :]:
            to = sent.recipients[0]
            if to == STAFF:
                self._staff(sent)
            elif to in CONTACTS:
                self._contact(to, sent)
            elif not to.endswith("@acme.example"):
                self._customer(to, sent)
        self._looked = len(self.sink.sent)

    def _staff(self, sent: Sent) -> None:
        luck, event = self.chance.random(), sent.event
        if event not in ("new", "customer_reply", "reopened", "undelivered"):
            return
        if luck < 0.75:
            self._after(self.chance.expovariate(1 / 60), lambda: self.replies(STAFF, sent, "We have repaired it."))
        elif luck < 0.9:
            self._after(self.chance.uniform(200, 2500), lambda: self.replies(STAFF, sent, "Sorry for the delay. It works now."))

    def _contact(self, who: str, sent: Sent) -> None:
        luck = self.chance.random()
        if sent.event != "escalated":
            return
        if luck < 0.05:
            self._after(2, lambda: self.bounces(sent))
        elif luck < 0.12:
            self._after(1, lambda: self.is_away(who, sent))
        elif luck < 0.4:
            self._after(self.chance.uniform(5, 90), lambda: self.replies(who, sent, "I see to it."))

    def _customer(self, to: str, sent: Sent) -> None:
        if sent.header("Auto-Submitted"):
            return
        story = self.stories[sent.subject.removeprefix("Re: ")]
        story.answers.append(next(at for at, mail in reversed(self.sink.taken) if mail is sent))
        luck = self.chance.random()
        if luck < 0.03:
            story.bounced = True
            self._after(self.chance.uniform(1, 30), lambda: self.bounces(sent))
        elif luck < 0.2:
            self._after(self.chance.uniform(5, 3000), lambda: self._writes_again(story, to, sent))

    def _writes_again(self, story: Story, who: str, sent: Sent) -> None:
        story.wrote_again.append(self.clock.at)
        self.replies(who, sent, "It is broken again.")
