"""In which words do mail systems speak of failure? Phrases, one a row, for `mail.bounceprose`.

For editing here: a row is a regular expression for one phrase, in lower case, without nested repetition. Add a phrase that
mail systems use; whether a mail comes from a mail system at all is not decided here.
"""

from __future__ import annotations

import re


def _any(*phrases: str) -> re.Pattern[str]:
    return re.compile("|".join(phrases), re.IGNORECASE)


DAEMON = _any(
    r"mailer-?daemon", r"mail-?daemon", r"mdaemon", r"mail\.d(?:aemon|elivery\.system)", r"mailsystem", r"_smtp_mail_service"
)
DAEMON_NAME = _any(r"mail deliver[yi]?\w* (?:sub)?(?:system|service)", r"mailer[- ]daemon", r"delivery (?:sub)?system")
POSTMASTER = _any(r"post[-_.]?master", r"mail-?admin", r"mailgate", r"(?:smtp|mail)[-_.]?(?:service|system|gateway)")

SUBJECT = _any(
    r"undeliver",
    r"non[- ]?deliver",
    r"not delivered",
    r"delivery (?:has )?(?:status|failure|failed|problem|report|notification|error|delayed)",
    r"(?:message|mail) deliver\w{0,10} (?:has )?fail",
    r"deliver\w{0,10} (?:of|to) .{0,200} fail",
    r"fail\w{0,10} (?:notice|delivery|mail|to deliver)",
    r"returned (?:mail|message|to sender)",
    r"mail system error",
    r"could(?: not|n.t) be delivered",
    r"message status",
    r"delayed \d+ hours",
    r"delivery delay",
    r"warning: message",
    r"error sending your mail",
    r"automatically rejected",
    r"errors from",
    r"mail failure",
    r"unzustellbar|nicht zugestellt|zustellung",
    r"non remis|échec",
    r"no se puede entregar|error de entrega",
    r"non recapitabile",
    r"niet (?:afleverbaar|bezorgd)",
    r"не доставлено",
    r"传输失败|退信|配信",
)
"""What their subjects say."""

FAILURE = _any(
    r"(?:could|can)(?:\s?no?t|n.t) be (?:delivered|sent|reached|found)",
    r"unable to (?:deliver|relay|send)",
    r"undeliver(?:ed|able)",
    r"delivery (?:has |to .{1,80} )?(?:failed|failure|error)",
    r"(?:was|were|is|has) not (?:been )?(?:delivered|reach)",
    r"did not (?:reach|match|exactly match)",
    r"permanent(?:ly)? (?:fatal )?(?:error|fail)",
    r"fatal error",
    r"fail(?:ed|ure) (?:permanently|addresses|to deliver|reason)",
    r"(?:user|host|recipient) (?:unknown|not found|rejected)",
    r"unknown (?:user|recipient|address|local|to)",
    r"no such (?:user|recipient|address|mailbox)",
    r"mailbox (?:is )?(?:full|unavailable|not found)",
    r"does(?:n.t| not) (?:exist|have a)",
    r"address(?:es)? (?:rejected|failed|error)",
    r"quota|exceed(?:s|ed)",
    r"returned (?:to sender|mail)",
    r"delayed|still trying|not yet been delivered|retry time",
    r"giving up|too many hops|loop",
    r"\b[45]\d\d[ -][45]\.\d\.\d",
    r"error (?:sending|was detected|message|description)",
    r"reject(?:ed|ing)|refused|bounced|disabled",
    r"not (?:a valid|listed|recognized|accept|known)|no longer|invalid|bad address",
    r"trouble delivering|could not send",
    r"konnte nicht|nicht zugestellt",
    r"n'(?:existe pas|a pas pu)",
    r"no (?:pudo|se pudo)",
)
"""What their reports say of a mail that did not arrive."""

DIALOGUE = _any(r"rcpt to:", r"remote host said", r"smtp error", r"while talking to", r"transcript of session", r"failure reason")
"""What only a report of a dialogue between mail systems says."""

RECIPIENTS_FOLLOW = _any(r"(?:recipients?|users?|address(?:es)?)\b.{0,150}:$", r"not (?:be )?delivered to\b.{0,80}:$")
"""What stands above a list of those who were not reached."""

DELAY = _any(
    r"\(delay\)",
    r"delayed",
    r"will (?:keep|continue to|be re)tr",
    r"still trying",
    r"not yet been delivered",
    r"warning message only",
    r"delivery attempts will continue",
    r"not (?:need to )?resend",
)
FINAL = _any(r"permanent", r"giving up|given up", r"fatal error", r"returned to sender", r"\b5\.\d{1,3}\.\d{1,3}", r"\(failure\)")
"""What outweighs the words of a delay."""

_COPY = r"(?:message|mail|copy|original)"
COPY_BEGINS = re.compile(
    r"\W{0,8}(?:"
    rf"(?:this|below|following|here|enclosed|included|attached|below this line) is (?:a|the) {_COPY}"
    rf"|(?:a|the) copy of (?:the|your) (?:original )?{_COPY}"
    rf"|(?:the )?(?:original|returned|unsent|undelivered|bounced|failed|rejected) {_COPY}"
    r"|(?:message|mail) (?:headers?|text) (?:follows?|of)"
    r"|(?:the )?headers? (?:of|from) (?:the|your)"
    r"|message contents?"
    r")(?:\W|follows?|is|of|below|including|the|all|your|headers?|message|mail|text)*",
    re.IGNORECASE,
)
"""A whole line that announces the copy of the mail that did not arrive."""
TRACE_LINE = _any(r">?\s?(?:return-path|received|message-id|mime-version|dkim-signature|delivered-to): ?\S")
"""A header field that only a mail has; a report repeats From, To and Subject too."""
HEADER_LINE = _any(r">?\s?(?:return-path|received|message-id|date|from|to|cc|subject|sender|reply-to|[a-z]{1,30}-[\w-]{1,60}):")
