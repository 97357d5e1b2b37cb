"""Words typed inside our notice are found; what clients and mail servers add around it is not."""

from __future__ import annotations

import pytest

from mailsupport.core.reading.typed import typed_inside

NOTICE = """Your reply to this mail goes to Erika Muster.

New request · #1-y5 · Globex GmbH · priority normal
Answer by Mon 23 Nov, 13:00 UTC: 4 hours left

erika@globex.example (Erika Muster) wrote:

> Which toner does it need?
> And when can you come?

Attachments:
  log.txt (3 KB)
"""


@pytest.mark.parametrize(
    ("what", "quoted", "typed"),
    [
        ("the notice as it was", NOTICE, ""),
        ("the notice with quote marks", "\n".join(f"> {line}" for line in NOTICE.splitlines()), ""),
        ("a heading of the client", f"On Monday Acme Support wrote:\n{NOTICE}", ""),
        ("a disclaimer of a mail server", f"{NOTICE}\nThis message is confidential and for its recipient alone.", ""),
        ("a line wrapped elsewhere", NOTICE.replace("GmbH · priority", "GmbH ·\npriority"), ""),
        ("an answer behind a question", NOTICE.replace("need?", "need?\nThe black one, TN-2420."), "The black one, TN-2420."),
        ("an answer with a mark", NOTICE.replace("need?", "need?\n> > The black one, TN-2420."), "> > The black one, TN-2420."),
        ("a number between", NOTICE.replace("need?", "need?\n1."), ""),
        ("no notice known", "", ""),
    ],
)
def test_only_what_stands_inside_counts(what: str, quoted: str, typed: str) -> None:
    """A line is typed inside when a line of the notice stands before it and another one after it."""
    assert typed == typed_inside(quoted, NOTICE), what
