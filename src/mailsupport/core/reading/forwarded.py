"""In whose name did one of us send a mail to the desk? A forwarded mail, or a request taken down for somebody (E10).

In: the text of a mail of one of us, as written. Out: a `Behalf`: the customer as the forwarded header block names them, their
words, and what the sender added above; or None when nothing was forwarded. The block is read in every language of
`core.reading.wording`, with or without quote marks, as Gmail, Outlook, Apple Mail, Thunderbird, K-9 and phones write it. An
attached mail is read by `mail.parse`, and makes a `Behalf` by `of_mail`.

For editing here: nothing is guessed. A block whose From names no address makes a `Behalf` without one, and its sender is asked.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mailsupport.core.model import Address, Mail
from mailsupport.core.reading import attribution, wording
from mailsupport.core.reading.commands import read_request

LINES_READ = 2000
"""Lines in which a forwarded mail may begin; nobody writes more above it."""
BLOCK_LINES = 30
PREFIXES = re.compile(
    r"(?:(?:fwd?|wg|tr|rv|enc|i|doorst|fs|vl|vb|vs|pd|vidarebefordrat|weitergeleitet)(?:\s?\[\d+\])?\s?[:：]\s*)+", re.IGNORECASE
)
"""What programs write before the subject of a forwarded mail."""

_ADDRESS = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){0,8}")
_MARK = re.compile(r"^(?:> ?)+")
_ONE_MARK = re.compile(r"^> ?")
_RULED = re.compile(r"[\s_=\-–—*]*")


@dataclass(frozen=True, slots=True)
class Behalf:
    """A request in a customer's name. `comment` is what the sender wrote above; `sent` the original's date, as written.

    `message_id` is the original's, where an attached mail tells it; `kind`: block, attached or dictated.
    """

    customer: Address
    subject: str
    text: str
    comment: str = ""
    sent: str = ""
    message_id: str = ""
    references: tuple[str, ...] = ()
    thread_index: str = ""
    kind: str = "block"


def is_forward(mail: Mail) -> bool:
    """Whether a mail says of itself that it forwards another: by its subject, or by a line above what it forwards."""
    if (found := PREFIXES.match(mail.subject)) and found[0][1] not in ":：":  # one letter alone may be anybody's word
        return True
    return any(attribution.announces(_bare(line)) == "forwarded" for line in mail.text.split("\n")[:LINES_READ])


def forwarded(mail: Mail) -> Behalf | None:
    """Return what a mail forwards in its text; None when there is no header block of another mail in it."""
    lines = [attribution.plain(line) for line in mail.text.split("\n")]
    at = _block(lines)
    if at < 0:
        return None
    quoted = _MARK.match(lines[at]) is not None
    fields, body = _fields(lines, at)
    written = mail.text.split("\n")[body:]
    text = "\n".join(_ONE_MARK.sub("", line) if quoted else line for line in written)
    return Behalf(
        customer=_person(fields.get(wording.FROM, "")),
        subject=fields.get(wording.SUBJECT, "") or PREFIXES.sub("", mail.subject, count=1),
        text=text.strip("\n"),
        comment=_comment(mail.text.split("\n"), lines, at),
        sent=fields.get(wording.SENT, "") or fields.get(wording.DATE, ""),
    )


def of_mail(inner: Mail, comment: str) -> Behalf:
    """Return the request of an attached mail."""
    sent = inner.date.isoformat() if inner.date is not None else inner.header("date")
    index = inner.header("thread-index")
    return Behalf(inner.sender, inner.subject, inner.text, comment, sent, inner.message_id, inner.ancestors, index, "attached")


def dictated(mail: Mail, value: str, text: str) -> Behalf:
    """Return a request that one of us took down for somebody: by telephone, on paper; `value` names the customer's address."""
    return Behalf(_person(value), PREFIXES.sub("", mail.subject, count=1), text, kind="dictated")


def handed_over(mail: Mail, command_words: Mapping[str, str]) -> Behalf | None:
    """Return the request that a mail of one of us hands over in its text: dictated behind /for, or forwarded; else None."""
    request = read_request(mail.new_text, command_words)
    if request.has("for"):
        return dictated(mail, request.value("for"), request.text)
    return forwarded(mail) or nobody(mail) if is_forward(mail) else None


def nobody(mail: Mail) -> Behalf:
    """Return a request that names no customer: the mail says that it forwards one, and none can be read in it."""
    return Behalf(Address("", ""), PREFIXES.sub("", mail.subject, count=1), mail.text)


def _bare(line: str) -> str:
    return _MARK.sub("", attribution.plain(line))


def _block(lines: Sequence[str]) -> int:
    """Return the first line of the forwarded header block, or -1; the first one counts, deeper ones belong to its text."""
    for at, line in enumerate(lines[:LINES_READ]):
        if attribution.label(line) and attribution.header_block([_MARK.sub("", one) for one in lines[at : at + BLOCK_LINES]], 0):
            return at
    return -1


def _fields(lines: Sequence[str], at: int) -> tuple[dict[str, str], int]:
    """Return the block's fields by what they hold, and the line below it. A value may go on in the next line, or begin there."""
    fields: dict[str, str] = {}
    role = ""
    for number in range(at, min(at + BLOCK_LINES, len(lines))):
        line = _MARK.sub("", lines[number]).strip()
        if not line:
            return fields, number + 1
        named = attribution.label(line)
        if named:
            role = named
            fields.setdefault(role, line.replace("：", ":").partition(":")[2].strip(" \t*_"))
        elif role:
            fields[role] = f"{fields[role]} {line}".strip()
    return fields, min(at + BLOCK_LINES, len(lines))


def _person(value: str) -> Address:
    """Return name and address out of a field; the first address counts, and without one there is no name either."""
    found = _ADDRESS.search(value.replace("mailto:", " "))
    if found is None:
        return Address("", "")
    name = value.replace("mailto:", " ")[: found.start()].strip(" \t<>[]()\"'*;,")
    return Address(name if name != found[0] else "", found[0].strip(".'"))


def _comment(written: Sequence[str], lines: Sequence[str], at: int) -> str:
    """Return what stands above the block, without the line that announces it and the rules around it."""
    end = at
    while end > 0 and (_RULED.fullmatch(_bare(lines[end - 1])) or attribution.announces(_bare(lines[end - 1]))):
        end -= 1
    return "\n".join(written[:end]).strip()
