"""Whose words does a stored mail hold? A mail of one of us may hold a customer's."""

from __future__ import annotations

from sqlalchemy import Connection, bindparam, update

from mailsupport.core.model import Address, Kind
from mailsupport.store.mails import have_asked_again
from mailsupport.store.rows import PUBLIC
from mailsupport.store.schema import mail

_SPEAK = (
    update(mail)
    .where(mail.c.id == bindparam("of"))
    .values(
        author_email=bindparam("email"),
        author_name=bindparam("name"),
        kind=bindparam("as_kind"),
        person=bindparam("who"),
        text=bindparam("words"),
        new_text=bindparam("new"),
        visibility=PUBLIC,
    )
)

_MARK = update(mail).where(mail.c.id == bindparam("of")).values(flags=bindparam("marks", type_=mail.c.flags.type))


def mark(tx: Connection, id: int, flags: tuple[str, ...]) -> None:
    """Let a stored mail bear these flags."""
    have_asked_again(tx)
    tx.execute(_MARK, {"of": id, "marks": list(flags)})


def speak(tx: Connection, id: int, author: Address, kind: Kind, words: str, new: str, person: str) -> None:
    """Let a mail be that author's, with these words (`new` without quotes), seen by the customer; its bytes stay as they came."""
    values = {"of": id, "email": author.email, "name": author.name, "as_kind": kind, "who": person, "words": words, "new": new}
    have_asked_again(tx)
    tx.execute(_SPEAK, values)
