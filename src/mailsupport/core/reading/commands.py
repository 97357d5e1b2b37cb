"""What the author of a staff mail asked for: commands at the very top, and the text below them.

The grammar: a block of lines at the top, each `/word value` (`#`, `!` and `@` are taken for `/`; `:` or `=` may stand for the
blank), ended by the first line that is no command. All or nothing: a first line that looks like a command and is none spoils the
whole mail, and so does a verb behind a sigil further down; such a mail is held, never sent (P7). Only new words are read here,
never a quote, never a robot's or a customer's mail: the caller sees to that.

For editing here: what a verb does stands in `core.deciding.verbs`, its words in further languages in `words.toml` of each
language. A doubt makes a `problem`, never a guess. `corrected` is the whole text as it was probably meant: its author may have
it run.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from mailsupport.core.said import Said, said

VERBS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "take": ("claim", "accept"),
        "drop": ("pass", "release", "decline"),
        "assign": ("owner",),
        "next": (),
        "ack": ("ok", "acknowledge"),
        "snooze": (),
        "notme": ("wrong", "not-me"),
        "note": ("internal", "private"),
        "public": ("answer", "reply"),
        "close": ("done", "solved", "resolve", "resolved", "closed"),
        "reopen": ("open",),
        "pause": ("wait", "hold", "pending"),
        "resume": ("continue", "unpause"),
        "priority": ("prio",),
        "due": ("deadline",),
        "tier": ("level",),
        "escalate": ("urgent",),
        "deescalate": ("de-escalate", "standdown", "stand-down"),
        "excuse": (),
        "spent": ("time", "worked"),
        "cost": ("costs", "expense"),
        "called": ("phoned", "call", "phone"),
        "for": ("behalf",),
        "merge": ("duplicate",),
        "split": (),
        "link": ("related",),
        "cc": ("copy",),
        "spam": ("junk",),
        "resend": (),
        "history": ("log",),
        "lesson": ("learned",),
        "away": ("absent", "vacation"),
        "back": ("returned",),
        "status": ("board",),
        "mine": ("my",),
        "help": ("commands",),
        "undo": ("revert",),
    }
)
"""Each verb with its aliases in English, which always work."""

SIGILS = "/#!@"
_ENGLISH = {word: verb for verb, aliases in VERBS.items() for word in (verb, *aliases)}
_NO_WORDS: Mapping[str, str] = MappingProxyType({})

_COMMAND = re.compile(rf"[{SIGILS}] ?([^\W\d_][\w-]{{0,30}})(?:[ \t]*[:=][ \t]*(.*)|[ \t]+(.*)|[.,;!]+)?", re.DOTALL)
_ALIKE = re.compile(r"(?:[/#!@\\|.$%&~+*:;?_=>^§\uff0f\u2044\u2215\u00f7-]{1,3} ?)([\w-]{2,31})(?=$|[^\w/-]|/$)")
_AT_THE_END = re.compile(r"(?:^|\s)(/[^\W\d_][\w-]{1,30})[.!]?$")
_INVISIBLE = re.compile("[\u200b-\u200f\u2060\ufeff\u00ad]")
_NEAR, _VERY_NEAR = 0.6, 0.75
_COMPARED = 50
"""Lines below the text that are compared with every word we know: a list of a thousand of them is no slip of the hand."""

SHOWN = 80
"""Characters of a doubtful line that its author is shown."""


@dataclass(frozen=True, slots=True)
class Command:
    """One command: the verb, and the rest of its line."""

    verb: str
    value: str


@dataclass(frozen=True, slots=True)
class Request:
    """What a mail asks for. When there is a `problem`, nothing of it may be carried out or sent.

    `nearest` is then a verb to offer, and `corrected` the whole text as it was probably meant, "" where nobody can tell; `inside`
    says that /note stands in it somewhere: whatever else was meant, its text was meant to stay here.
    """

    commands: tuple[Command, ...]
    text: str
    problem: Said | None = None
    nearest: str = ""
    corrected: str = ""
    inside: bool = False

    def has(self, *verbs: str) -> bool:
        """Whether one of these commands was given."""
        return any(command.verb in verbs for command in self.commands)

    def value(self, verb: str) -> str:
        """Return what stands behind that command, "" when nothing does or it was not given."""
        return next((command.value for command in self.commands if command.verb == verb), "")


def read_request(new_text: str, words: Mapping[str, str] = _NO_WORDS) -> Request:
    """Return the commands and the text of a staff mail's new words; `words` are those of further languages."""
    request = _read(new_text, words)
    if request.problem is None:
        return request
    readable = request.corrected and _read(request.corrected, words).problem is None
    # One more mistake in what was corrected, and nobody can tell what was meant.
    return replace(request, corrected=request.corrected if readable else "", inside=_says_note(new_text, words))


def _read(new_text: str, words: Mapping[str, str]) -> Request:
    lines = _readable(new_text).split("\n")
    if (about := _help_about(lines, words)) is not None:
        return Request((Command("help", about),), "")
    commands: list[Command] = []
    while lines and (found := _COMMAND.fullmatch(lines[0].strip())):
        verb = verb_of(found[1], words)
        if verb is None:
            return _unknown(commands, lines, found[1], words)
        commands.append(Command(verb, (found[2] or found[3] or "").strip()))
        del lines[0]
    if lines and (word := _meant(lines[0].strip(), words)):
        return _unknown(commands, lines, word, words)
    late = _first_late(lines, words)
    if late is not None:
        return _late(commands, lines, late, words)
    return Request(tuple(commands), "\n".join(lines).strip())


def verb_of(word: str, words: Mapping[str, str] = _NO_WORDS) -> str | None:
    """Return the verb that a word or alias of any language means, None when it means none; case does not matter."""
    folded = fold(word)
    return _ENGLISH.get(folded) or words.get(folded)


def fold(word: str) -> str:
    """Return a word as it is compared: composed, without case."""
    return unicodedata.normalize("NFC", word).casefold()


def bare_verb(text: str, words: Mapping[str, str] = _NO_WORDS) -> str:
    """Return the verb that is all there is of a text, without a sigil; "" where there is more, or another word."""
    return verb_of(text.strip().rstrip(".!"), words) or ""


def nearest_verb(word: str, words: Mapping[str, str] = _NO_WORDS, cutoff: float = _NEAR) -> str:
    """Return the verb whose word in any language is nearest to this one, "" when none is near."""
    folded = fold(word)
    for known in (_ENGLISH, words):
        near = difflib.get_close_matches(folded, known, n=1, cutoff=cutoff)
        if near:
            return known[near[0]]
    return ""


def _says_note(text: str, words: Mapping[str, str]) -> bool:
    lines = [line.strip() for line in _readable(text).split("\n")]
    starts = (found[1] for line in lines if (found := _COMMAND.fullmatch(line)))
    ends = (found[1][1:] for line in lines if (found := _AT_THE_END.search(line)))
    return any(verb_of(word, words) == "note" for word in (*starts, *ends))


def _readable(text: str) -> str:
    """Without what nobody sees: zero-width characters and other blanks than the usual one."""
    return _INVISIBLE.sub("", text).replace("\u00a0", " ").replace("\u202f", " ").replace("\r\n", "\n").strip(" \t\r\n")


def _help_about(lines: list[str], words: Mapping[str, str]) -> str | None:
    """The one word that works without a sigil: who asks for help knows none yet. What it is about: a verb, "" for all of them."""
    word, _, about = lines[0].strip(" .!?\t").partition(" ") if len(lines) == 1 else ("", "", "")
    known = not about or verb_of(about.strip(f" {SIGILS}"), words) is not None
    return about.strip() if known and verb_of(word.strip(".!?"), words) == "help" else None


def _meant(line: str, words: Mapping[str, str]) -> str:
    """Return the word of a line that is no command, yet was probably meant as one; "" for any other text."""
    found = _ALIKE.match(line)
    if found is None:
        return ""
    glued = not line[len(line) - len(line.lstrip("-*+.>")) :].startswith(" ")  # a list is no command: "- note the …"
    near = verb_of(found[1], words) or nearest_verb(found[1], words, _VERY_NEAR)
    return found[1] if near and glued else ""


def _first_late(lines: list[str], words: Mapping[str, str]) -> int | None:
    """Return the first line below the text that is a command, or nearly: there it would be sent as words."""
    compared = 0
    for number, line in enumerate(lines):
        if _is_late(line.strip(), words, compared < _COMPARED):
            return number
        compared += line.lstrip()[:1] in ("/", "#", "!")
    return None


def _is_late(line: str, words: Mapping[str, str], nearly: bool) -> bool:
    found = _COMMAND.fullmatch(line)
    if found is not None and line[0] in "/#!":
        return verb_of(found[1], words) is not None or (nearly and bool(nearest_verb(found[1], words, _VERY_NEAR)))
    ending = _AT_THE_END.search(line)
    return ending is not None and verb_of(ending[1][1:], words) is not None


def _unknown(commands: list[Command], lines: list[str], word: str, words: Mapping[str, str]) -> Request:
    line = lines[0].strip()
    verb = verb_of(word, words) or nearest_verb(word, words)
    rest = line[line.index(word) + len(word) :].strip(" \t.:=,;/")
    fixed = "\n".join([*map(_written, commands), f"/{verb} {rest}".strip(), *lines[1:]]) if verb else ""
    problem = said("unknown_command", line=line[:SHOWN], number=len(commands) + 1)
    return Request((), "", problem, verb, fixed)


def _late(commands: list[Command], lines: list[str], number: int, words: Mapping[str, str]) -> Request:
    """A command below other text; as it was meant, it stands on top."""
    line = lines[number].strip()
    found = _COMMAND.fullmatch(line)
    ending = _AT_THE_END.search(line)
    kept = lines[:number] + ([] if found else [line[: ending.start()]] if ending else [line]) + lines[number + 1 :]
    written = line if found else ending[1] if ending else ""
    word = found[1] if found else written[1:]
    verb = verb_of(word, words) or nearest_verb(word, words)
    meant = f"/{verb} {(found[2] or found[3] or '') if found else ''}".strip()
    fixed = "\n".join([*map(_written, commands), meant, *kept])
    return Request((), "", said("late_command", line=written[:SHOWN]), verb, fixed)


def _written(command: Command) -> str:
    return f"/{command.verb} {command.value}".strip()
