"""Is the sender on a list of the settings: blocked, allowed, or a form that writes for somebody else?

In: a mail and the desk. Out: a reason, a yes or no, or the mail with its writer in the place of the form. Of two entries that
fit, the nearer one counts: an address before its domain, a domain before the one above it; of two alike, `allow`.

For editing here: a list is asked for the From address alone. Reply-To is believed only where `reply_to` names the sender, never
for one of us, never where the trusted server found the sender's domain forged, and it gives no power in any case (P8).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace

from mailsupport.core.desk import Desk
from mailsupport.core.judging.standing import FAIL, aligned
from mailsupport.core.model import Mail

_FAR = 99


def patterns(email: str) -> Iterator[str]:
    """Yield what may name a lower-case address in a list: itself, then its domains with @, from the longest on."""
    _, at_sign, domain = email.rpartition("@")
    if not at_sign:
        return
    yield email
    labels = domain.split(".")
    for at in range(min(len(labels), 20)):
        yield "@" + ".".join(labels[at:])


def blocked(mail: Mail, desk: Desk) -> str:
    """Return why nothing follows from the sender's mails, or "" when it is not blocked."""
    if not desk.blocked:
        return ""
    for sender in filter(None, (mail.sender.key, mail.via)):
        near, entry = _nearest(sender, desk.blocked)
        if entry and near < _nearest(sender, desk.allowed)[0]:
            return f"{entry} is blocked"
    return ""


def allowed(mail: Mail, desk: Desk) -> bool:
    """Whether the sender is a person whatever weak signs of a robot its mails carry."""
    lists = desk.allowed | desk.form_mailers
    return bool(lists) and any(pattern in lists for sender in (mail.sender.key, mail.via) for pattern in patterns(sender))


def through_form(mail: Mail, desk: Desk) -> Mail:
    """Return the mail of a listed form with its writer as the sender, and any other mail as it is (F3)."""
    if not desk.form_mailers or not any(pattern in desk.form_mailers for pattern in patterns(mail.sender.key)):
        return mail
    writer = mail.reply_to[0] if len(mail.reply_to) == 1 else None
    if writer is None or "@" not in writer.key or writer.key in desk.own_addresses or desk.person_at(writer.key) is not None:
        return mail
    if aligned(mail, desk) == FAIL:
        return mail
    carried = f"written through {mail.sender.key}, which names {writer.key} as its author"
    return replace(mail, from_=(writer,), via=mail.sender.key, problems=(*mail.problems, carried))


def _nearest(sender: str, listed: Collection[str]) -> tuple[int, str]:
    """Return the entry that fits an address best, and how near it is; a great distance when none does."""
    return next(((near, entry) for near, entry in enumerate(patterns(sender)) if entry in listed), (_FAR, ""))
