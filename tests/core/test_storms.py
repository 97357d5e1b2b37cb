"""When many mails of one sender are one storm."""

from __future__ import annotations

from datetime import timedelta

import pytest
from mail_values import NOW

from mailsupport.core.deciding.storms import Counted, Storm, storm_of


def ago(minutes: int) -> timedelta:
    """A span of minutes."""
    return timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("counted", "limit", "storm"),
    [
        (Counted(19, 7), 20, None),
        (Counted(20, 7), 20, Storm("s", 7, begins=True)),
        (Counted(20, 7), 0, None),
        (Counted(0, None, 7, NOW - ago(10)), 20, Storm("s", 7, begins=False)),
        (Counted(0, None, 7, NOW - ago(11)), 20, None),
        (Counted(20, 9, 7, NOW - ago(11)), 20, Storm("s", 9, begins=True)),
    ],
)
def test_a_storm_begins_after_the_limit_and_ends_after_ten_quiet_minutes(
    counted: Counted, limit: int, storm: Storm | None
) -> None:
    """D5: grouped onto the first ticket; 0 switches it off."""
    assert storm_of("s", counted, limit, NOW) == storm
