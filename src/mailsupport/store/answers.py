"""Which stored mails count as an answer of ours, and which as the customer's word: said once, in SQL.

Both speak of rows of `mail`. Nothing held, internal or written by a robot is either of them (P9).
"""

from __future__ import annotations

from sqlalchemy import and_, or_

from mailsupport.core.model import PEOPLE, Kind
from mailsupport.store.rows import OUT, PUBLIC
from mailsupport.store.schema import mail

_BY_PEOPLE = or_(*(mail.c.kind == kind.value for kind in sorted(PEOPLE)))

IS_ANSWER = and_(mail.c.visibility == PUBLIC, or_(mail.c.person != "", and_(mail.c.direction == OUT, _BY_PEOPLE)))
"""A mail by one of us that the customer sees: by a person we believe, or found in a Sent folder."""

IS_FROM_CUSTOMER = and_(
    mail.c.visibility == PUBLIC,
    mail.c.direction != OUT,
    mail.c.person == "",
    or_(_BY_PEOPLE, mail.c.kind == Kind.UNREADABLE.value),
)
"""A mail on the ticket by a person who is not one of us, or one that could not be read."""
