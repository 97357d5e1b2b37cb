"""Do the keys of [smtp], [[mailbox]] and [storage] fit each other, and what are their passwords?

In: `Parts`. Out: the same parts with names and passwords filled in, and the report. `judge` looks at the settings alone;
`open_secrets` and `judge_files` also look at this machine, and are left out by the verbs that open nothing.
"""

from __future__ import annotations

import ipaddress
from pathlib import Path
from typing import TypeVar

from mailsupport.settings.accounts import FallbackSettings, MailboxSettings, RelaySettings, SmtpSettings, StorageSettings
from mailsupport.settings.parts import Parts
from mailsupport.settings.problems import KeyPath, Report, Wrong
from mailsupport.settings.secrets import Secret, resolve

SOURCES = ("password_file", "password_env", "password_command")

Server = RelaySettings | MailboxSettings
Holder = TypeVar("Holder", SmtpSettings, FallbackSettings, MailboxSettings, StorageSettings)


def judge(parts: Parts) -> None:
    """Report what does not fit."""
    _judge_smtp(parts)
    if not parts.names["mailbox"]:
        parts.report.add(("mailbox",), "there is no mailbox", 'add [[mailbox]] with address = "…" and host = "…"')
    for index, mailbox in parts.mailbox.items():
        _judge_mailbox(mailbox, ("mailbox", index), parts.report)
    if parts.storage:
        _judge_storage(parts.storage, parts.report)


def name_mailboxes(parts: Parts) -> None:
    """Give every mailbox and rule a name of its own; a mailbox is called as its address is up to the @."""
    taken: set[str] = {mailbox.name for mailbox in parts.mailbox.values() if mailbox.name}
    for index, mailbox in parts.mailbox.items():
        if not mailbox.name:
            name = _free(mailbox.address.partition("@")[0].lower(), taken)
            taken.add(name)
            parts.mailbox[index] = mailbox.model_copy(update={"name": name})
    for index, rule in parts.rule.items():
        if not rule.name:
            parts.rule[index] = rule.model_copy(update={"name": f"rule {index + 1}"})


def _free(name: str, taken: set[str]) -> str:
    """Return the name, or the name with the first free number from 2 on."""
    number = 2
    free = name
    while free in taken:
        free, number = f"{name}-{number}", number + 1
    return free


# --- what fits ------------------------------------------------------------------------------------------------------


def _judge_smtp(parts: Parts) -> None:
    if not parts.smtp:
        parts.report.add(("smtp",), "is missing", 'add [smtp] with host = "…", or with folder = "…" to send nothing')
        return
    _judge_relay(parts.smtp, ("smtp",), parts.report)
    if parts.fallback:
        _judge_relay(parts.fallback, ("smtp", "fallback"), parts.report)


def _judge_relay(relay: RelaySettings, path: KeyPath, report: Report) -> None:
    if bool(relay.host) == (relay.folder is not None):
        what = "has both a host and a folder" if relay.host else "has neither a host nor a folder"
        report.add((*path, "host"), what, "give the host of the relay, or a folder to write mails into")
    if relay.host:
        _judge_security(relay, path, report)
    one = _judge_sources(relay, path, report)
    if relay.user and not one and not _told(path, report):
        report.add((*path, "user"), "has no password", f"add one of {', '.join(SOURCES)}, or take out user")
    if one and not relay.user:
        report.add((*path, one), "is given without a user", 'add user = "…"')


def _judge_mailbox(mailbox: MailboxSettings, path: KeyPath, report: Report) -> None:
    if bool(mailbox.host) == (mailbox.path is not None):
        what = "has both a host and a path" if mailbox.host else "has neither a host nor a path"
        report.add((*path, "host"), what, "give the host of the IMAP server, or the path of a folder of mails")
    if mailbox.save_sent and mailbox.sent == "off":
        report.add((*path, "save_sent"), 'has no folder to put copies into: sent is "off"', 'set sent = "auto", or a name')
    one = _judge_sources(mailbox, path, report)
    if mailbox.host:
        _judge_security(mailbox, path, report)
        if not one and not _told(path, report):
            report.add((*path, "password_file"), "has no password", f"add one of {', '.join(SOURCES)}")


def _judge_storage(storage: StorageSettings, report: Report) -> None:
    one = _judge_sources(storage, ("storage",), report)
    if one and storage.url.startswith("sqlite"):
        report.add(("storage", one), "SQLite has no password", "take it out; the file's mode guards it")


def _judge_security(server: Server, path: KeyPath, report: Report) -> None:
    """Clear text, with a password in it, never leaves this machine."""
    if server.security == "none" and not is_loopback(server.host):
        report.add((*path, "security"), f'"none" would send everything in clear text to {server.host}', 'use "tls" or "starttls"')


def is_loopback(host: str) -> bool:
    """Tell whether a host is this machine by its name or address alone, without asking a resolver."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _judge_sources(holder: Server | StorageSettings, path: KeyPath, report: Report) -> str:
    """Return the key the password comes from, "" when there is none; several are a problem."""
    used = [source for source in SOURCES if getattr(holder, source)]
    if len(used) > 1:
        report.add((*path, used[1]), f"{used[0]} is given too", "keep one of them")
    return used[0] if used else ""


def _told(path: KeyPath, report: Report) -> bool:
    """Tell whether a password key of that table is wrong already: a password that is missing then is its echo."""
    return any(report.spoiled((*path, key)) for key in ("password", *SOURCES))


# --- what this machine holds ----------------------------------------------------------------------------------------


def open_secrets(parts: Parts) -> None:
    """Fill in every password."""
    if parts.smtp:
        parts.smtp = _opened(parts.smtp, ("smtp",), parts)
    if parts.fallback:
        parts.fallback = _opened(parts.fallback, ("smtp", "fallback"), parts)
    if parts.storage:
        parts.storage = _opened(parts.storage, ("storage",), parts)
    parts.mailbox = {index: _opened(mailbox, ("mailbox", index), parts) for index, mailbox in parts.mailbox.items()}


def _opened(holder: Holder, path: KeyPath, parts: Parts) -> Holder:
    if _told(path, parts.report):
        return holder
    used = next((source for source in SOURCES if getattr(holder, source)), "")
    try:
        secret: Secret | None = resolve(holder.password_file, holder.password_env, holder.password_command, parts.folder)
    except Wrong as wrong:
        parts.report.add_wrong((*path, used), wrong)
        return holder
    return holder.model_copy(update={"password": secret})


def judge_files(parts: Parts) -> None:
    """Report files and folders that are named and not there."""
    report = parts.report
    for index, mailbox in parts.mailbox.items():
        _there(mailbox.ca_file, ("mailbox", index, "ca_file"), report)
        _there(mailbox.path, ("mailbox", index, "path"), report, folder=True)
    _there(parts.smtp.ca_file if parts.smtp else None, ("smtp", "ca_file"), report)
    _there(parts.fallback.ca_file if parts.fallback else None, ("smtp", "fallback", "ca_file"), report)
    _there(parts.templates.dir if parts.templates else None, ("templates", "dir"), report, folder=True)


def _there(path: Path | None, key: KeyPath, report: Report, *, folder: bool = False) -> None:
    if path is not None and not (path.is_dir() if folder else path.is_file()):
        report.add(
            key, f"there is no {'folder' if folder else 'file'} {path}", "paths count from the folder of the settings file"
        )
