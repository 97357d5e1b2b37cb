"""The program is killed between any two of its steps, twice in a row, and at any time: nothing is lost and nothing happens twice.

The whole matrix of pairs and 300 random kills with SOAK=1; otherwise every point, a seeded tenth of the pairs and 8 kills.
"""

from __future__ import annotations

import os
import random
import shutil
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
PAIRS = list(product(POINTS, repeat=2))
TRIED = PAIRS if SOAK else random.Random(SEED).sample(PAIRS, len(PAIRS) // 10)
LATER = POINTS if SOAK else random.Random(SEED).sample(POINTS, len(POINTS) // 3)
KILLS = 300 if SOAK else 8


@pytest.fixture(scope="module")
def uncrashed(prepared: Desk, program: Program, tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """A desk on which nothing went wrong."""
    desk = prepared.copy(tmp_path_factory.mktemp("uncrashed") / "desk")
    program.recover(desk, 0)
    return desk


@pytest.fixture(scope="module")
def expected(uncrashed: Desk) -> Picture:
    """What the batch leads to when nothing goes wrong."""
    return picture(uncrashed)


@pytest.fixture(scope="module")
def handed_over(uncrashed: Desk) -> int:
    """How many mails the batch sends."""
    return len(list((uncrashed.folder / "outgoing").glob("*.eml")))


@pytest.fixture
def desk(prepared: Desk, tmp_path: Path) -> Iterator[Desk]:
    """A desk of the test's own, removed afterwards: there are hundreds."""
    copy = prepared.copy(tmp_path / "desk")
    yield copy
    shutil.rmtree(copy.folder)


def test_a_desk_that_never_dies_keeps_its_promises(desk: Desk, program: Program, expected: Picture) -> None:
    """The scenario itself is sound: all of its mails have their rows, the audit finds nothing, a second run does nothing."""
    program.recover(desk, 0)
    program.recover(desk, 0)

    assert broken_promises(desk, expected, deaths=0) == []
    assert sum(count for line, count in expected.lines.items() if line.startswith("ledger")) == 4 + desk.waiting


@pytest.mark.parametrize("point", POINTS)
def test_a_crash_at_any_point_loses_and_doubles_nothing(desk: Desk, program: Program, expected: Picture, point: str) -> None:
    """A2: Killed at the point once, and restarted a minute later."""
    assert program.run(desk, 0, crash_at=point) == KILLED, f"{point} is never reached"
    program.recover(desk, 1)

    assert broken_promises(desk, expected, deaths=1) == []


@pytest.mark.parametrize("point", LATER)
def test_a_crash_at_a_later_passing_of_a_point_is_no_worse(desk: Desk, program: Program, expected: Picture, point: str) -> None:
    """Killed at the second time the point is passed in the run, where there is one."""
    deaths = int(program.run(desk, 0, crash_at=f"{point}:2") == KILLED)
    program.recover(desk, 1)

    assert broken_promises(desk, expected, deaths) == []


@pytest.mark.parametrize("back", range(30) if SOAK else (0, 1, 3, 8))
def test_a_crash_with_any_mail_in_flight_repeats_no_receipt(
    desk: Desk, program: Program, expected: Picture, handed_over: int, back: int
) -> None:
    """Killed when a mail was handed over and that is not written down: the last, or so many before it (receipts come last)."""
    if back < handed_over:
        assert program.run(desk, 0, crash_at=f"deliver.handed_over:{handed_over - back}") == KILLED
    program.recover(desk, 1)

    assert broken_promises(desk, expected, deaths=1) == []


@pytest.mark.parametrize("pair", TRIED, ids=[f"{a}-then-{b}" for a, b in TRIED])
def test_two_crashes_in_a_row_lose_and_double_nothing(
    desk: Desk, program: Program, expected: Picture, pair: tuple[str, str]
) -> None:
    """Killed at one point, killed again at another (or the same) after the restart, then restarted."""
    deaths = [program.run(desk, minute, crash_at=point) for minute, point in enumerate(pair)]
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


@pytest.mark.parametrize("number", range(KILLS))
def test_a_kill_at_any_time_loses_and_doubles_nothing(
    desk: Desk, program: Program, expected: Picture, whole_run: float, number: int
) -> None:
    """SIGKILL at a random instant of the run, once or twice, the reading process beside it."""
    chance = random.Random(SEED * 1000 + number)
    codes = [program.run(desk, n, worker=True, kill_after=chance.uniform(0, whole_run)) for n in range(chance.randint(1, 2))]
    program.recover(desk, 3)

    assert broken_promises(desk, expected, codes.count(KILLED)) == [], f"CRASH_SEED={SEED}"
