"""Does a mail of one of us hand over a customer's request? Asks the mail, the mail attached to it, or the held one it confirms.

Comes in: an `Arrival` without a ticket, and its bytes. Goes out: the arrival with its `behalf`. An attached mail is a stranger's:
it is read by the worker process, like any other. Nothing is decided here (`core.deciding.behalf`).
"""

from __future__ import annotations

from dataclasses import replace

from mailsupport.app.scene import Tx
from mailsupport.app.service import Service
from mailsupport.core.deciding.arrival import Arrival
from mailsupport.core.deciding.behalf import BEGUN, BEHALF
from mailsupport.core.model import Address, Mail
from mailsupport.core.reading.forwarded import Behalf, handed_over, of_mail
from mailsupport.core.reading.quoting import new_words
from mailsupport.mail.body import MESSAGES
from mailsupport.mail.parse import attachment_bytes
from mailsupport.store import mails


def with_behalf(service: Service, tx: Tx, arrival: Arrival, raw: bytes) -> Arrival:
    """Return the arrival with the request that it hands over, when its author is one of us and it does."""
    held = arrival.held
    if held is not None:
        if held.purpose not in (BEHALF, BEGUN):
            return arrival
        stored = mails.raw_of(tx, held.mail)
        read = service.reading(stored)
        if stored is None or read is None:
            return arrival
        return replace(arrival, held=replace(held, reading=read), behalf=_behalf(service, read, stored))
    if arrival.match.related is not None or arrival.from_sent:
        return arrival
    return replace(arrival, behalf=_behalf(service, arrival.mail, raw))


def _behalf(service: Service, mail: Mail, raw: bytes) -> Behalf | None:
    found = handed_over(mail, service.desk.command_words)
    inner = _attached(service, mail, raw) if found is None or found.kind != "dictated" else None
    return found if inner is None else of_mail(inner, new_words(mail.text, mail.html).strip())


def _attached(service: Service, mail: Mail, raw: bytes) -> Mail | None:
    """The mail that hangs on this one, when it is one, and the only one."""
    messages = [one for one in mail.attachments if one.type in MESSAGES]
    if len(messages) != 1 or not raw or mail.ancestors:
        return None
    read = service.reading(attachment_bytes(raw, messages[0]))
    return read if read is not None and read.sender != Address("", "") else None
