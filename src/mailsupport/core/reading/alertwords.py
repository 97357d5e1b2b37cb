"""What people answer to an alert without a sigil: "wrong person", "I take over", "snooze 2h". Data, and the lines that read it.

In: the new words of a reply to an alert. Out: the same with its first line as a command, where the whole line is one of these.
Any other reply only acknowledges. Everything is lower case. Rules for editing here: a phrase is the whole line, since a
sentence that begins with the same words ("not me, but Jo has looked at it") says more than we can read; nothing that a machine
may answer.
"""

from __future__ import annotations

import re
from collections.abc import Mapping


def _phrases(verb: str, text: str) -> dict[str, str]:
    return {phrase.strip(): verb for phrase in text.split(";")}


PHRASES: Mapping[str, str] = {
    **_phrases(
        "notme",
        "wrong person; not me; not mine; that is not me; that's not me; not my job; not responsible; i am not responsible;"
        "falsche person; falscher empfänger; falscher ansprechpartner; nicht ich; ich nicht; nicht zuständig;"
        "bin nicht zuständig; ich bin nicht zuständig; dafür bin ich nicht zuständig",
    ),
    **_phrases(
        "take",
        "take; i take over; i'll take over; i take it; i'll take it; taking over; mine; ich übernehme; ich übernehme das;"
        "übernehme ich; ich kümmere mich; ich kümmere mich darum",
    ),
    **_phrases("escalate", "escalate; please escalate; escalate please; eskalieren; bitte eskalieren"),
}
"""Whole lines, and the verb that each means."""

WITH_VALUE: Mapping[str, str] = {"snooze": "snooze", "deescalate": "deescalate", "de-escalate": "deescalate"}
"""Words that a time or a reason follows on the same line."""

_LINE = re.compile(r"([^\W\d_][\w-]*)[ \t:]+(.+)")


def as_command(text: str) -> str:
    """Return the text with its first line as a command, where it is one in plain words; else the text as it is."""
    first, _, rest = text.lstrip().partition("\n")
    verb = PHRASES.get(" ".join(first.lower().strip(" .!,;:").replace("\u2019", "'").split()))
    if verb is not None:
        return f"/{verb}\n{rest}"
    found = _LINE.fullmatch(first.strip())
    valued = WITH_VALUE.get(found[1].lower()) if found else None
    return f"/{valued} {found[2]}\n{rest}" if found and valued else text
