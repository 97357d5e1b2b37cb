"""Which ticket does a mail belong to? First hit of six wins, and the reason is kept.

In: a mail, what it names (`clues`), what the store knows of that (`Known`), the desk. Out: a `Match`. The steps: 1 our token in a
recipient address, 2 our signed id in In-Reply-To or References, 3 any stored Message-ID, nearest first, 4 an ancestor shared with
a stored mail, or its own Message-ID already named by one, 5 token in the body, 6 number in the subject with check characters.

Steps 1 and 2 cannot be guessed, so they attach anybody. Steps 3 to 6 attach participants only: requester, Cc, staff, people of
the same customer. Anyone else gets a new ticket that names the old one to staff, and so does whoever the trusted server found
forged, and a form's writer, whose address anybody may have typed. A number or a subject alone never joins.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from mailsupport.core.desk import Desk
from mailsupport.core.judging.routing import customer_of
from mailsupport.core.judging.standing import FAIL, aligned
from mailsupport.core.judging.tokens import (
    Keys,
    Purpose,
    Token,
    numbers_in_subject,
    read,
    ticket_in_root,
    token_in_address,
    token_in_message_id,
)
from mailsupport.core.model import Mail, State, Ticket
from mailsupport.core.reading.references import comparable

REOPEN_FOR = timedelta(days=14)
"""A mail to a ticket closed longer than this opens a new one, linked to it."""
OWN_ID_FIELD = "x-mailsupport-id"
_MERGES = 50


@dataclass(frozen=True, slots=True)
class Clue:
    """One ticket that a mail names with our signature: by a token, or by a thread root (no token)."""

    ticket: int
    place: str
    token: Token | None


@dataclass(frozen=True, slots=True)
class Clues:
    """What a mail names. `own` says that it carries our signed id under our own name; `own_ticket` is its ticket, 0 for none."""

    addressed: tuple[Clue, ...]
    replied: tuple[Clue, ...]
    marked: tuple[Clue, ...]
    subject: tuple[int, ...]
    own: bool
    own_ticket: int = 0

    @property
    def numbers(self) -> tuple[int, ...]:
        """Every ticket named, each once, strongest first."""
        signed = (clue.ticket for clue in (*self.addressed, *self.replied, *self.marked) if clue.ticket)
        return tuple(dict.fromkeys((*signed, *self.subject)))


@dataclass(frozen=True, slots=True)
class Known:
    """What the store knows of a mail's clues, under the very ids that the mail names.

    `by_message_id`: ticket of the stored mail with that id; `by_reference`: ticket of any stored mail that names that id;
    `merged`: where a ticket went that was merged into another; `split`: ticket of a mail that was split off its conversation.
    """

    by_message_id: Mapping[str, int] = field(default_factory=dict)
    by_reference: Mapping[str, int] = field(default_factory=dict)
    tickets: Mapping[int, Ticket] = field(default_factory=dict)
    merged: Mapping[int, int] = field(default_factory=dict)
    split: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Match:
    """The decision. `token` is ours and came with the mail (also one of no ticket); `by_power` says that it chose the ticket.

    `related` is a ticket the mail is not allowed to join, or that was closed too long ago; `reopens` that it comes back to a
    closed one; `conflicts` are other tickets that the mail names as well.
    """

    ticket: int | None
    step: int
    reason: str
    token: Token | None = None
    related: int | None = None
    by_power: bool = False
    conflicts: tuple[str, ...] = ()
    is_stranger: bool = False
    reopens: bool = False


@dataclass(frozen=True, slots=True)
class _Hit:
    """A ticket named at one step."""

    ticket: int
    step: int
    reason: str
    token: Token | None = None


def clues(mail: Mail, keys: Keys, own_addresses: Collection[str]) -> Clues:
    """Return the tickets that a mail names with our signature, and where."""
    addressed = (token_in_address(address, own_addresses) for address in mail.recipients)
    bounced = (mail.bounce.original_own_id, mail.bounce.original_message_id) if mail.bounce else ()
    ancestors = (*filter(None, bounced), *mail.ancestors)
    own = _own_id(mail, keys) if mail.sender.key in own_addresses else None
    return Clues(
        addressed=_tokens(keys, addressed, "a recipient address"),
        replied=tuple(clue for id_ in ancestors for clue in _signed_id(keys, id_)),
        marked=_tokens(keys, mail.markers, "the body"),
        subject=numbers_in_subject(keys, mail.subject),
        own=own is not None,
        own_ticket=own or 0,
    )


def match(mail: Mail, found: Clues, known: Known, desk: Desk, now: datetime, from_sent: bool = False) -> Match:
    """Return the ticket a mail belongs to, or none and the one it is related to.

    `from_sent`: it lies in a watched Sent folder, whose author is one of us whatever address the mail was sent under.
    """
    hits = [hit for hit in _hits(mail, found, known) if hit.ticket in known.tickets]
    token = _token_of(found, hits[0] if hits else None)
    if not hits:
        return Match(None, 0, "names no ticket", token)
    hit, ticket = hits[0], known.tickets[hits[0].ticket]
    conflicts = _conflicts(hits, found)
    forged = not from_sent and _is_forged(mail, desk)
    stranger = not from_sent and (forged or bool(mail.via) or not _is_participant(mail, ticket, desk))
    if stranger and hit.step > 2:
        return Match(None, hit.step, f"{hit.reason}, but the sender is not on it", None, ticket.number, conflicts=conflicts)
    if forged and ticket.state is State.CLOSED:
        said = f"{hit.reason}, closed, and the sender's domain failed authentication"
        return Match(None, hit.step, said, None, ticket.number, conflicts=conflicts)
    if _closed_too_long(mail, ticket, desk, now):
        return Match(None, hit.step, f"{hit.reason}, closed too long ago", token, ticket.number, conflicts=conflicts)
    closed = ticket.state is State.CLOSED
    return Match(ticket.number, hit.step, hit.reason, token, None, hit.token is not None, conflicts, stranger, closed)


def group(mails: Sequence[Mail]) -> tuple[int, ...]:
    """Return a group number for each mail: those that name each other or a common ancestor share one, in whatever order."""
    parents: dict[str, str] = {}

    def root(id_: str) -> str:
        while parents.setdefault(id_, id_) != id_:
            parents[id_] = parents[parents[id_]]
            id_ = parents[id_]
        return id_

    names = [
        [comparable(id_) for id_ in (mail.message_id, *mail.ancestors) if id_] or [f" {at}"] for at, mail in enumerate(mails)
    ]
    for ids in names:
        for id_ in ids[1:]:
            parents[root(id_)] = root(ids[0])
    numbers: dict[str, int] = {}
    return tuple(numbers.setdefault(root(ids[0]), len(numbers) + 1) for ids in names)


def _tokens(keys: Keys, texts: Iterator[str | None] | Sequence[str], place: str) -> tuple[Clue, ...]:
    """Read tokens; what we did not sign counts as no token."""
    tokens = (read(keys, text) for text in texts if text)
    return tuple(Clue(token.ticket, place, token) for token in tokens if token is not None)


def _signed_id(keys: Keys, id_: str) -> tuple[Clue, ...]:
    """Read one of our Message-IDs or thread roots."""
    text = token_in_message_id(id_)
    if text is not None:
        return _tokens(keys, (text,), "the mail it answers")
    root = ticket_in_root(keys, id_)
    return (Clue(root[0], "its conversation", None),) if root else ()


def _own_id(mail: Mail, keys: Keys) -> int | None:
    """Return the ticket of an id that we signed, as the mail's own or in our field; 0 for one of no ticket, None for no id."""
    field = mail.header(OWN_ID_FIELD)
    texts = (token_in_message_id(mail.message_id), token_in_message_id(field), field)
    for clue in _tokens(keys, [text for text in texts if text], "itself"):
        return clue.ticket
    root = ticket_in_root(keys, mail.message_id)
    return root[0] if root else None


def _hits(mail: Mail, found: Clues, known: Known) -> Iterator[_Hit]:
    """Yield every ticket named, in the order of the steps."""

    def at(ticket: int) -> int:
        return after_merges(ticket, known.merged)

    if split := _split_off(mail, known):
        yield _Hit(at(known.split[split]), 3, "answers a mail that was split off")
    for step, named in ((1, found.addressed), (2, found.replied)):
        for clue in named:
            yield _Hit(at(clue.ticket), step, f"our signature in {clue.place}", clue.token)
    for id_ in mail.ancestors:
        if id_ in known.by_message_id:
            yield _Hit(at(known.by_message_id[id_]), 3, "answers a stored mail")
    for id_ in mail.ancestors:
        if id_ in known.by_reference:
            yield _Hit(at(known.by_reference[id_]), 4, "shares an ancestor with a stored mail")
    if mail.message_id in known.by_reference:
        yield _Hit(at(known.by_reference[mail.message_id]), 4, "is named by a stored mail")
    for clue in found.marked:
        yield _Hit(at(clue.ticket), 5, f"our signature in {clue.place}", clue.token)
    for number in found.subject:
        yield _Hit(at(number), 6, "ticket number in the subject")


def _split_off(mail: Mail, known: Known) -> str:
    """Return the split-off mail that this one answers, unless it answers a mail of ours that came after it (C7)."""
    for id_ in mail.ancestors if known.split else ():
        if id_ in known.split or token_in_message_id(id_) is not None:
            return id_ if id_ in known.split else ""
    return ""


def _is_forged(mail: Mail, desk: Desk) -> bool:
    """Whether the trusted server found the sender's domain forged (F1); what claims to be ours is held by
    `core.judging.standing`."""
    return mail.bounce is None and desk.person_at(mail.sender.email) is None and aligned(mail, desk) == FAIL


def after_merges(ticket: int, merged: Mapping[int, int]) -> int:
    """Follow merges to their end; a circle ends where it began to repeat."""
    for _ in range(_MERGES):
        if ticket not in merged:
            break
        ticket = merged[ticket]
    return ticket


def _token_of(found: Clues, hit: _Hit | None) -> Token | None:
    """Return the token that speaks for the sender: the one that chose the ticket, else one of the same ticket, or of none."""
    if hit is not None and hit.token is not None:
        return hit.token
    tokens = [clue.token for clue in (*found.addressed, *found.replied, *found.marked) if clue.token is not None]
    wanted = (0,) if hit is None else (hit.ticket, 0)
    return next((token for token in tokens if token.ticket in wanted), None)


def _conflicts(hits: Sequence[_Hit], found: Clues) -> tuple[str, ...]:
    """Say what else the mail names: other tickets, and two purposes in its recipients."""
    others = {hit.ticket: hit for hit in reversed(hits) if hit.ticket != hits[0].ticket}
    said = [f"step {hit.step} names ticket {hit.ticket}" for hit in sorted(others.values(), key=lambda h: h.step)]
    purposes = {clue.token.purpose for clue in found.addressed if clue.token is not None}
    if {Purpose.REPLY, Purpose.NOTE} <= purposes:
        said.append("sent to the address for answers and to the one for notes")
    return tuple(said)


def _is_participant(mail: Mail, ticket: Ticket, desk: Desk) -> bool:
    """Whether the sender is on the ticket, one of us, or of the ticket's customer."""
    sender = mail.sender.key
    if not sender:
        return False
    if sender == ticket.requester.key or ticket.role_of(sender) is not None:
        return True
    person = desk.person_at(sender)
    if person is not None and person.key in desk.staff_keys:
        return True
    customer, _ = customer_of(sender, desk)
    return customer is not None and customer.key == ticket.customer


def _closed_too_long(mail: Mail, ticket: Ticket, desk: Desk, now: datetime) -> bool:
    """Whether a mail comes back to a ticket that was closed longer ago than it can be opened again; ours always join."""
    if ticket.state is not State.CLOSED or ticket.closed_at is None or desk.person_at(mail.sender.email) is not None:
        return False
    return mail.bounce is None and now - ticket.closed_at > REOPEN_FOR
