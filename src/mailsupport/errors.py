"""Every error this program raises on purpose, in one tree.

MailsupportError            what happened, and the cure
├── SettingsError           the settings file cannot be used: all problems at once       exit 78
├── ServerUnavailable       an IMAP or SMTP server cannot be used now                      exit 69
│   ├── LoginRefused        the server answered, and refused the login
│   ├── FolderUnavailable   the server is there, and one folder of it cannot be read
│   └── UnsafeConnection    the server would have us speak in clear text, or its certificate is wrong
├── TryAgain                somebody else holds what we need                               exit 75
│   └── LeaseLost           another daemon has taken over what was ours
├── StorageError            the database cannot be used
│   ├── Conflict            a row says already what may be said only once
│   ├── Crossed              two transactions waited for each other; what was begun is begun again
│   ├── DiskFull            nothing may be taken in until there is room again
│   └── SchemaNewer         the database was written by a newer version
├── TemplateProblem         a template cannot be found, compiled or rendered
├── BeyondHorizon           a calendar has too little open time: a deadline would lie more than ten years away
└── UnreadableMail          the bytes of a mail could not be read (its cap or fault is named)

Only these cross a layer. `net` and `store` translate what their libraries raise at their own edge, so that no caller
ever catches a foreign exception. A normal outcome (a refused recipient, a mail without a ticket) is a value, not an error.
"""

from __future__ import annotations

from dataclasses import dataclass

EXIT_OK, EXIT_FAILED, EXIT_USAGE, EXIT_WARNINGS = 0, 1, 2, 3
EXIT_UNAVAILABLE, EXIT_TRY_AGAIN, EXIT_SETTINGS = 69, 75, 78


class MailsupportError(Exception):
    """Something went wrong that a person can mend; `cure` says how."""

    exit_code = EXIT_FAILED

    def __init__(self, message: str, cure: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.cure = cure

    def __str__(self) -> str:
        return f"{self.message} ({self.cure})" if self.cure else self.message


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong in the settings: where, what, and what to do about it."""

    key: str
    what: str
    cure: str = ""
    line: int | None = None
    file: str = ""

    def __str__(self) -> str:
        where = ": ".join(filter(None, (self.file, self.key)))
        where = where if self.line is None else f"{where} (line {self.line})"
        return f"{where}: {self.what}" + (f" → {self.cure}" if self.cure else "")


class SettingsError(MailsupportError):
    """The settings cannot be used; carries every problem found, not the first."""

    exit_code = EXIT_SETTINGS

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(f"- {problem}" for problem in problems))
        self.problems = problems


class ServerUnavailable(MailsupportError):
    """An IMAP or SMTP server cannot be reached, or broke off; trying later may help."""

    exit_code = EXIT_UNAVAILABLE


class TransferUnderway(ServerUnavailable):
    """A large mail broke off, and more of it is here than before: the next connection goes on there."""


class LoginRefused(ServerUnavailable):
    """The server answered and refused user or password: trying often may lock the account."""


class FolderUnavailable(ServerUnavailable):
    """A folder is missing or cannot be read; the connection lives on, and other folders can be read through it."""


class UnsafeConnection(ServerUnavailable):
    """The connection would not be private: TLS is missing, stripped, or its certificate is wrong."""


class TryAgain(MailsupportError):
    """Another process holds what this one needs."""

    exit_code = EXIT_TRY_AGAIN


class LeaseLost(TryAgain):
    """Another daemon has taken over what was ours: nothing of what we began there may be stored."""


class StorageError(MailsupportError):
    """The database cannot be read or written."""


class Conflict(StorageError):
    """The row would break a rule of the database: it says what may be said only once, or names what is not there."""


class Crossed(StorageError):
    """Two transactions waited for each other, and this one was given up: nothing was stored, it can be done again at once."""


class DiskFull(StorageError):
    """There is no room to store a mail; it stays on the server."""


class SchemaNewer(StorageError):
    """The database was written by a newer version of this program."""


class TemplateProblem(MailsupportError):
    """A template cannot be found, compiled or rendered with what it is given."""


class BeyondHorizon(MailsupportError, ValueError):
    """A deadline would lie more than ten years away, or never come; the calendar or the promise is wrong."""


class UnreadableMail(MailsupportError):
    """The bytes of a mail could not be read; the mail is kept and gets a stub ticket."""
