"""Is a mail nothing but the press of a button: a reaction with a sign, or the attempt to call a mail back?

In: a mail as it was read. Out: yes or no. Mail programs send such mails by themselves when somebody touches a sign below a mail,
to everybody who has that mail. A person did it, and said nothing: it is no answer and no question.

For editing here: Gmail marks its reactions by a part of their own (developers.google.com/workspace/gmail/reactions/format).
Outlook marks nothing: there the words decide, and only where the mail says nothing else.
"""

from __future__ import annotations

import re

from mailsupport.core.model import Mail

REACTION_PART = "text/vnd.google.email-reaction+json"

_MOST_LINES = 4
"""Lines of a reaction: the sign, who pressed it, the link of the program, and one to spare."""

_REACTED = re.compile(
    r"(?:\S.{0,80} )?(?:reacted (?:to your (?:message|email)|via gmail)|hat auf ihre (?:nachricht|e-mail) reagiert"
    r"|hat über gmail reagiert|a réagi à votre (?:message|e-mail)|ha reaccionado a tu mensaje)\s?[:.]?"
)
_RECALLED = re.compile(
    r"\S.{0,80} (?:would like to recall the message, .{0,300}|möchte die nachricht .{0,300} zurückrufen\.?"
    r"|souhaite rappeler le message .{0,300})"
)


def is_reaction(mail: Mail) -> bool:
    """Whether somebody pressed a sign below a mail."""
    return any(part.type == REACTION_PART for part in mail.attachments) or _says(_REACTED, mail)


def is_recall(mail: Mail) -> bool:
    """Whether Outlook asks for a mail back, which works in the house of its author alone."""
    return _says(_RECALLED, mail)


def _says(pattern: re.Pattern[str], mail: Mail) -> bool:
    """Whether one of the few lines of a mail is such a sentence."""
    lines = [" ".join(line.split()) for line in mail.new_text.lower().split("\n") if line.strip()]
    return len(lines) <= _MOST_LINES and any(pattern.fullmatch(line) for line in lines)
