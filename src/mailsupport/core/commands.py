"""What the author of a staff mail asked for: commands at the very top, and the text below them.

The grammar: a block of lines at the top, each `/word value` (`#`, `!` and `@` are taken for `/`), ended by the first line that is
no command. All or nothing: a first line that looks like a command and is none spoils the whole mail, and so does a known verb
behind a sigil further down; such a mail is held, never sent (P7). Only new words are read here, never a quote, never a robot's
or a customer's mail: the caller sees to that. A verb is added by adding a row to
`VERBS` and obeying it in `core.staff_mail`.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass

VERBS: dict[str, tuple[str, ...]] = {
    "ack": ("ok", "acknowledge"),
    "note": ("internal", "private"),
    "close": ("done", "solved", "resolve"),
}
"""Each verb with its aliases."""

_MEANING = {word: verb for verb, aliases in VERBS.items() for word in (verb, *aliases)}
_COMMAND = re.compile(r"[/#!@] ?([^\W\d_][\w-]{0,30})(?:[ \t:=]+(.*)|\.)?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Command:
    """One command: the verb, and the rest of its line."""

    verb: str
    value: str


@dataclass(frozen=True, slots=True)
class Request:
    """What a mail asks for. When `problem` is set, nothing of it may be carried out or sent; `nearest` is a verb to offer."""

    commands: tuple[Command, ...]
    text: str
    problem: str = ""
    nearest: str = ""

    def has(self, verb: str) -> bool:
        """Whether that command was given."""
        return any(command.verb == verb for command in self.commands)


def read_request(new_text: str) -> Request:
    """Return the commands and the text of a staff mail's new words."""
    lines = new_text.lstrip("\ufeff\u200b \t\r\n").split("\n")
    commands: list[Command] = []
    while lines and (found := _COMMAND.fullmatch(lines[0].strip())):
        verb = _MEANING.get(found[1].lower())
        if verb is None:
            return _unknown(lines[0].strip(), found[1].lower())
        commands.append(Command(verb, (found[2] or "").strip()))
        del lines[0]
    text = "\n".join(lines).strip()
    late = next((line.strip() for line in lines if _is_known_verb(line)), "")
    if late:
        return Request((), "", f"“{late}” stands below other text; commands belong at the very top, one a line")
    return Request(tuple(commands), text)


def _unknown(line: str, word: str) -> Request:
    nearest = difflib.get_close_matches(word, _MEANING, n=1)
    verb = _MEANING[nearest[0]] if nearest else ""
    return Request((), "", f"the first line “{line[:80]}” looks like a command, and I do not know it", verb)


def _is_known_verb(line: str) -> bool:
    found = _COMMAND.fullmatch(line.strip())
    return found is not None and line.strip()[0] in "/#!" and found[1].lower() in _MEANING
