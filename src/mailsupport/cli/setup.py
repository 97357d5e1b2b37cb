"""`mailsupport init`: writes a settings file and the file of keys out of a few answers.

What is written was loaded before: a file that `check` would refuse never appears. Nothing is sent anywhere.
"""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mailsupport.cli.given import given
from mailsupport.errors import EXIT_OK, EXIT_USAGE, MailsupportError

if TYPE_CHECKING:
    from mailsupport.settings import Settings

QUESTIONS: Mapping[str, str] = {
    "operator": "Who is told when something is stuck (address)",
    "timezone": "Time zone of times in mails",
    "address": "The support address",
    "imap_host": "IMAP server where its mail arrives",
    "smtp_host": "SMTP relay that takes our mail",
    "smtp_user": "Login name at both (empty: the address)",
    "password_file": "File that holds the password (empty: an environment variable)",
    "password_env": "Environment variable that holds the password",
    "staff": "Who answers (addresses, separated by commas)",
    "chain": "Who is alerted in turn when no answer comes (addresses, separated by commas)",
    "calendar": 'Hours that count: "24x7", or a name for office hours that you adjust in the file',
    "first_response": 'Time until the first answer ("4h", "30m", "1bd")',
    "customer": "A first customer: their domain or addresses, such as @globex.example (empty: none yet)",
    "customer_name": "What that customer is called",
}
"""What is asked, by the names of `settings.initial.REQUIRED` and `DEFAULTS`."""


class NotAnswered(MailsupportError):
    """Something must be answered, and nobody is there to be asked."""

    exit_code = EXIT_USAGE


def _answer(name: str) -> typer.models.OptionInfo:
    option: typer.models.OptionInfo = typer.Option(f"--{name.replace('_', '-')}", help=QUESTIONS[name])
    return option


def init(
    context: typer.Context,
    non_interactive: Annotated[
        bool, typer.Option("--non-interactive", help="Ask nothing: the options are the answers, and a missing one ends it.")
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Replace a settings file that is there. Keys are never replaced.")
    ] = False,
    operator: Annotated[str, _answer("operator")] = "",
    timezone: Annotated[str, _answer("timezone")] = "",
    address: Annotated[str, _answer("address")] = "",
    imap_host: Annotated[str, _answer("imap_host")] = "",
    smtp_host: Annotated[str, _answer("smtp_host")] = "",
    smtp_user: Annotated[str, _answer("smtp_user")] = "",
    password_file: Annotated[str, _answer("password_file")] = "",
    password_env: Annotated[str, _answer("password_env")] = "",
    staff: Annotated[str, _answer("staff")] = "",
    chain: Annotated[str, _answer("chain")] = "",
    calendar: Annotated[str, _answer("calendar")] = "",
    first_response: Annotated[str, _answer("first_response")] = "",
    customer: Annotated[str, _answer("customer")] = "",
    customer_name: Annotated[str, _answer("customer_name")] = "",
) -> int:
    """Write a commented settings file, and the file of keys."""
    answers = {name: str(context.params[name]) for name in QUESTIONS}
    path = given(context).path
    if path.exists() and not force:
        raise MailsupportError(f"{path} is there already", "write it elsewhere with --config FILE, or replace it with --force")
    if not non_interactive:
        answers = _ask(answers)
    _demand_all(answers)
    settings = _write(path, answers)
    key = settings.storage.key_file
    fresh = _make_key(key)
    _tell_next(path, key, fresh, answers)
    return EXIT_OK


def _ask(answers: Mapping[str, str]) -> dict[str, str]:
    """Ask for what no option answers, until what must be answered is."""
    from mailsupport.settings.initial import REQUIRED

    found = dict(answers)
    for name, question in QUESTIONS.items():
        if found[name] or _goes_without(name, found):
            continue
        usual = _proposal(name, found["address"])
        words = question if usual or name not in REQUIRED else f"{question}, for example {REQUIRED[name]}"
        try:
            found[name] = str(typer.prompt(words, default=usual, show_default=bool(usual))).strip()
        except typer.Abort:
            if sys.stdin.isatty() or name != "customer":
                raise  # only a script that knows nothing of this question, the last, may end before it
    return found


def _goes_without(name: str, found: Mapping[str, str]) -> bool:
    """Whether another answer makes a question needless."""
    return bool(name == "password_env" and found["password_file"]) or (name == "customer_name" and not found["customer"])


def _proposal(name: str, address: str) -> str | None:
    """Return what an empty line stands for, None where it stands for nothing; servers are usually of the address's domain."""
    from mailsupport.settings.initial import DEFAULTS

    domain = address.rpartition("@")[2]
    return f"{name.partition('_')[0]}.{domain}" if name.endswith("_host") and domain else DEFAULTS.get(name)


def _demand_all(answers: Mapping[str, str]) -> None:
    """Refuse to guess: a file with names from an example would mail people who do not exist."""
    from mailsupport.settings.initial import REQUIRED, missing

    if names := missing(answers):
        options = " ".join(f"--{name.replace('_', '-')} {shlex.quote(REQUIRED[name])}" for name in names)
        raise NotAnswered(f"not answered: {', '.join(names)}; nothing was written", f"for example {options}")


def _write(path: Path, answers: Mapping[str, str]) -> Settings:
    """Write the file once it is known to load; raises SettingsError, MailsupportError."""
    from mailsupport.settings import load
    from mailsupport.settings.initial import minimal_settings

    draft = path.with_name(f".{path.name}.draft")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft.write_text(minimal_settings(answers), "utf-8")
        load(draft, secrets=False)
        draft.replace(path)
    except OSError as error:
        raise MailsupportError(
            f"{path} cannot be written: {error.strerror}", "choose another place with --config FILE"
        ) from error
    finally:
        draft.unlink(missing_ok=True)
    return load(path, secrets=False)


def _make_key(path: Path) -> bool:
    """Make the file of keys, for its owner alone; False when there is one, which is kept: mails in the world bear its tokens."""
    from mailsupport.settings.initial import new_key

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return False
    except OSError as error:
        raise MailsupportError(f"{path} cannot be written: {error.strerror}", "check owner and mode of its folder") from error
    with os.fdopen(descriptor, "w") as file:
        file.write(
            f"# Keys of mailsupport: the first signs, all are believed. Keep this file, and keep it secret.\n{new_key()}\n"
        )
    return True


def _tell_next(path: Path, key: Path, fresh: bool, answers: Mapping[str, str]) -> None:
    from mailsupport.cli.screen import say
    from mailsupport.settings.initial import DEFAULTS

    say(f"settings  {path}", f"keys      {key}{'' if fresh else ' (kept as it was)'}", "", "next:")
    secret, env = answers["password_file"], answers["password_env"] or DEFAULTS["password_env"]
    if secret:
        say(f"  put the password into {path.parent / secret} and chmod 600 it")
    else:
        say(f"  export {env}=…            # the password; or name a password_file in the settings")
    command = Path(sys.argv[0]).name if Path(sys.argv[0]).name == "mailsupport" else "mailsupport"
    config = "" if path == Path("mailsupport.toml") else f" --config {path}"
    say(f"  {command}{config} check           # settings, servers, templates, chains")
    say(f"  {command}{config} run")
