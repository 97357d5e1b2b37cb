"""What stands in the words that close a request: the cause, what was done, what to keep in mind; rows where they are so written.

In: the closing answer as its author wrote it. Out: `Resolution`: the words above the rows, the rows, the words below; without
rows everything stands above. A row is a line that begins with a head such as `Cause:` or `Lösung:`, in any language.

To edit here: nothing is lost and nothing is put in another order. The heads stand in `templates/sayings.toml` and its kin.
"""

from __future__ import annotations

from dataclasses import dataclass

from mailsupport.core.sayings import Sayings

CAUSE, DONE, MIND = "cause", "done", "mind"
"""Codes of rows."""

_HEAD, _WRAPPED = 40, 60
"""Characters that a head may have, and from which on a line may go on in the next one."""


@dataclass(frozen=True, slots=True)
class Resolution:
    """The words of a closing answer; `rows` are codes and texts, in the author's order."""

    above: str
    rows: tuple[tuple[str, str], ...] = ()
    below: str = ""


def resolution(text: str, sayings: Sayings) -> Resolution:
    """Return the parts of a closing answer; rows only where it names a cause, or what was done."""
    lines = text.split("\n")
    start = next((at for at, line in enumerate(lines) if _row(line, sayings)), len(lines))
    rows: list[tuple[str, str]] = []
    at = start
    while at < len(lines):
        found = _row(lines[at], sayings)
        if found:
            rows.append(found)
        elif lines[at].strip() and rows and _goes_on(lines[at - 1], lines[at]):
            rows[-1] = rows[-1][0], f"{rows[-1][1]} {lines[at].strip()}"
        elif lines[at].strip() or not any(_row(line, sayings) for line in lines[at : at + 3]):
            break
        at += 1
    if not {CAUSE, DONE} & {code for code, _ in rows}:
        return Resolution(text)
    return Resolution("\n".join(lines[:start]).strip(), tuple(rows), "\n".join(lines[at:]).strip())


def _row(line: str, sayings: Sayings) -> tuple[str, str] | None:
    head, colon, value = line.strip(" \t-*•").partition(":")
    if not colon or not value.strip() or len(head) > _HEAD:
        return None
    code = next((one for one in (CAUSE, DONE, MIND) if sayings.mean(one, head)), "")
    return (code, value.strip()) if code else None


def _goes_on(before: str, line: str) -> bool:
    """Whether a line belongs to the row above: it is indented, or the one above was full."""
    return bool(before.strip()) and (line[:1] in " \t" or len(before) >= _WRAPPED)
