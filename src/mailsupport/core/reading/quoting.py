"""Which words of a mail are new, which are quoted, which are its signature?

In: the readable text of a mail, and its HTML if it has one (only its known quote markers are used). Out: `Parts`. The order of
rules: our own marker, markers in the HTML, announcements ("-----Original Message-----"), header blocks, attributions, quote
marks, then signatures. Answers written between quoted lines are kept together with them. A mail is never cut to nothing. Cutting
is for display, commands and relays: the whole text and the raw mail are kept elsewhere.

To edit here: time must stay linear in the size of the text (a line is read by its first 4 KB, attributions are tried a bounded
number of times); words belong in `core.reading.wording`, single lines in `core.reading.attribution` and `core.reading.signature`.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from mailsupport.core.reading import attribution, signature, wording
from mailsupport.core.reading.htmlquotes import quoted_lines

OWN_MARKER = "[ref:"
"""Begins the hidden marker in the body of our mails."""
OWN_NOTICES = ("-- reply above this line --", "-- bitte über dieser zeile antworten --")
"""First lines of our notices, lower case; dashes may differ in what a mail program makes of them."""

_LEAD_LINES = 5
"""Lines that the first sentence of our notice may take, in a narrow program."""
_ATTEMPTS = 500
_JUDGED_LINES = 20_000
"""Lines in which the mail answered to may begin; nobody writes more above it."""
_WRAP_FROM = 60


@dataclass(frozen=True, slots=True)
class Parts:
    """A mail's text taken apart. `reason` names the sign by which a quote was found; `interleaved` says that answers stand
    between quoted lines, which then belong to `new`."""

    new: str
    quoted: str
    signature: str
    reason: str
    interleaved: bool = False


class _Mark(Enum):
    """What a line is."""

    WORDS = 0
    QUOTE = 1
    LEAD = 2
    SIGNATURE = 3


@dataclass(slots=True)
class _Page:
    """Lines as written, as judged, and what each is; `end` is where the mail answered to begins."""

    written: list[str]
    lines: list[str]
    marks: list[_Mark]
    end: int
    reason: str = ""

    def has_words(self, start: int, end: int) -> bool:
        """Whether the author wrote something in that range."""
        pairs = zip(self.lines[start:end], self.marks[start:end], strict=True)
        return any(m is _Mark.WORDS and line.strip() and not attribution.is_separator(line) for line, m in pairs)

    def mark(self, start: int, end: int, mark: _Mark) -> None:
        """Say what the lines in that range are."""
        self.marks[start:end] = [mark] * (end - start)

    def take(self, marks: Sequence[_Mark], start: int = 0, end: int | None = None) -> str:
        """Return the lines of these kinds, outer blank lines removed."""
        chosen = [w for w, m in zip(self.written[start:end], self.marks[start:end], strict=True) if m in marks]
        return _trim(chosen)


def split(text: str, html: str = "") -> Parts:
    """Separate new words from quote and signature; a mail is never cut to nothing."""
    page = _page(text, html)
    _cut_at_own_marker(page)
    _find_boundary(page)
    _part_signature(page)
    interleaved = _settle_quotes(page)
    return _parts(page, interleaved)


def new_words(text: str, html: str = "") -> str:
    """Return only the words the author added, without quote and signature."""
    return split(text, html).new


def _trim(lines: list[str]) -> str:
    """Join lines without the blank ones before and after, keeping the first line's indent."""
    start, end = 0, len(lines)
    while start < end and not lines[start].strip():
        start += 1
    while end > start and not lines[end - 1].strip():
        end -= 1
    return "\n".join(lines[start:end]).rstrip()


def _page(text: str, html: str) -> _Page:
    """Read the text into lines and mark those that carry a quote mark or stand in a quote of the HTML."""
    written = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    lines = [attribution.plain(line) for line in written]
    inside = quoted_lines(lines, html) if html else frozenset()
    marks = [_Mark.QUOTE if at in inside or attribution.is_quoted(line) else _Mark.WORDS for at, line in enumerate(lines)]
    page = _Page(written, lines, marks, len(lines), "quoted by the HTML" if inside else "")
    _join_wrapped_quotes(page)
    return page


def _join_wrapped_quotes(page: _Page) -> None:
    """Take the rest of a quoted line that a program wrapped without a mark as quoted too."""
    if _Mark.QUOTE not in page.marks:
        return
    for at in range(1, len(page.lines) - 1):
        above, line, below = page.lines[at - 1], page.lines[at], page.lines[at + 1]
        if page.marks[at] is _Mark.WORDS and page.marks[at - 1] is _Mark.QUOTE and line[:1].islower():
            wrapped = len(above) >= _WRAP_FROM and above.rstrip()[-1:] not in ".?!:;>"
            if wrapped and attribution.is_quoted(above) and attribution.is_quoted(below):
                page.marks[at] = _Mark.QUOTE


def _cut_at_own_marker(page: _Page) -> None:
    """Take everything from our own first marker on as quoted, if something stands above it."""
    for at, line in enumerate(page.lines):
        low = line.strip(" \t>|*_").lower()
        if OWN_MARKER in line or low.startswith(OWN_NOTICES):
            _end_at(page, _first_line(page, at), "our own marker")
            return


def _first_line(page: _Page, at: int) -> int:
    """Return where the sentence begins that our marker ends: a program that wraps lines may have put it a few lines above."""
    for above in range(at, max(-1, at - _LEAD_LINES), -1):
        if not page.lines[above].strip():
            break
        if page.lines[above].strip(" \t>|*_").lower().startswith(wording.OWN_LEADS):
            return above
    return at


def _end_at(page: _Page, at: int, reason: str) -> None:
    """Let the mail answered to begin at that line, together with a rule drawn above it; not if nothing stands above."""
    if not page.has_words(0, at):
        return
    while at > 0 and (not page.lines[at - 1].strip() or attribution.is_separator(page.lines[at - 1])):
        at -= 1
    page.end = at
    page.reason = page.reason or reason
    page.mark(at, len(page.lines), _Mark.QUOTE)


def _find_boundary(page: _Page) -> None:
    """Look for the first sign that the mail answered to begins."""
    attempts, at = _ATTEMPTS, 0
    while at < min(page.end, _JUDGED_LINES):
        line = page.lines[at]
        if page.marks[at] is not _Mark.WORDS or not line.strip():
            at += 1
            continue
        if attribution.may_announce(line) and _announced(page, at):
            break
        if attempts and attribution.may_end_attribution(line, line.endswith(">") and _quote_follows(page, at)):
            attempts -= 1
            if _attribute(page, at, _quote_follows(page, at)):
                break
        at += 1


def _announced(page: _Page, at: int) -> bool:
    """Whether a line announces a forwarded mail, which is kept, or the mail answered to, which ends the new words."""
    announced = attribution.announces(page.lines[at])
    if announced == "forwarded" and _keeps_forward(page, at):
        return True
    if announced == "original":
        _end_at(page, at, "announced as the original message")
    elif attribution.header_block(page.lines, at):
        _end_at(page, at, "header block of the original message")
        return True
    return announced == "original"


def _keeps_forward(page: _Page, at: int) -> bool:
    """Keep what was forwarded: it is what the author wants read; unless it is marked as a quote."""
    if _quote_follows(page, at):
        page.marks[at] = _Mark.LEAD
        return False
    page.reason = page.reason or "forwarded mail kept"
    return True


def _quote_follows(page: _Page, at: int) -> bool:
    """Whether the next filled line is quoted."""
    for below in range(at + 1, min(at + 8, page.end)):
        if page.lines[below].strip():
            return page.marks[below] is _Mark.QUOTE
    return False


def _attribute(page: _Page, at: int, quoted_next: bool) -> bool:
    """Handle an attribution that ends with line `at`; True when the rest of the mail is the quote."""
    glued = attribution.glued(page.lines[at])
    start = at if glued else attribution.attribution_start(page.lines, at, quoted_next)
    if start < 0:
        return False
    if glued:
        page.written.insert(at, page.lines[at][:glued])
        page.lines.insert(at, page.lines[at][:glued])
        page.marks.insert(at, _Mark.WORDS)
        page.end += 1
        start, at = start + 1, at + 1
    if not quoted_next and page.has_words(0, start) and at + 1 < page.end:
        _end_at(page, start, "attribution")
        return True
    page.mark(start, at + 1, _Mark.LEAD)
    page.reason = page.reason or "attribution"
    return False


def _part_signature(page: _Page) -> None:
    """Mark signatures: at the very end, and above a quote that ends the mail."""
    if page.reason == "forwarded mail kept":
        return
    _sign(page, page.end)
    end = page.end
    while end > 0 and (page.marks[end - 1] is not _Mark.WORDS or not page.lines[end - 1].strip()):
        end -= 1
    if end:
        _sign(page, end)


def _sign(page: _Page, end: int) -> None:
    """Mark the signature of the run of unquoted lines that ends at `end`, if words are left elsewhere."""
    start = end
    while start > 0 and page.marks[start - 1] is _Mark.WORDS:
        start -= 1
    cut = signature.signature_start(page.lines, start, end)
    if cut < end and (page.has_words(0, cut)):
        page.mark(cut, end, _Mark.SIGNATURE)


def _settle_quotes(page: _Page) -> bool:
    """Decide whether quoted lines between answers belong to the new words, and mark them so; True when they do."""
    filled = [(at, page.marks[at]) for at in range(page.end) if page.lines[at].strip() and page.marks[at] is not _Mark.SIGNATURE]
    words = [at for at, mark in filled if mark is _Mark.WORDS]
    quotes = [at for at, mark in filled if mark is _Mark.QUOTE]
    if not words or not quotes or quotes[0] > words[-1]:
        return False
    first = min(words[0], quotes[0])
    above = [at for at in words if at < quotes[0]]
    below = [at for at in words if at > quotes[0]]
    runs = sum(1 for (_, one), (_, two) in itertools.pairwise(filled) if one is _Mark.QUOTE and two is _Mark.WORDS)
    introduced = any(mark is _Mark.LEAD and at < quotes[0] for at, mark in filled) or not attribution.is_quoted(
        page.lines[quotes[0]]
    )
    if runs == 1 and _only_closes(page, below):
        return False
    if runs == 1 and introduced and _only_greets(page, above):
        return False
    for at in range(first, words[-1]):
        if page.marks[at] is _Mark.QUOTE:
            page.marks[at] = _Mark.WORDS
    page.reason = "answers between quoted lines" if above or runs > 1 else "quote without attribution kept"
    return True


def _only_greets(page: _Page, above: Sequence[int]) -> bool:
    """Whether the lines above a quote are nothing but a greeting."""
    if len(above) > 1:
        return False
    return all(page.lines[at].strip().lower().startswith(wording.GREETINGS) and len(page.lines[at]) <= 60 for at in above)


def _only_closes(page: _Page, below: Sequence[int]) -> bool:
    """Whether the lines below a quote are nothing but a sign-off."""
    text = page.lines[below[0]].strip().lower() if below else ""
    return not below or (len(below) <= 3 and text.startswith(wording.SIGN_OFFS) and len(text) <= 60)


def _parts(page: _Page, interleaved: bool) -> Parts:
    """Put the parts together; what would leave nothing is undone."""
    new = page.take((_Mark.WORDS,), 0, page.end)
    if not new.strip():
        return Parts(_trim(page.written), "", "", "nothing but a quote: kept whole")
    quoted = page.take((_Mark.QUOTE, _Mark.LEAD))
    reason = page.reason or ("quote marks" if quoted else "no quote")
    return Parts(new, quoted, page.take((_Mark.SIGNATURE,)), reason, interleaved)
