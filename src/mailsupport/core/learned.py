"""What a mail teaches, as values: effects like those of `core.effects`, under the same rules. All instants are UTC."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class MarkBounced:
    """A mail of ours came back from these addresses."""

    outbox: int
    addresses: tuple[str, ...]
    said: str

    @property
    def words(self) -> str:
        """The effect as a person would say it."""
        return f"note that our mail came back from {', '.join(self.addresses)}"


@dataclass(frozen=True, slots=True)
class MarkAway:
    """Only a machine answered the alert that was last sent to that address."""

    email: str

    @property
    def words(self) -> str:
        """The effect as a person would say it."""
        return f"note that {self.email} answered by machine"


@dataclass(frozen=True, slots=True)
class NoteStorm:
    """A further mail of a storm came at that instant, and went onto that ticket."""

    name: str
    ticket: int
    at: datetime

    @property
    def words(self) -> str:
        """The effect as a person would say it."""
        return f"group it with the other mails of this sender on ticket {self.ticket}"


@dataclass(frozen=True, slots=True)
class LearnId:
    """A provider gave a mail of ours another Message-ID; replies that name it belong to that ticket."""

    message_id: str
    ticket: int

    @property
    def words(self) -> str:
        """The effect as a person would say it."""
        return f"learn the id that a provider gave our mail of ticket {self.ticket}"


Learned = MarkBounced | MarkAway | NoteStorm | LearnId
