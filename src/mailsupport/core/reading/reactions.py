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
_NO_WORDS = re.compile(r"<?https?://\S+|[\W\d_]+")
"""A line that says nothing: a link, or a sign."""


def is_reaction(mail: Mail) -> bool:
    """Whether somebody pressed a sign below a mail."""
    return any(part.type == REACTION_PART for part in mail.attachments) or _says(_REACTED, mail)


def is_recall(mail: Mail) -> bool:
    """Whether Outlook asks for a mail back, which works in the house of its author alone."""
    return _says(_RECALLED, mail)


def _says(pattern: re.Pattern[str], mail: Mail) -> bool:
    """Whether a mail is such a sentence, and nothing but signs and links beside it."""
    lines = [" ".join(line.split()) for line in mail.new_text.lower().split("\n") if line.strip()]
    rest = [line for line in lines[:_MOST_LINES] if not _NO_WORDS.fullmatch(line)]
    return len(lines) <= _MOST_LINES and len(rest) == 1 and pattern.fullmatch(rest[0]) is not None
