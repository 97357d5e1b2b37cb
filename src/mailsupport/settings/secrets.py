"""Where do passwords come from? From a file, the environment or a command, never out of the settings file itself.

In: one of `…_file`, `…_env`, `…_command`. Out: a `Secret`, which no log line and no traceback can show by accident.
Rule for editing here: no error message carries a secret, nor what a command printed on its standard output.
"""

from __future__ import annotations

import os
import shlex
import stat
import subprocess
from collections.abc import Callable
from pathlib import Path

from mailsupport.settings.problems import Wrong

COMMAND_SECONDS = 10
"""How long a command may take to print a secret, in seconds."""
LONGEST_FILE = 65536
"""Bytes read of a secret's file at most: /dev/zero is no password."""
CREDENTIALS = "${CREDENTIALS_DIRECTORY}"
"""The folder in which systemd hands over credentials; systemd guards it, its file modes say nothing."""


class Secret:
    """A password; only `reveal` shows it."""

    __slots__ = ("_value",)
    _value: str

    def __init__(self, value: str) -> None:
        object.__setattr__(self, "_value", value)

    def reveal(self) -> str:
        """Return the secret itself, for the moment of logging in."""
        return self._value

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError("a Secret does not change")

    def __repr__(self) -> str:
        return "Secret(…)"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash((Secret, self._value))


def resolve(file: Path | None, env: str, command: tuple[str, ...], folder: Path) -> Secret | None:
    """Return the secret from whichever source is given, None when none is; raises Wrong when it yields no secret.

    `folder` is where a command runs: the folder of the settings file.
    """
    if file is not None:
        return _checked(from_file(file), f"the file {file}")
    if env:
        return _checked(_from_env(env), f"the environment variable {env}")
    if command:
        return _checked(_from_command(command, folder), f"the command {command[0]}")
    return None


def from_file(path: Path) -> str:
    """Return a secret file's text without its last line end; raises Wrong when it is missing or open to others."""
    text = _reading(path, lambda: _read_private(path))
    return text.removesuffix("\n").removesuffix("\r")


def _reading(path: Path, read: Callable[[], bytes]) -> str:
    """Translate what the file system and the decoder raise."""
    try:
        return read().decode()
    except OSError as error:
        raise Wrong(f"{path} cannot be read: {error.strerror}", "create it, readable by this user alone (chmod 600)") from error
    except UnicodeDecodeError as error:
        raise Wrong(f"{path} is not UTF-8 text", "write the secret as plain text") from error


def _read_private(path: Path) -> bytes:
    """Read a file after judging the very file that was opened, so that none can be put in its place in between."""
    with path.open("rb") as file:
        _judge(path, os.fstat(file.fileno()))
        return file.read(LONGEST_FILE)


def _judge(path: Path, status: os.stat_result) -> None:
    """Raise Wrong unless the file is a regular one that belongs to us or root and nobody else can read."""
    if _from_systemd(path):
        return
    if not stat.S_ISREG(status.st_mode):
        raise Wrong(f"{path} is no regular file", "name a file that holds the secret")
    if status.st_uid not in (os.geteuid(), 0):
        raise Wrong(f"{path} belongs to another user", f"chown it to the user that runs mailsupport: chown $USER {path}")
    if status.st_mode & 0o077:
        raise Wrong(f"{path} can be read or written by other users", f"chmod 600 {path}")


def _from_systemd(path: Path) -> bool:
    folder = os.environ.get("CREDENTIALS_DIRECTORY", "")
    return bool(folder) and path.is_relative_to(folder) and ".." not in path.parts


def _from_env(name: str) -> str:
    value = os.environ.get(name)
    if value is None:
        raise Wrong(f"the environment variable {name} is not set", f"set it before the start, or use {_other_ways('env')}")
    return value


def _from_command(command: tuple[str, ...], folder: Path) -> str:
    """Run a command without a shell and return the first line it prints."""
    try:
        done = subprocess.run(
            command, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, timeout=COMMAND_SECONDS, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise Wrong(
            f"{command[0]} took longer than {COMMAND_SECONDS} seconds", "it must not ask for anything: try it by hand"
        ) from error
    except (OSError, ValueError) as error:
        raise Wrong(f"{command[0]} cannot be run: {error}", "give a program that exists, with its full path") from error
    if done.returncode:
        complaint = done.stderr.decode(errors="replace").strip().partition("\n")[0][:200]
        raise Wrong(f"{command[0]} ended with {done.returncode}: {complaint or 'it said nothing'}", "try it by hand")
    return done.stdout.decode(errors="replace").partition("\n")[0].removesuffix("\r")


def _checked(value: str, source: str) -> Secret:
    """Refuse what no login can carry: nothing, several lines, NUL (RFC 3501 §9 and RFC 4954 forbid them)."""
    if not value:
        raise Wrong(f"{source} is empty", "put the password there")
    if any(mark in value for mark in "\r\n\0"):
        raise Wrong(f"{source} holds more than one line", "put the password alone there")
    return Secret(value)


def command_words(value: object) -> tuple[str, ...]:
    """Return a command's words from a list or a text; raises Wrong. No shell ever sees them."""
    try:
        words = tuple(shlex.split(value)) if isinstance(value, str) else tuple(value) if isinstance(value, list | tuple) else ()
    except ValueError as error:
        raise Wrong(f"cannot be split into words: {error}", 'write a list: ["pass", "show", "imap"]') from error
    if (not words and value) or any(not isinstance(word, str) or not word or "\0" in word for word in words):
        raise Wrong("is no command", 'write a list of words: ["pass", "show", "imap"]')
    return words


def _other_ways(used: str) -> str:
    return " or ".join(f"password_{way}" for way in ("file", "env", "command") if way != used)
