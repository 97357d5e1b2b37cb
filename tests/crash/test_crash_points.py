"""The program is killed between any two of its steps, twice in a row, and at any time: nothing is lost and nothing happens twice.

The whole matrix of pairs on both databases and 400 random kills with SOAK=1; otherwise every point on SQLite, and of the rest a
seeded part.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest

from crash.scenario import Desk, Picture, broken_promises, picture
from crash.starter import KILLED, Program
from mailsupport.app.crashpoints import POINTS

SOAK = os.environ.get("SOAK") == "1"
SEED = int(os.environ.get("CRASH_SEED", "0")) or random.SystemRandom().randrange(1, 10**6)
_CHANCE = random.Random(SEED)
SQLITE, POSTGRES = "sqlite", "postgresql"


def _seeded(everything: list[str], part: int) -> list[str]:
    """All of it in the long run, else one in so many."""
    return everything if SOAK else _CHANCE.sample(everything, len(everything) // part)


ONCE = [(SQLITE, point) for point in POINTS] + [(POSTGRES, point) for point in _seeded(list(POINTS), 5)]
TWICE = [(SQLITE, f"{point}:2") for point in _seeded(list(POINTS), 6)]
IN_FLIGHT = [(SQLITE, back) for back in (range(40) if SOAK else (0, 8))] + [(POSTGRES, 3)]
PAIRS = [f"{first} {second}" for first, second in product(POINTS, repeat=2)]
TRIED = [
    (database, *pair.split())
    for database, part in ((SQLITE, len(PAIRS) // 16), (POSTGRES, len(PAIRS) // 3))
    for pair in _seeded(PAIRS, part)
]
KILLS = [(SQLITE, number) for number in range(300 if SOAK else 3)] + [(POSTGRES, number) for number in range(100 if SOAK else 1)]


@pytest.fixture(scope="module")
def uncrashed(prepared: Desk, program: Program, tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """A desk on which nothing went wrong."""
    desk = prepared.copy(tmp_path_factory.mktemp("uncrashed") / "desk")
    program.recover(desk, 0)
    return desk


@pytest.fixture(scope="module")
def expected(uncrashed: Desk) -> Picture:
    """What the batch leads to when nothing goes wrong, whatever the database."""
    return picture(uncrashed)


@pytest.fixture(scope="module")
def handed_over(uncrashed: Desk) -> int:
    """How many mails the batch sends."""
    return len(list((uncrashed.folder / "outgoing").glob("*.eml")))


@pytest.fixture
def desk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Desk]:
    """A desk of the test's own, on the database that its first parameter names; removed afterwards, for there are hundreds."""
    on = next(iter(request.node.callspec.params.values()))[0] if hasattr(request.node, "callspec") else SQLITE
    prepared: Desk = request.getfixturevalue("prepared_on_postgres" if on == POSTGRES else "prepared")
    copy = prepared.copy(tmp_path / "desk")
    yield copy
    copy.remove()


@pytest.mark.parametrize("database", [(SQLITE,), (POSTGRES,)], ids=lambda one: one[0])
def test_a_desk_that_never_dies_keeps_its_promises(desk: Desk, program: Program, expected: Picture, database: tuple[str]) -> None:
    """The scenario itself is sound: all of its mails have their rows, the audit finds nothing, a second run does nothing."""
    program.recover(desk, 0)
    program.recover(desk, 0)

    assert broken_promises(desk, expected, deaths=0) == [], database
    assert sum(count for line, count in expected.lines.items() if line.startswith("ledger")) == desk.mails()


@pytest.mark.parametrize("where", ONCE, ids="-".join)
def test_a_crash_at_any_point_loses_and_doubles_nothing(
    desk: Desk, program: Program, expected: Picture, where: tuple[str, str]
) -> None:
    """A2, G1: Killed at the point once, and restarted a minute later: no event without its mail, no mail without its event."""
    assert program.run(desk, 0, crash_at=where[1]) == KILLED, f"{where[1]} is never reached"
    program.recover(desk, 1)

    assert broken_promises(desk, expected, deaths=1) == []


@pytest.mark.parametrize("where", TWICE, ids="-".join)
def test_a_crash_at_a_later_passing_of_a_point_is_no_worse(
    desk: Desk, program: Program, expected: Picture, where: tuple[str, str]
) -> None:
    """Killed at the second time the point is passed in the run, where there is one."""
    deaths = int(program.run(desk, 0, crash_at=where[1]) == KILLED)
    program.recover(desk, 1)

    assert broken_promises(desk, expected, deaths) == []


@pytest.mark.parametrize("where", IN_FLIGHT, ids=lambda where: f"{where[0]}-{where[1]}")
def test_a_crash_with_any_mail_in_flight_repeats_no_receipt(
    desk: Desk, program: Program, expected: Picture, handed_over: int, where: tuple[str, int]
) -> None:
    """Killed when a mail was handed over and that is not written down: the last, or so many before it (receipts come last)."""
    if where[1] < handed_over:
        assert program.run(desk, 0, crash_at=f"deliver.handed_over:{handed_over - where[1]}") == KILLED
    program.recover(desk, 1)

    assert broken_promises(desk, expected, deaths=1) == []


@pytest.mark.parametrize("where", TRIED, ids="-".join)
def test_two_crashes_in_a_row_lose_and_double_nothing(
    desk: Desk, program: Program, expected: Picture, where: tuple[str, str, str]
) -> None:
    """Killed at one point, killed again at another (or the same) after the restart, then restarted."""
    deaths = [program.run(desk, minute, crash_at=point) for minute, point in enumerate(where[1:])]
    assert deaths[0] == KILLED
    program.recover(desk, 2)

    assert broken_promises(desk, expected, deaths.count(KILLED)) == [], f"CRASH_SEED={SEED}"


@pytest.fixture(scope="module")
def whole_run(prepared: Desk, program: Program, tmp_path_factory: pytest.TempPathFactory) -> float:
    """Seconds that a run takes, its reading process included."""
    desk = prepared.copy(tmp_path_factory.mktemp("timed") / "desk")
    begun = time.monotonic()
    assert program.run(desk, 0, worker=True) == 0
    return time.monotonic() - begun


@pytest.mark.parametrize("where", KILLS, ids=lambda where: f"{where[0]}-{where[1]}")
def test_a_kill_at_any_time_loses_and_doubles_nothing(
    desk: Desk, program: Program, expected: Picture, whole_run: float, where: tuple[str, int]
) -> None:
    """SIGKILL at a random instant of the run, once or twice, the reading process beside it."""
    chance = random.Random(SEED * 1000 + where[1])
    codes = [program.run(desk, n, worker=True, kill_after=chance.uniform(0, whole_run)) for n in range(chance.randint(1, 2))]
    program.recover(desk, 3)

    assert broken_promises(desk, expected, codes.count(KILLED)) == [], f"CRASH_SEED={SEED}"
