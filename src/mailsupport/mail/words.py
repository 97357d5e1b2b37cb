"""How one language says times, durations, sizes and codes: the filters of every template.

In: the `words.toml` files of a language, nearest last. Out: `Words`, whose public methods are the filters, each under its own
name; the first line of its docstring is its line in `docs/reference/templates.md`.

For editing here: a filter takes what any mail may hold and never raises; a form that cannot be filled in is found when the
words are loaded, not at night. No language is named in this file.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from markupsafe import Markup, escape

from mailsupport.core.model import Priority
from mailsupport.core.reading.clean import clean_line, clean_text
from mailsupport.core.said import Said
from mailsupport.errors import TemplateProblem
from mailsupport.mail.facts import Happened, TicketFacts
from mailsupport.mail.threading import is_reply
from mailsupport.mail.wordfiles import table

FILE = "words.toml"
FILTERS = (
    "when", "brief", "date", "span", "size", "word", "said", "happened", "line", "reply", "quote",
    "paragraphs", "cap", "fit", "wrap", "people", "somebody", "ours",
)  # fmt: skip

_MINUTE, _HOUR, _DAY = 60, 3600, 86400
_PLACE = re.compile(r"\{(\w+)\}")
_IN_HTML = {"\n": 5, " ": 6, "&": 5, "<": 4, ">": 4, '"': 5, "'": 5}
"""Bytes that a sign takes in our HTML at the most; one that is no ASCII is written as its number."""
_MOST_IN_HTML = 9
_INDENT = re.compile(r"^ +| {2,}", re.MULTILINE)


@lru_cache(maxsize=256)
def _zone(name: str) -> tzinfo:
    """Return the zone; a name nobody knows shows as UTC, which its label then says."""
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, LookupError):
        return UTC


def _filled(form: str, values: Mapping[str, str]) -> str:
    return _PLACE.sub(lambda place: values.get(place[1], place[0]), form)


def _pattern(form: str) -> tuple[re.Pattern[str], list[str]]:
    """Return what finds a sentence by its form, where {n} stands for any words, and the names of its places in their order."""
    pieces = _PLACE.split(form)
    return re.compile("(.+?)".join(map(re.escape, pieces[::2])), re.DOTALL), pieces[1::2]


class Words:
    """The filters of one language."""

    def __init__(self, tables: Mapping[str, Any]) -> None:
        self._tables = tables
        self._weekdays: list[str] = tables["weekdays"]
        self._months: list[str] = tables["months"]
        self._ours = [(_pattern(english), said) for english, said in tables.get("operator", {}).items()]
        self._moment = lru_cache(maxsize=1024)(self._in_form)  # the same few instants stand in text, HTML and history

    # --- times ---

    def when(self, at: datetime, zone: str) -> str:
        """`at|when(zone)`: weekday, date, time and zone: "Mon 23 Nov, 11:20 CET"."""
        return self._moment("when", at, zone)

    def brief(self, at: datetime, zone: str) -> str:
        """`at|brief(zone)`: weekday and time: "Mon 11:20"."""
        return self._moment("brief", at, zone)

    def date(self, at: datetime, zone: str) -> str:
        """`at|date(zone)`: the date with its year: "23 Nov 2026"."""
        return self._moment("date", at, zone)

    def _in_form(self, form: str, at: datetime, zone: str) -> str:
        local = at.astimezone(_zone(zone))
        name = local.tzname() or ""
        if name[:1] in "+-":
            name = f"UTC{name}"
        return str(self._tables["forms"][form]).format(
            weekday=self._weekdays[local.weekday()],
            month=self._months[local.month - 1],
            zone=self._tables["zones"].get(name, name),
            day=local.day,
            year=local.year,
            hour=f"{local.hour:02}",
            minute=f"{local.minute:02}",
        )

    def span(self, seconds: float) -> str:
        """`seconds|span`: a duration in words, without its sign: "42 minutes", "2 h 5 min", "3 days"."""
        whole = abs(int(seconds))
        if whole < _MINUTE:
            return self._count(whole, "seconds")
        if whole < _HOUR:
            return self._count(whole // _MINUTE, "minutes")
        short = self._tables["spans"]
        if whole < 2 * _DAY:
            hours, minutes = whole // _HOUR, whole % _HOUR // _MINUTE
            return f"{hours} {short['h']} {minutes} {short['min']}" if minutes else self._count(hours, "hours")
        days, hours = whole // _DAY, whole % _DAY // _HOUR
        return self._count(days, "days") + (f" {hours} {short['h']}" if hours else "")

    def _count(self, number: int, unit: str) -> str:
        one, many = self._tables["spans"][unit]
        return f"{number} {one if number == 1 else many}"

    def size(self, size: int) -> str:
        """`bytes|size`: a size: "210 KB", "1.2 MB"."""
        if size < 1_000_000:
            return f"{max(1, round(size / 1000))} KB"
        return f"{size / 1_000_000:.1f} MB"

    # --- codes ---

    def word(self, code: str, group: str) -> str:
        """`code|word("group")`: the word for a code out of words.toml; what has none is shown as it is.

        A code may bring what belongs into its word behind a colon: `forwarded:Anna Berg` fills the {what} of `forwarded`.
        """
        table = self._tables.get(group)
        if not isinstance(table, Mapping):
            return str(code)
        name, _, what = str(code).partition(":")
        form = str(table.get(name, ""))
        if "{what}" in form and what == what.lstrip():
            return form.replace("{what}", clean_line(what))
        return str(table.get(code, code))

    def said(self, statement: Said, zone: str) -> str:
        """`statement|said(zone)`: a statement as a sentence, by its code in [said] of words.toml, filled with its values."""
        values = {name: self._value(value, zone) for name, value in statement.values.items()}
        form = self._tables["said"].get(statement.code)
        if form is None:
            return " ".join([statement.code.replace("_", " "), *values.values()])
        return _PLACE.sub(lambda found: values.get(found[1], found[0]), str(form))

    def _value(self, value: object, zone: str) -> str:
        """A value of a statement: instants and durations in their forms, priorities in words, anything else as it is."""
        if isinstance(value, datetime):
            return self.when(value, zone)
        if isinstance(value, timedelta):
            return self.span(value.total_seconds())
        return self.word(value, "priorities") if isinstance(value, Priority) else clean_line(str(value))

    def ours(self, text: str) -> str:
        """`what|ours`: a sentence of ours to the operator in this language, by [operator] of words.toml; what is not there stays.

        Sentences that are parted by "; " are looked for one by one, too. What a server said stays as it is.
        """
        whole = self._in_language(text)
        return whole if whole != text else "; ".join(map(self._in_language, text.split("; ")))

    def _in_language(self, text: str) -> str:
        for (pattern, places), said in self._ours:
            if found := pattern.fullmatch(text):
                return _filled(str(said), dict(zip(places, found.groups(), strict=True)))
        return text

    def happened(self, line: Happened) -> str:
        """`line|happened`: one line of a history as a sentence, without its time."""
        form = self.word(line.event, "events").replace("_", " ")
        said = form.replace("{who}", line.who) if line.who else re.sub(r" ?\S* ?\{who\}", "", form).strip() or line.event
        return f"{said}: {line.detail}" if line.detail else said

    def people(self, names: Iterable[str]) -> str:
        """`names|people`: the names, parted by commas."""
        return ", ".join(names)

    def somebody(self, name: str) -> str:
        """`whose|somebody`: the name, or the words for nobody known where there is none."""
        return name or str(self._tables["unknown_sender"])

    # --- texts ---

    def line(self, text: str) -> str:
        """`text|line`: one line without control characters, for a subject; "(no subject)" when nothing is left."""
        return clean_line(str(text)) or str(self._tables["no_subject"])

    def reply(self, subject: str) -> str:
        """`subject|reply`: the subject with one "Re: " before it, unless it has a reply prefix of any language."""
        clean = self.line(subject)
        return clean if is_reply(clean) else f"Re: {clean}"

    def quote(self, text: str) -> str:
        """`text|quote`: each line behind "> "."""
        return "\n".join(f"> {line}" if line else ">" for line in clean_text(str(text)).strip("\n").split("\n"))

    def paragraphs(self, text: str) -> Markup:
        """`text|paragraphs`: for HTML: escaped, with its line ends and indents."""
        safe = str(escape(clean_text(str(text)).strip("\n")))
        if "  " in safe or "\n " in safe or safe.startswith(" "):
            safe = _INDENT.sub(lambda found: "&nbsp;" * len(found[0]), safe)
        return Markup(safe.replace("\n", "<br>\n"))

    def cap(self, text: str, limit: int) -> str:
        """`text|cap(20000)`: at most so many characters, and a line that says how much is left out."""
        if len(text) <= limit:
            return text
        left = self.size(len(text) - limit)
        return f"{text[:limit].rstrip()}\n{str(self._tables['shortened']).format(left=left)}"

    def fit(self, text: str, limit: int) -> str:
        """`text|fit(50000)`: as much of it as takes so many bytes in HTML, and a line that says how much is left out."""
        if len(text) * _MOST_IN_HTML <= limit:
            return text
        room = limit
        for at, sign in enumerate(text):
            room -= _IN_HTML.get(sign, 1 if sign < "\x7f" else _MOST_IN_HTML)
            if room < 0:
                return self.cap(text, at)
        return text

    def wrap(self, text: str, width: int = 76) -> str:
        """`text|wrap(76)`: lines of at most so many characters, broken at spaces only."""
        return "\n".join(_wrapped(line, width) for line in str(text).split("\n"))

    def named(self, ticket: TicketFacts) -> TicketFacts:
        """Return a ticket whose requester has a name: words for nobody known, where the mail gave neither name nor address."""
        if ticket.requester_name or ticket.requester_address:
            return ticket
        return replace(ticket, requester_name=str(self._tables["unknown_sender"]))

    @property
    def filters(self) -> dict[str, Callable[..., object]]:
        """The filters by name."""
        return {name: getattr(self, name) for name in FILTERS}


def _wrapped(line: str, width: int) -> str:
    lines: list[str] = []
    now = ""
    for word in line.split(" "):
        if now and len(now) + 1 + len(word) > width:
            lines.append(now)
            now = word
        else:
            now = f"{now} {word}" if now else word
    return "\n".join([*lines, now])


def load(files: Iterable[Path]) -> Words:
    """Read words files, each overriding the ones before it; raises TemplateProblem when one is no TOML or does not fit."""
    tables: dict[str, Any] = {}
    for file in files:
        tables = _over(tables, _read(file), file)
    words = Words(tables)
    _try_out(words, tables)
    return words


def _read(file: Path) -> Mapping[str, Any]:
    try:
        return table(file)
    except (OSError, ValueError) as error:
        raise TemplateProblem(
            f"{file} cannot be read: {error}", "correct it, or remove it: the shipped words are then used"
        ) from error


def _over(below: Mapping[str, Any], above: Mapping[str, Any], file: Path) -> dict[str, Any]:
    merged = dict(below)
    for key, value in above.items():
        if key in below and type(value) is not type(below[key]):
            raise TemplateProblem(f"{file}: {key} has another type than in the shipped file", "compare templates/words.toml")
        if isinstance(value, list) and len(value) != len(below.get(key, value)):
            raise TemplateProblem(f"{file}: {key} needs {len(below[key])} entries", "compare templates/words.toml")
        merged[key] = _over(below.get(key, {}), value, file) if isinstance(value, dict) else value
    return merged


def _try_out(words: Words, tables: Mapping[str, Any]) -> None:
    """Fill in every form once: a wrong name between braces is a mistake in the file."""
    at = datetime(2026, 11, 23, 10, 20, tzinfo=UTC)
    try:
        for form in tables["forms"]:
            words._moment(form, at, "UTC")
        words.cap("ab", 1)
        for seconds in (1, 61, 3601, 3661, 200_000):
            words.span(seconds)
    except (KeyError, ValueError, IndexError, AttributeError) as error:
        raise TemplateProblem(f"a form in {FILE} cannot be filled in: {error}", "compare templates/words.toml") from error
