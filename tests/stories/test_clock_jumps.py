"""The clock of the machine jumps, the machine sleeps, summer ends: each step fires once, and a reply beats an alarm (P4, P5).

A jump is `clock.at` set from outside: unlike `passes`, nobody wakes in between.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from mailsupport.app.gate import UNREADABLE_WAIT
from mailsupport.app.looking.audit import audit
from mailsupport.app.sweep import sweep
from mailsupport.daemon.life import Daemon
from mailsupport.store import mailboxes
from mailsupport.store.schema import firing, ledger
from stories.station import until
from stories.world import SETTINGS, World

ERIKA, HANK, ANNA = "erika@globex.example", "hank@globex.example", "anna@acme.example"
BEN, CLEO, DOV = "ben@acme.example", "cleo@acme.example", "dov@acme.example"
HOUR = timedelta(hours=1)

BERLIN = SETTINGS.replace('calendar = "24x7"', 'calendar = "berlin"').replace(
    "[contract.standard]",
    '[calendar.berlin]\ntimezone = "Europe/Berlin"\nopen = { sat = "00:00-24:00", sun = "00:00-24:00" }\n[contract.standard]',
)


def alerted(desk: World) -> list[str]:
    """Who was alerted, in turn."""
    return [m.recipients[0] for m in desk.mails(kind="escalated")]


def broken(desk: World) -> list[str]:
    """The promises that are broken in the database."""
    service = desk.assembly.service
    return [line for promise in audit(service.store, service.now()) for line in promise.findings]


def firings(desk: World) -> int:
    """How many steps have fired."""
    with desk.assembly.service.store.read() as tx:
        return int(tx.execute(select(func.count()).select_from(firing)).scalar_one())


def jumps(desk: World, by: timedelta) -> None:
    """The clock is set, and the program looks at it."""
    desk.clock.at += by
    desk.works()


def test_a_jump_over_two_steps_fires_one(desk: World) -> None:
    """H3, P4: An hour forward, past the deadline and the second step: one step now, the next after its own wait."""
    desk.writes(ERIKA, "It prints blank pages.")
    desk.passes("3h50m")
    jumps(desk, HOUR)
    assert alerted(desk) == [BEN]

    desk.passes("29m")
    assert alerted(desk) == [BEN]
    desk.passes("1m")
    assert alerted(desk) == [BEN, CLEO]


def test_a_clock_set_back_repeats_no_step(desk: World) -> None:
    """H3, P4: An hour back after the first alert: nobody hears twice, and the chain goes on when its time comes again."""
    desk.writes(ERIKA, "It prints blank pages.")
    desk.passes("4h")
    jumps(desk, -HOUR)
    desk.passes("1h29m")
    assert alerted(desk) == [BEN]

    desk.passes("3h")
    assert alerted(desk) == [BEN, CLEO, DOV]
    assert firings(desk) == 3


def test_a_pass_of_the_future_lets_no_alarm_pass(desk: World) -> None:
    """P5: What was read by a clock that was wrong says nothing of an answer that comes after it was set right."""
    desk.writes(ERIKA, "It prints blank pages.")
    desk.works()
    notice = desk.expect_mail(ANNA)
    desk.passes("3h58m")
    service, box = desk.assembly.service, desk.assembly.boxes[0]
    desk.clock.at += HOUR
    source = box.source()
    box.read(service, source)
    source.close()
    desk.clock.at -= HOUR
    desk.replies(ANNA, notice, "Unplug it, please.")
    desk.clock.at += timedelta(minutes=3)

    assert sweep(service).unread == {"support"}
    desk.works()
    assert alerted(desk) == []


def test_trouble_noted_in_the_future_delays_no_alarm_for_longer(desk: World) -> None:
    """P6: A mailbox that cannot be read since an hour hence is waited for like any other, and the alert says so."""
    desk.writes(ERIKA, "It prints blank pages.")
    desk.works()
    service, folder = desk.assembly.service, desk.assembly.boxes[0].settings.folder
    with service.store.write() as tx:
        mailboxes.note_trouble(tx, "support", folder, service.now() + 6 * HOUR, "no route to host")
    desk.clock.at += 4 * HOUR
    assert sweep(service).fired == 0
    desk.clock.at += UNREADABLE_WAIT

    assert sweep(service).fired == 1


def test_three_days_down_cost_one_step_a_ticket(desk: World) -> None:
    """H3, P4, P5: Whoever was answered meanwhile alerts nobody; each other ticket moves one step, and goes on at its own pace."""
    for number in range(4):
        desk.writes(f"kim{number}@globex.example", "It is broken.", f"Trouble {number}")
    desk.works()
    notice = next(m for m in desk.mails(ANNA, "new") if "Trouble 2" in m.subject)
    desk.clock.at += 3 * HOUR
    desk.replies(ANNA, notice, "Unplug it, please.")
    jumps(desk, timedelta(days=3))
    assert firings(desk) == 3

    desk.passes("29m")
    assert firings(desk) == 3
    desk.passes("5m")  # two of the three alerts were one mail, a little later
    assert firings(desk) == 6


@pytest.mark.parametrize("start", [datetime(2026, 10, 24, 21, tzinfo=UTC), datetime(2026, 3, 28, 21, tzinfo=UTC)])
def test_a_change_of_summer_time_counts_real_hours(desk_with: Callable[[str], World], start: datetime) -> None:
    """H3, P4: Open all weekend, four hours are four hours, and half an hour is half an hour, in the night that has 25 or 23."""
    desk = desk_with(BERLIN)
    desk.clock.at = start
    desk.writes(ERIKA, "It prints blank pages.")
    desk.passes("3h59m")
    assert alerted(desk) == []

    desk.passes("1m")
    assert alerted(desk) == [BEN]
    desk.passes("1h")
    assert alerted(desk) == [BEN, CLEO, DOV]


@pytest.mark.parametrize("seed", range(4))
def test_whatever_the_clock_does_each_step_fires_once(desk: World, seed: int) -> None:
    """H3, P4: Random jumps of up to three hours both ways for two days; in the end everybody was alerted once, in turn."""
    chance = random.Random(seed)
    desk.writes(ERIKA, "It prints blank pages.")
    for _ in range(40):
        jumps(desk, timedelta(minutes=chance.randint(-180, 240)))
        desk.passes(f"{chance.randint(1, 20)}m")
    desk.passes("12h")

    assert alerted(desk) == [BEN, CLEO, DOV]
    assert broken(desk) == []


# --- the daemon itself ------------------------------------------------------------------------------------------------------


@contextmanager
def living(desk: World) -> Iterator[Daemon]:
    """The daemon, in a thread, with the story's clock."""
    daemon = Daemon(None, desk.assembly)
    thread = threading.Thread(target=daemon.run)
    thread.start()
    try:
        yield daemon
    finally:
        daemon.stop()
        thread.join(30)
        assert not thread.is_alive()


def entered(desk: World) -> int:
    """How many mails are in the ledger."""
    with desk.assembly.service.store.read() as tx:
        return int(tx.execute(select(func.count()).select_from(ledger)).scalar_one())


def test_a_daemon_that_wakes_after_a_night_reads_before_it_judges(desk: World) -> None:
    """P4, P5: It sleeps past both deadlines while an answer comes: one step for the ticket without, none for the other."""
    desk.writes(ERIKA, "It prints blank pages.", "Printer")
    desk.writes(HANK, "It hums.", "Scanner")
    with living(desk) as daemon:
        until(lambda: len(desk.mails(ANNA, "new")) == 2, 20, "both are told to staff")
        notice = next(m for m in desk.mails(ANNA, "new") if "Printer" in m.subject)
        desk.clock.at += 8 * HOUR
        desk.replies(ANNA, notice, "Unplug it, please.")
        daemon.nudge()
        until(lambda: alerted(desk) and entered(desk) == 3, 20, "it has read, and judged")
        desk.clock.at -= HOUR
        daemon.nudge()
        until(lambda: any("Unplug" in m.text for m in desk.mails(ERIKA)), 20, "the answer is out")

    assert [("Scanner" in m.subject, m.recipients[0]) for m in desk.mails(kind="escalated")] == [(True, BEN)]
    assert broken(desk) == []
