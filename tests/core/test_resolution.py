"""M4: Cause, what was done, what to keep in mind: rows where the closing words hold them, else the words as they are."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailsupport.core.reading.resolution import Resolution, resolution
from mailsupport.mail.sayings import read_sayings

SAYINGS = read_sayings(None)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Cause: worn belt\nFix: belt replaced", Resolution("", (("cause", "worn belt"), ("done", "belt replaced")))),
        (
            "Ursache: Band\nLösung: getauscht\nHinweis: 90.000 Seiten",
            Resolution("", (("cause", "Band"), ("done", "getauscht"), ("mind", "90.000 Seiten"))),
        ),
        ("Hello,\n\nWhat we did: rebooted.\n\nRegards\nAnna", Resolution("Hello,", (("done", "rebooted."),), "Regards\nAnna")),
        ("- Cause: belt\n\n- Fix: new one\nRegards", Resolution("", (("cause", "belt"), ("done", "new one")), "Regards")),
        ("Fix: the belt\n  was replaced", Resolution("", (("done", "the belt was replaced"),))),
        (
            "Fix: " + "the belt was replaced, and then the whole printer was" + " cleaned\nby hand.",
            Resolution("", (("done", "the belt was replaced, and then the whole printer was cleaned by hand."),)),
        ),
        ("The belt was replaced.", Resolution("The belt was replaced.")),
        ("Note: we are closed on Friday.", Resolution("Note: we are closed on Friday.")),
        ("Cause:\nnobody knows", Resolution("Cause:\nnobody knows")),
        ("See https://example.org/fix: it helps", Resolution("See https://example.org/fix: it helps")),
        ("Because of the fix: it works", Resolution("Because of the fix: it works")),
    ],
)
def test_rows_are_lines_with_a_head(text: str, found: Resolution) -> None:
    """Only where a cause or what was done is named; a note alone is a sentence."""
    assert resolution(text, SAYINGS) == found


@given(st.lists(st.sampled_from(["Cause: a", "Fix: b", "Note: c", "", "word", "  more", "Ursache: " + "x" * 60]), max_size=12))
def test_nothing_is_lost_and_nothing_moves(lines: list[str]) -> None:
    """Every word stands in one part, in its order."""
    found = resolution("\n".join(lines), SAYINGS)
    said = " ".join([found.above, *(value for _, value in found.rows), found.below]).split()
    heads = {"Cause:", "Fix:", "Note:", "Ursache:"} if found.rows else set()

    written = " ".join(lines).split()
    assert [w for w in said if w not in heads] == [w for w in written if w not in heads]
