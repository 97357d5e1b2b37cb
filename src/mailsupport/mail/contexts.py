"""What a template may see: one frozen value for each kind of mail we send.

In: nothing. Out: classes. Every field is explained by the string under it, and `docs/reference/templates.md` is made from
these strings (`python -m mailsupport.mail.contexts --write`; a test fails when the page is behind).

Rules for editing here:
- Instants are aware and in UTC; a template shows them with `|when(zone)`. Durations are seconds, shown with `|span`.
- A code ("high", "accepted", "customer_reply") is put into words by `|word("group")` out of `words.toml`, so that one value
  serves every language. A sentence of our own goes into a template, never into a value.
- What a customer will read (receipts, relays) holds nothing internal; what an unknown sender will read, no word of theirs.
- A new field needs a sample in `mail.samples`; without one `mailsupport check` could not find a broken template.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from mailsupport.mail.alarms import AlertContext, AllClearContext, AllClearsContext, DigestContext
from mailsupport.mail.facts import (
    Action,
    Attached,
    AwayOf,
    Earlier,
    Fact,
    Happened,
    IgnoredGroup,
    IgnoredMail,
    TicketFacts,
    ToldOf,
    Upcoming,
)
from mailsupport.mail.notices import (
    ConfirmContext,
    GapsContext,
    IgnoredContext,
    OperatorContext,
    UndeliveredContext,
)
from mailsupport.mail.replies import DoneContext, HeldContext, NoticedContext, PageContext

__all__ = [
    "KINDS",
    "Action",
    "AlertContext",
    "AllClearContext",
    "AllClearsContext",
    "Attached",
    "AwayOf",
    "ConfirmContext",
    "Context",
    "DigestContext",
    "DoneContext",
    "Earlier",
    "EscalatedContext",
    "Fact",
    "GapsContext",
    "Happened",
    "HeldContext",
    "IgnoredContext",
    "IgnoredGroup",
    "IgnoredMail",
    "NoticedContext",
    "NotificationContext",
    "OperatorContext",
    "PageContext",
    "ReceiptContext",
    "RelayContext",
    "TicketFacts",
    "ToldOf",
    "UndeliveredContext",
    "Upcoming",
    "kind_of",
    "template_of",
]


@dataclass(frozen=True, slots=True)
class ReceiptContext:
    """The automatic confirmation to a customer.

    For an unknown sender `name`, `subject`, `promise` and `next_contact` are emptied: nobody sends words to a victim through us.
    """

    templates: ClassVar[tuple[str, ...]] = ("customer/receipt", "customer/receipt_unknown")

    known: bool
    """Whether the sender is known: decides between the two templates."""
    tag: str
    """The ticket's number with its check characters: "#4711-k3"."""
    desk: str
    """Who we are: "Acme Support"."""
    contact: str
    """How we can be reached: address, perhaps telephone."""
    zone: str
    """The time zone to show times in."""
    answer_by: datetime | None = None
    """Until when somebody will answer; None when nothing was promised."""
    promise: str = ""
    """The promise in words; may be empty."""
    name: str = ""
    """The sender's name; may be empty."""
    subject: str = ""
    """The sender's subject."""
    next_contact: str = ""
    """Who is told when the promise is not kept, where the contract wants the customer to know; else empty."""
    may_escalate: bool = False
    """Whether one word of the customer tells somebody above at once; then the mail says so."""
    urgent: Action | None = None
    """Sends that word; its `command` is the word in the language of the mail. None where the customer has none."""

    def __post_init__(self) -> None:
        if not self.known:
            for emptied in ("name", "subject", "next_contact", "promise"):
                object.__setattr__(self, emptied, "")
            object.__setattr__(self, "urgent", None)

    @property
    def template(self) -> str:
        """The template for this receipt."""
        return self.templates[0 if self.known else 1]


@dataclass(frozen=True, slots=True)
class EscalatedContext:
    """Tells a customer who asked for somebody above who sees to it now: a role, never a name or an address."""

    templates: ClassVar[tuple[str, ...]] = ("customer/escalated",)

    tag: str
    """The ticket's number with its check characters."""
    desk: str
    """Who we are: "Acme Support"."""
    contact: str
    """How we can be reached."""
    zone: str
    """The time zone to show times in."""
    name: str = ""
    """The customer's name; may be empty."""
    subject: str = ""
    """The customer's subject."""
    role: str = ""
    """Code: who is told (`|word("roles")`); empty where the chain names people instead of roles."""
    told_at: datetime | None = None
    """When they are told; None: now."""
    answer_by: datetime | None = None
    """Until when the customer was promised an answer; None when that has passed, or nothing was promised."""


@dataclass(frozen=True, slots=True)
class RelayContext:
    """A person's answer on its way to the customer: a human mail, with nothing around it."""

    templates: ClassVar[tuple[str, ...]] = ("customer/relay", "customer/closed")

    subject: str
    """The customer's subject."""
    answer: str
    """What the person wrote, without quote and notice."""
    tag: str
    """The ticket's number with its check characters."""
    zone: str
    """The time zone to show times in."""
    signature: str = ""
    """The service's signature; may be empty."""
    quoted: str = ""
    """The customer's newest words, quoted once below; may be empty."""
    quoted_by: str = ""
    """Who wrote the quoted words."""
    quoted_at: datetime | None = None
    """When they came in."""
    answer_html: str = ""
    """The answer as the person laid it out, made harmless; empty when the text says all there is."""
    closing: bool = False
    """Whether the request ends with this answer: decides between the two templates."""
    quoted_from_us: bool = False
    """Whether the quoted words were written down by one of us, for a customer who telephoned or sent paper."""
    above: str = ""
    """Of a closing answer, the words above its rows; empty without rows."""
    rows: tuple[Fact, ...] = ()
    """Of a closing answer without layout of its own: what it says of cause, done and mind (`name|word("resolution")`)."""
    below: str = ""
    """Of a closing answer, the words below its rows; empty without rows."""
    good: Action | None = None
    """Says that it was good; None where nobody is asked."""
    not_good: Action | None = None
    """Says that it was not."""

    @property
    def template(self) -> str:
        """The template for this answer."""
        return self.templates[1 if self.closing else 0]


@dataclass(frozen=True, slots=True)
class NotificationContext:
    """What staff get when something happened on a ticket; a plain reply is the answer to the customer."""

    templates: ClassVar[tuple[str, ...]] = ("staff/notification",)

    event: str
    """Code: new, customer_reply, stranger, reopened, unreadable, note, assigned, offered, warning_… (`|word("notices")`)."""
    ticket: TicketFacts
    """The ticket."""
    person: str
    """To whom this mail goes."""
    now: datetime
    """The present instant."""
    zone: str
    """The reader's time zone."""
    marker: str
    """The reader's token; must stand in the mail as [ref:…]."""
    words: str
    """The newest words, whole."""
    author_address: str
    """Who wrote them: the address, which is what counts."""
    author_name: str = ""
    """Who wrote them: the name, as the mail gave it."""
    at: datetime | None = None
    """When they came in."""
    written_down_by: str = ""
    """Who of us wrote the words down, which the customer said by telephone or on paper; empty where they wrote themselves."""
    plain_reply: str = "public"
    """What a plain reply to this mail does: public (it goes to the customer) or note (it stays here)."""
    reply_goes_to: tuple[str, ...] = ()
    """Everybody who will get a public reply, named."""
    answer_by: datetime | None = None
    """Until when the customer was promised an answer; None when nothing is owed."""
    attachments: tuple[Attached, ...] = ()
    """What was attached to the newest words."""
    warnings: tuple[str, ...] = ()
    """Codes or sentences: what should be doubted about this mail (`|word("warnings")`)."""
    history: tuple[Happened, ...] = ()
    """What happened on this ticket before, newest first, a few lines."""
    earlier: tuple[Earlier, ...] = ()
    """Other tickets of this customer, newest first, a few."""
    offered_until: datetime | None = None
    """Until when the reader is asked to take it; None when it is not offered to them."""
    then: str = ""
    """Who is asked after that; empty: everybody."""
    take: Action | None = None
    """Makes the reader the one who answers."""
    pass_on: Action | None = None
    """Lets the next one be asked at once; None when it is not offered to the reader."""
    note: Action | None = None
    """Writes an internal note."""
    close: Action | None = None
    """Closes the ticket."""
    pause: Action | None = None
    """Lets the ticket wait for the customer."""
    raise_priority: Action | None = None
    """Makes the ticket urgent; None when it is."""
    commands: tuple[str, ...] = ()
    """The commands that work here."""
    own_address: str = ""
    """The reader's own address, for what names no ticket."""

    @property
    def seconds_left(self) -> int | None:
        """Seconds until `answer_by`, below zero when it has passed; None when nothing is owed."""
        return None if self.answer_by is None else int((self.answer_by - self.now).total_seconds())


Context = (
    ReceiptContext
    | EscalatedContext
    | RelayContext
    | NotificationContext
    | AlertContext
    | AllClearContext
    | DigestContext
    | AllClearsContext
    | HeldContext
    | ConfirmContext
    | UndeliveredContext
    | DoneContext
    | PageContext
    | NoticedContext
    | OperatorContext
    | IgnoredContext
    | GapsContext
)
"""Anything a template can be given."""

KINDS: Mapping[str, type[Context]] = {
    "receipt": ReceiptContext,
    "escalated": EscalatedContext,
    "relay": RelayContext,
    "notification": NotificationContext,
    "alert": AlertContext,
    "all_clear": AllClearContext,
    "digest": DigestContext,
    "all_clears": AllClearsContext,
    "held": HeldContext,
    "confirm": ConfirmContext,
    "undelivered": UndeliveredContext,
    "done": DoneContext,
    "page": PageContext,
    "noticed": NoticedContext,
    "operator": OperatorContext,
    "ignored": IgnoredContext,
    "gaps": GapsContext,
}
"""The kinds of mail there are, and what each one's templates are given."""


def template_of(context: Context) -> str:
    """Return the name of the template that this value is for, such as "escalation/alert"."""
    return context.template if isinstance(context, ReceiptContext | RelayContext) else context.templates[0]


def kind_of(context: Context) -> str:
    """Return the kind of mail that this value is for: a key of KINDS."""
    return next(kind for kind, made_of in KINDS.items() if isinstance(context, made_of))


if __name__ == "__main__":
    import sys

    from mailsupport.mail.templates_page import main

    sys.exit(main(sys.argv[1:]))
