"""Would an answer tell the customer something that is ours, or something else than its author means?

In: an answer about to be relayed, its words and files. Out: why it is held, or None. Notice, markers and tokens are looked for
in `core.deciding.staff_mail`; here stands what an author may well mean, and is asked about once (`SEND`: a reply sends it as it
is), and what cannot be sent at all. The sentences stand in `words.toml`, under these codes.

For editing here: better one question too many than an address too much (P7); but a mail is asked about once, never twice.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from mailsupport.core.deciding.arrival import customers_of
from mailsupport.core.desk import Desk
from mailsupport.core.model import Mail, Ticket
from mailsupport.core.reading.marks import plain
from mailsupport.core.said import Said, said

RELAY_LIMIT = 20 * 1024 * 1024
"""Bytes of attachments that a relayed answer carries at the most; many relays refuse more."""

ONLY_THE_BEGINNING = "only the beginning was read; the whole mail is on the server"
"""Ends the problem that intake notes on a mail above its mailbox's `max_size`: its files were not read."""

SEND = "send"
"""What a confirmation of the held mail does: it goes out as it is."""

NEVER_SENT = frozenset(
    {
        "application/ms-tnef",
        "application/vnd.ms-tnef",
        "application/pkcs7-signature",
        "application/x-pkcs7-signature",
        "application/pgp-signature",
        "application/pgp-keys",
    }
)
"""Parts that a program adds by itself: Outlook's copy of the whole mail with all that it quotes, signatures, and keys and
certificates with their owner's address. They are no files of the answer."""

_ADDRESS = re.compile(r"[\w.+=~-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
_LOCKED = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime", "application/pgp-encrypted"})
_TELLING = frozenset(
    {"message/rfc822", "message/global", "application/vnd.ms-outlook", "text/calendar", "text/vcard", "text/x-vcard"}
)
_TELLING_NAMES = (".eml", ".msg", ".ics", ".vcf")


@dataclass(frozen=True, slots=True)
class Doubt:
    """Why an answer is held, what its author can do, and what a confirmation does ("": nothing can be confirmed)."""

    purpose: str
    reason: Said
    advice: Said


def disclosed(mail: Mail, words: str, ticket: Ticket, desk: Desk, stands_by: Collection[str] = ()) -> Doubt | None:
    """Return why an answer with these words may not go out unasked, or None; by `stands_by` its author stands."""
    return next((one for one in _doubts(mail, words, ticket, desk) if not one.purpose or one.reason.code not in stands_by), None)


def _doubts(mail: Mail, words: str, ticket: Ticket, desk: Desk) -> Iterator[Doubt]:
    types = {attachment.type for attachment in mail.attachments}
    if types & _LOCKED:
        yield Doubt("", said("locked"), said("send_unlocked"))
    size = sum(a.size for a in mail.attachments if a.type not in NEVER_SENT)
    if size > RELAY_LIMIT or any(problem.endswith(ONLY_THE_BEGINNING) for problem in mail.problems):
        yield Doubt("", said("too_large", megabytes=RELAY_LIMIT >> 20), said("send_smaller"))
    if names_one_of_us(words, ticket, desk):
        yield Doubt(SEND, said("names_one_of_us"), said("reply_to_send"))
    if any(a.type in _TELLING or a.name.lower().endswith(_TELLING_NAMES) for a in mail.attachments):
        yield Doubt(SEND, said("telling_file"), said("reply_to_send"))


def names_one_of_us(words: str, ticket: Ticket, desk: Desk) -> bool:
    """Whether an address of staff or a contact stands in the words; not one of the customer's side, also when we pay them."""
    named = {found.strip(".-") for found in _ADDRESS.findall(plain(words))}
    return any(address in desk.by_address for address in named - customers_of(ticket))
