"""What does a mail system say in prose about a mail it could not deliver? qmail, Exim, Sendmail, Exchange, Gmail and the rest.

In: a `Report`: header, subject and text of a mail. Out: `Prose`, or None when no mail system speaks of a failure here.

For editing here: one rule is one row of `_RULES`, tried from the surest form to the vaguest; the first that names an address
wins. A rule is written for a kind of report, never for one mail. Every pattern is looked for line by line and is linear.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from mailsupport.core.model import BouncedRecipient
from mailsupport.core.reading.addresses import parse_addresses
from mailsupport.mail import bouncewords as words
from mailsupport.mail.fields import Block, Field
from mailsupport.mail.headers import decoded_text

LINE_LIMIT = 400
"""Lines of a report that are looked at, each to its first 500 characters."""

_LOCAL = r"[\w.!#$%&'*+/=?^`{|}~-]"
_MAILBOX = rf"{_LOCAL}{{1,64}}+@[\w-]{{1,63}}+(?:\.[\w-]{{1,63}}+){{0,10}}+"
_ANY_MAILBOX = re.compile(rf"(?<![@{_LOCAL[1:]}){_MAILBOX}(?![\w@])")
_QUOTED_MAILBOX = re.compile(r'"[^"\s]{1,64}"@[\w.-]{1,255}')
_STATUS = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.]*\d)")

_SENT_TO = re.compile(
    rf"(?:rcpt to|recipient|failed[- ]recipients?|error-for|undeliverable to)\s*[:=]?\s*(?:rfc822;\s*)?<?({_MAILBOX})>?",
    re.IGNORECASE,
)
_BEFORE_COLON = re.compile(rf"^\W{{0,6}}<?({_MAILBOX})[>\]]?\s*(?:\(.{{0,100}}\))?\s*:(?:\s|$)")
_ALONE = re.compile(
    rf"^\W{{0,6}}(?:smtp:|rfc822;|mailto:)?<?({_MAILBOX})>?\W{{0,4}}(?:\(.{{0,200}}|<mailto:.{{0,200}}|,.{{0,3}})?$"
)
_LOCAL_ALONE = re.compile(rf"\s{{0,20}}({_LOCAL}{{2,64}}+)(?:\s{{2,}}.*)?")
_LEADING = re.compile(rf"^\W{{0,6}}<?({_MAILBOX})>?[\s,;.]")
_CODE_AND_MAILBOX = re.compile(rf"\b[45]\d\d[ -].{{0,60}}?<({_MAILBOX})>")


@dataclass(slots=True)
class Report:
    """A mail that may be a delivery report: its header, subject and text, and who it says it is from."""

    block: Block
    subject: str
    text: str
    sender: int = field(init=False)

    def __post_init__(self) -> None:
        self.sender = self._sender()

    @property
    def may_be_one(self) -> bool:
        """Whether a mail system, and no person, sent it."""
        return self.sender > 0 or bool(self.failed_field)

    @property
    def is_automatic(self) -> bool:
        """Whether a program sent it of its own accord, and says so (RFC 3834 §5); an Exchange journal has its own way."""
        submitted = self.field("auto-submitted").strip().lower()
        unasked = submitted.startswith("auto-") and not submitted.startswith("auto-repl")
        return self.may_be_one or unasked or any(field.name == "x-ms-journal-report" for field in self.block.fields)

    @property
    def failed_field(self) -> list[str]:
        """The addresses of X-Failed-Recipients, which Exim and Gmail write."""
        return [address.key for address in parse_addresses(self.field("x-failed-recipients")) if "@" in address.email]

    def field(self, name: str) -> str:
        """Return the text of a header field."""
        return decoded_text(self.block.get(name))

    def _sender(self) -> int:
        """How surely a mail system sent it: 2 a daemon, 1 a postmaster or nobody (the null sender), 0 a person."""
        found = parse_addresses(self.field("from"))
        local = found[0].email.rpartition("@")[0] or found[0].email if found else ""
        name = found[0].name if found else ""
        path = self.field("return-path").strip()
        if words.DAEMON.search(local) or words.DAEMON_NAME.search(name) or (not local and words.DAEMON.search(name)):
            return 2
        unsigned = path == "<>" or bool(words.DAEMON.search(path))
        nobody = not any(address.email for address in found)
        return min(2, unsigned + nobody + bool(words.POSTMASTER.search(local)))

    @property
    def convincing(self) -> bool:
        """Whether sender, subject and words together speak of a failure."""
        said = self.text[:20_000]
        signs = self.sender + 2 * bool(self.failed_field) + bool(words.SUBJECT.search(self.subject))
        return signs + bool(words.FAILURE.search(said)) + bool(words.DIALOGUE.search(said)) >= 3


@dataclass(frozen=True, slots=True)
class Prose:
    """What was read: who was not reached, and by which form."""

    recipients: tuple[BouncedRecipient, ...]
    evidence: str


def read_prose(report: Report, returned: Iterable[tuple[Field, ...]]) -> Prose | None:
    """Return what a mail system says in prose; `returned` are the header fields of attached mails, for want of anything else."""
    if not (report.may_be_one and report.convincing):
        return None
    said, copy = _without_copy(report.text)
    known = {address.key for name in ("to", "from", "reply-to") for address in parse_addresses(report.field(name))}
    evidence, addresses = "prose", list[str]()
    for evidence, rule in _rules(report, said, copy, returned):
        named = [
            address
            for address in dict.fromkeys(rule())
            if not words.POSTMASTER.match(address) and not words.DAEMON.match(address)
        ]
        addresses = [address for address in named if address not in known] or (named if evidence in _SURE else [])
        if addresses:
            break
    status = next((found[1] for line in said if (found := _STATUS.search(line))), "")
    action = _action(report, said, status)
    return Prose(tuple(BouncedRecipient(address, status, action) for address in addresses), evidence)


def mailbox_in(text: str) -> str:
    """Return the first address in a text, lower case, "" when there is none."""
    found = _QUOTED_MAILBOX.search(text[:1_000]) or _ANY_MAILBOX.search(text[:1_000])
    return found[0].lower().rstrip(".") if found else ""


_SURE = frozenset({"x-failed-recipients", "address and colon"})
"""Forms in which even the address that the report was sent to is a failed one: somebody wrote to himself."""
WEAK = frozenset({"prose", "returned mail", "returned copy"})
"""Forms in which the report itself names nobody."""
_Rule = Callable[[], Iterable[str]]


def _rules(
    report: Report, said: list[str], copy: list[str], returned: Iterable[tuple[Field, ...]]
) -> Iterator[tuple[str, _Rule]]:
    """Yield each form and how to read it, the surest first."""
    yield "x-failed-recipients", lambda: report.failed_field
    yield "address and colon", lambda: _first_groups(_BEFORE_COLON, said)
    yield "address alone", lambda: _first_groups(_ALONE, said)
    yield "smtp reply", lambda: _first_groups(_CODE_AND_MAILBOX, said)
    yield "recipient named", lambda: _first_groups(_SENT_TO, said)
    yield "name alone", lambda: _local_names(report, said)
    yield "address first", lambda: _first_groups(_LEADING, said)
    yield "address beside failure", lambda: [a for line in said if words.FAILURE.search(line) for a in _mailboxes(line)]
    yield "address in report", lambda: [a for line in said for a in _mailboxes(line)]
    yield (
        "returned mail",
        lambda: [a for fields in returned for f in fields if f.name == "to" for a in _mailboxes(decoded_text(f.value))],
    )
    yield "returned copy", lambda: [a for line in copy if line.lower().startswith("to:") for a in _mailboxes(line)]


def _first_groups(pattern: re.Pattern[str], lines: Iterable[str]) -> list[str]:
    return [found[1].lower().rstrip(".") for line in lines if (found := pattern.search(line))]


def _local_names(report: Report, lines: Sequence[str]) -> Iterator[str]:
    """Yield those of whom a mail system names only the local part: they are of its own domain."""
    domain = next((address.key.rpartition("@")[2] for address in parse_addresses(report.field("from")) if "@" in address.key), "")
    filled = [line for line in lines if line.strip()]
    for above, line in itertools.pairwise(filled):
        found = _LOCAL_ALONE.fullmatch(line) if domain and words.RECIPIENTS_FOLLOW.search(above) else None
        if found:
            yield f"{found[1].lower()}@{domain}"


def _mailboxes(line: str) -> list[str]:
    return [found.lower().rstrip(".") for found in _ANY_MAILBOX.findall(line)]


def _without_copy(text: str) -> tuple[list[str], list[str]]:
    """Separate the report from the copy of the mail below it: a line that announces it, or where header fields begin."""
    lines = [line[:500].rstrip() for line in text.split("\n", LINE_LIMIT)[:LINE_LIMIT]]
    for place, line in enumerate(lines):
        announced = place > 0 and bool(words.COPY_BEGINS.fullmatch(line))
        begins = bool(words.HEADER_LINE.match(line)) and _is_header(lines[place : place + 12])
        if announced or begins:
            return lines[:place], lines[place:]
    return lines, []


def _is_header(lines: list[str]) -> bool:
    """Whether header fields stand here, and among them one that only a mail has (a report repeats To and Subject)."""
    for place, line in enumerate(lines):
        if words.TRACE_LINE.match(line):
            return True
        if not (words.HEADER_LINE.match(line) or (place and line[:1] in (" ", "\t"))):
            return False
    return False


def _action(report: Report, said: list[str], status: str) -> str:
    """A delay is said to be one; everything else that is reported failed."""
    told = "\n".join([report.subject, *said])
    if status.startswith("4") or (words.DELAY.search(told) and not words.FINAL.search(told)):
        return "delayed"
    return "failed"
