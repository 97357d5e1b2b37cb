"""Which copies are due: in their order, and never more of them in memory than is bearable."""

from __future__ import annotations

import pytest
from stored import an_outgoing

from mailsupport.store import Tx, ways


def due(tx: Tx, *sizes: int) -> list[int]:
    """Copies of mails of these sizes, all due; the sizes of those that come first."""
    for number, size in enumerate(sizes):
        ways.want_copy(tx, an_outgoing(tx, f"o{number}@acme.example", data=b"x" * size), ways.DUE)
    return [len(one.data) for one in ways.copies_due(tx, "support", 3)]


BYTES = ways.MOST_BYTES


@pytest.mark.parametrize(
    ("sizes", "found"),
    [
        ((), []),
        ((1, 2, 3, 4), [1, 2, 3]),
        ((BYTES // 2, BYTES // 2, 1), [BYTES // 2, BYTES // 2]),
        ((BYTES + 1, 1), [BYTES + 1]),
        ((1, BYTES), [1]),
    ],
    ids=["none", "as many as asked for", "until it is enough", "a large one alone", "a large one later"],
)
def test_copies_come_as_many_as_memory_bears(tx: Tx, sizes: tuple[int, ...], found: list[int]) -> None:
    """G7, P12: The oldest first, always at least one."""
    assert due(tx, *sizes) == found
