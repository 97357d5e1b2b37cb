"""What a command does beyond its ticket: to mails that are stored already, and to other tickets.

Effects, as in `core.effects`, under the same rules.
"""

from __future__ import annotations

from dataclasses import dataclass

from mailsupport.core.desk import Person
from mailsupport.core.model import Address, Kind


@dataclass(frozen=True, slots=True)
class Count:
    """A mail that was held counts from now on: as an answer, or as a note. What follows in the same decision speaks of it."""

    mail: int
    public: bool
    person: str

    @property
    def words(self) -> str:
        """The effect as a person would say it."""
        return f"mail {self.mail} counts as {'an answer' if self.public else 'a note'} of {self.person}"


@dataclass(frozen=True, slots=True)
class Retract:
    """An answer that waits in the outbox is not sent, and stays as a note; its author hears whether that was in time."""

    outbox: int
    mail: int
    person: Person
    text: str

    @property
    def words(self) -> str:
        """The effect as a person would say it."""
        return f"take back the answer of {self.person.name or self.person.key} that waits to be sent"


@dataclass(frozen=True, slots=True)
class Merge:
    """The ticket ends, and goes on as another one."""

    target: int
    by: str

    @property
    def words(self) -> str:
        """The effect as a person would say it."""
        return f"merge it into ticket {self.target}"


@dataclass(frozen=True, slots=True)
class Split:
    """A customer's mail becomes a ticket of its own."""

    mail: int
    by: str

    @property
    def words(self) -> str:
        """The effect as a person would say it."""
        return f"make mail {self.mail} a ticket of its own"


@dataclass(frozen=True, slots=True)
class Link:
    """The ticket and another one name each other; each goes on by itself."""

    ticket: int
    by: str

    @property
    def words(self) -> str:
        """The effect as a person would say it."""
        return f"link it with ticket {self.ticket}"


@dataclass(frozen=True, slots=True)
class Leave:
    """Somebody of the customer's side is no longer written to."""

    email: str

    @property
    def words(self) -> str:
        """The effect as a person would say it."""
        return f"take {self.email} out of copy"


@dataclass(frozen=True, slots=True)
class HandOut:
    """A ticket that nobody answers is given to somebody, who gets its notification."""

    ticket: int
    person: Person

    @property
    def words(self) -> str:
        """The effect as a person would say it."""
        return f"give ticket {self.ticket} to {self.person.key}"


@dataclass(frozen=True, slots=True)
class InName:
    """The mail at hand, or the stored one `mail`, holds these words of that author, seen by the customer.

    `ids`: Message-IDs that stand for the ticket as well; `person`: the key of one of us, where the words are ours; `flags`: what
    whoever answers must know of the stored mail.
    """

    author: Address
    kind: Kind
    text: str
    ids: tuple[str, ...] = ()
    mail: int | None = None
    person: str = ""
    flags: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """The effect as a person would say it."""
        return f"take its words as those of {self.author.email}"


Handling = Count | Retract | Merge | Split | Link | Leave | HandOut | InName
