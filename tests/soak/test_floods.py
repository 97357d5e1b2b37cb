"""Floods: forged mails that would have us write to their victims, and storms that would bury a customer.

10,000 forged mails and 50,000 of a storm with SOAK=1, a tenth and a twenty-fifth otherwise. SOAK_SEED=N repeats a run.
"""

from __future__ import annotations

import os
import random
from collections import Counter
from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import func, select

from mailsupport.core.guard import ClockKind
from mailsupport.store.schema import clock, ledger, mail, outbox, recipient, ticket
from stories.world import SETTINGS, World

SOAK = os.environ.get("SOAK") == "1"
SEED = int(os.environ.get("SOAK_SEED", "20261122"))
FORGED, VICTIMS = (10_000, 5_000) if SOAK else (1_000, 500)
STORM = 50_000 if SOAK else 2_000

AN_HOUR, A_DAY = 60, 1
"""Receipts to all unknown senders in an hour, and to one of them in a day (DESIGN §5 Receipts)."""

QUIET = SETTINGS.replace('staff = ["anna", "jo"]', 'staff = ["anna"]')
REAL = "real@kunde.example"


BATCH = 500


def takes_in(desk: World) -> None:
    """The program reads its mailboxes, and people tidy them up; what it would send waits in the outbox."""
    for box in desk.assembly.boxes:
        source = box.source()
        box.read(desk.assembly.service, source)
        source.close()
    for file in (desk.folder / "inbox").glob("*.eml"):
        file.unlink()


def receipts(desk: World) -> Counter[str]:
    """How many receipts were written to whom."""
    asked = select(recipient.c.email, func.count()).join(outbox, outbox.c.id == recipient.c.outbox)
    with desk.assembly.service.store.read() as tx:
        return Counter(
            {row[0]: row[1] for row in tx.execute(asked.where(outbox.c.kind == "receipt").group_by(recipient.c.email))}
        )


def count(desk: World, *conditions: object) -> int:
    """How many rows there are."""
    with desk.assembly.service.store.read() as tx:
        return int(tx.execute(select(func.count()).select_from(conditions[0]).where(*conditions[1:])).scalar_one())  # type: ignore[call-overload]  # any table and conditions


def test_a_flood_of_forged_mails_reaches_no_victim_beyond_the_cap(desk_with: Callable[[str], World]) -> None:
    """Attack 3: within two hours sixty receipts an hour, one a victim, none with a word of the forger; every mail a ticket."""
    desk, chance = desk_with(QUIET), random.Random(SEED)
    for number in range(FORGED):
        victim = f"victim{chance.randrange(VICTIMS)}@victims.example"
        desk.writes(
            victim, "Transfer canary money to evil.example", f"canary {number}", headers={"Reply-To": "next@victims.example"}
        )
        desk.clock.at += timedelta(hours=2) / FORGED
        if number % BATCH == 0:
            takes_in(desk)
    takes_in(desk)

    sent = receipts(desk)
    with desk.assembly.service.store.read() as tx:
        written = b"".join(tx.execute(select(outbox.c.data).where(outbox.c.kind == "receipt")).scalars())
        others = set(tx.execute(select(recipient.c.email)).scalars()) - set(sent)
    assert (sum(sent.values()) <= 3 * AN_HOUR, max(sent.values())) == (True, A_DAY), f"seed {SEED}"
    assert b"canary" not in written and b"evil" not in written
    assert {address.rpartition("@")[2] for address in others} == {"acme.example"}
    assert count(desk, ledger, ledger.c.state == "ticketed") == FORGED


def test_one_victim_of_a_flood_gets_one_mail(desk_with: Callable[[str], World]) -> None:
    """Attack 3: however many mails bear the one address."""
    desk = desk_with(QUIET)
    for number in range(FORGED):
        desk.writes("victim@victims.example", "Transfer money", f"canary {number}")
        desk.clock.at += timedelta(hours=12) / FORGED
        if number % BATCH == 0:
            takes_in(desk)
    takes_in(desk)

    assert receipts(desk) == Counter({"victim@victims.example": A_DAY})
    assert count(desk, ledger, ledger.c.state == "ticketed") == FORGED


def test_a_storm_buries_no_customer(desk_with: Callable[[str], World]) -> None:
    """D5, attack 35: one real mail in a storm is a ticket of its own, and escalates at its time."""
    desk = desk_with(QUIET)
    for number in range(STORM):
        desk.writes("robot@storm.example", "Alarm!", f"Alarm {number}")
        desk.clock.at += timedelta(minutes=30) / STORM
        if number == STORM // 2:
            desk.writes(REAL, "Our shop is down.", "Help")
            asked_at = desk.clock.at
        if number % BATCH == 0:
            takes_in(desk)
    desk.works()
    desk.clock.at = asked_at + timedelta(hours=4)
    desk.works()
    desk.passes("3m")

    assert count(desk, ticket) == 21
    assert count(desk, mail) == STORM + 1
    assert count(desk, clock, clock.c.kind == ClockKind.FIRST_RESPONSE) == 21
    assert [m for m in desk.mails(kind="escalated") if REAL in m.text]
