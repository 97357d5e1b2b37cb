"""What somebody else asks for, through one of us: for. In a mail about a ticket it would be two requests in one."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from mailsupport.core.deciding.verbs.asked import Asked, Done, Refused, Verb
from mailsupport.core.said import said


def on_behalf(asked: Asked) -> Done | Refused:
    """Refuse it here: such a request opens a ticket of its own, by a mail to one's own address (`core.deciding.behalf`)."""
    return Refused(said("for_needs_own_mail", number=asked.ticket.number), said("for_to_own_address"))


VERBS: Mapping[str, Verb] = MappingProxyType({"for": on_behalf})
