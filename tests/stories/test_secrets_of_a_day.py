"""Days at the desk, drawn by a seeded hand: two customers, everything that staff and contacts do, and who reads what of it (P7).

Each word has a reader. What a customer writes is read by those on the ticket, notes and reasons by nobody outside, names and
addresses of ours neither, nor what a mail server said. SOAK=1 draws ten times as many; SOAK_SEED=N repeats a run.
"""

from __future__ import annotations

import os
import random
import re
from collections.abc import Callable
from dataclasses import dataclass, field

from mailsupport.store.schema import participant
from stories.canaries import secrets_of, squeezed
from stories.world import HOUSE, SETTINGS, Sent, World, rows

SEED, TICKETS, STEPS = int(os.environ.get("SOAK_SEED", "20261122")), 6, (100 if os.environ.get("SOAK") != "1" else 1000)
THIRD = "third.example"
STAFF, CONTACTS = ("anna@acme.example", "jo@acme.example"), ("ben@acme.example", "cleo@acme.example", "dov@acme.example")
OURS = tuple(squeezed(word) for word in ("canary", "Anna Berg", "Jo Lind", "Ben Ito", "Cleo Roy", "Dov Hart", "Fallback"))
TWO = SETTINGS + (
    '\n[customer.hooli]\nname = "Hooli Inc"\nmatch = ["@hooli.example"]\nproject_manager = "ben"\naccount_manager = "cleo"\n'
    'commercial_director = "dov"\n'
)


@dataclass
class Day:
    """What has happened: the tickets' customers, a word of each that only they may read, and how often anything was done."""

    desk: World
    rng: random.Random
    askers: dict[int, str] = field(default_factory=dict)
    brought: set[int] = field(default_factory=set)
    done: list[str] = field(default_factory=list)

    def notice(self, person: str = "") -> Sent | None:
        """A mail of ours to one of us that can be answered."""
        found = [
            m
            for m in self.desk.sink.sent
            if m.recipients[0] in ((person,) if person else STAFF) and "+" in str(m.message["Reply-To"])
        ]
        return self.rng.choice(found[-12:]) if found else None

    def letter(self) -> Sent | None:
        """A mail of ours to a customer."""
        found = [m for m in self.desk.sink.sent if not m.recipients[0].endswith(HOUSE)]
        return self.rng.choice(found[-12:]) if found else None


def says(day: Day, words: str) -> None:
    """One of us replies to some notification."""
    notice = day.notice()
    if notice is not None:
        day.desk.replies(notice.recipients[0], notice, words)


def notes(day: Day) -> None:
    """A note, with a file, in one of the three ways to write one."""
    files = [("canary-plan.pdf", b"canary")] if day.rng.random() < 0.5 else []
    notice = day.notice()
    if notice is not None:
        day.desk.replies(notice.recipients[0], notice, "/note\nThe canary knows.", attachments=files)


REASONS = (
    *("/take", "/drop the canary is ill", "/assign jo the canary said so", "/priority high", "/spent 20m on the canary"),
    *("/pause vendor", "/pause 2h the canary", "/resume", "/cost 5 EUR canary", "/called canary on the phone", "/excuse canary"),
    *("/lesson the canary sings", "/history", "/mine", "/status", "/help", "/undo", "/escalate the canary", "/notme canary"),
    *("/away 3d", "/back", "/due tomorrow canary", "/snooze 1h", "/deescalate canary", "/spam", "/reopen"),
)


def commands(day: Day) -> None:
    """A command with a reason that stays here."""
    says(day, day.rng.choice(REASONS))


def joins(day: Day) -> None:
    """Tickets of the same customer or of two: linked, merged, split."""
    says(day, f"/{day.rng.choice(('link', 'merge', 'split'))} {day.rng.randrange(1, TICKETS + 1)}")


def answers(day: Day) -> None:
    """An answer, or the end of a request."""
    says(day, day.rng.choice(("Please press the green button.", "/close\nCause: dust.\nFix: cleaned.")))


def brings_in(day: Day) -> None:
    """Somebody of a third house is brought into one request, and reads of it from then on; of no other."""
    notice = day.notice()
    if notice is not None:
        number = re.search(r"secret(\d+)x", notice.subject)
        day.brought |= {int(number[1])} if number else set()
        day.desk.replies(notice.recipients[0], notice, f"/cc +new@{THIRD}\nPlease see below.")


def chooses(day: Day) -> None:
    """Whatever is asked is decided somehow."""
    asked = [m for m in day.desk.mails(kind="held") if m.recipients[0] in STAFF]
    if asked:
        mail = day.rng.choice(asked[-8:])
        day.desk.replies(mail.recipients[0], mail, day.rng.choice(("note", "discard", "run", "send", "What is this canary?")))


def contacts_reply(day: Day) -> None:
    """A contact answers an alert, or is away."""
    alert = day.notice(day.rng.choice(CONTACTS))
    if alert is not None and day.rng.random() < 0.7:
        day.desk.replies(
            alert.recipients[0], alert, day.rng.choice(("I know the canary.", "/ack", "/take canary", "/notme canary"))
        )
    elif alert is not None:
        day.desk.is_away(alert.recipients[0], alert)


def bounces(day: Day) -> None:
    """A mail comes back, with what the server said."""
    letter = day.letter()
    if letter is not None:
        day.desk.bounces(letter, day.rng.choice(("5.1.1 canary", "4.2.2")))


def customers_reply(day: Day) -> None:
    """A customer writes again, with or without somebody new in copy; never somebody of the other customer."""
    letter = day.letter()
    if letter is not None:
        who = letter.recipients[0]
        copy = f"c{day.rng.randrange(5)}@{who.partition('@')[2]}" if day.rng.random() < 0.3 else ""
        day.desk.replies(who, letter, day.rng.choice(("And now?", "escalate", "Thank you!")), cc=copy)


def time_passes(day: Day) -> None:
    """Deadlines come and go."""
    day.desk.passes(day.rng.choice(("10m", "1h", "5h")))


ACTS: tuple[Callable[[Day], None], ...] = (
    *(
        notes,
        notes,
        commands,
        commands,
        joins,
        answers,
        answers,
        brings_in,
        chooses,
        contacts_reply,
        bounces,
        customers_reply,
        time_passes,
    ),
)


def opened(day: Day) -> None:
    """Three requests of each of two customers, each with a word and a file of its own."""
    for number in range(1, TICKETS + 1):
        who = f"boss{number}@{'globex' if number % 2 else 'hooli'}.example"
        day.askers[number] = who
        files = [(f"file-secret{number}x.pdf", b"%PDF")]
        day.desk.writes(who, f"Our secret{number}x does not print.", f"Subject secret{number}x", attachments=files)
        day.desk.works()


def houses_of(day: Day, number: int) -> set[str]:
    """The houses of everybody who was ever brought into a request."""
    there = {day.askers[number].partition("@")[2]} | ({THIRD} if number in day.brought else set())
    return there | {
        email.partition("@")[2] for at, email in rows(day.desk, participant.c.ticket, participant.c.email) if at == number
    }


def told_too_much(day: Day, macs: set[str]) -> list[str]:
    """Which mails to others hold what is not theirs."""
    found = []
    houses = {number: houses_of(day, number) for number in day.askers}
    for mail in day.desk.sink.sent:
        outside = [address for address in mail.recipients if not address.endswith(HOUSE)]
        if not outside:
            continue
        text = squeezed(mail.everything)
        shown = [word for word in (*OURS, *macs) if word in text]
        read = {int(one) for one in re.findall(r"secret(\d+)x", text)}
        shown += [f"the words of {one}" for one in read for to in outside if to.partition("@")[2] not in houses[one]]
        found += [f"{word} in “{mail.subject}” to {outside}" for word in shown]
    return found


def test_who_reads_what_of_a_day(desk_with: Callable[[str], World]) -> None:
    """Notes, reasons, names, bounces and the other customer's words stay where they are, whatever is done in whatever order."""
    day = Day(desk_with(TWO), random.Random(SEED))
    opened(day)
    for _ in range(STEPS):
        act = day.rng.choice(ACTS)
        act(day)
        day.done.append(act.__name__)
        day.desk.works()
    macs = secrets_of([mail for mail in day.desk.sink.sent if mail.recipients[0].endswith(HOUSE)])

    assert [] == told_too_much(day, macs)
    assert len([mail for mail in day.desk.sink.sent if not mail.recipients[0].endswith(HOUSE)]) >= TICKETS + 4
