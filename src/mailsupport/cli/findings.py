"""What does `mailsupport check` find? One line each: what was looked at, how it stands, what mends it.

In: settings. Out: `Finding`s, as they are found. Every question is asked on its own: what fails in one keeps no other from being
asked. Whether a server can be used is for `cli.servers`; here is what this machine alone can tell.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from mailsupport.app.looking.doubts import doubts, hints, nobody_known
from mailsupport.app.looking.gaps import DAYS, chains, gaps
from mailsupport.app.looking.plan import Plan, plan
from mailsupport.cli.gaps import gap_lines
from mailsupport.cli.given import storage_password
from mailsupport.core.desk import Desk
from mailsupport.core.model import Priority
from mailsupport.core.reaching.gaps import GapKind
from mailsupport.errors import EXIT_FAILED, EXIT_SETTINGS, MailsupportError
from mailsupport.mail import sayings
from mailsupport.mail.render import check_all
from mailsupport.settings import Settings, desk
from mailsupport.settings.initial import read_keys
from mailsupport.store import Store, free_bytes, open_store

OK, WARNING, FAILED = "ok", "warning", "failed"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at; `code` is the exit code that a failure asks for."""

    area: str
    state: str
    what: str
    cure: str = ""
    code: int = EXIT_FAILED
    plan: Plan | None = None


def failed(area: str, error: MailsupportError) -> Finding:
    """Return an error as a finding."""
    return Finding(area, FAILED, error.message, error.cure, error.exit_code)


def local_findings(settings: Settings, now: datetime) -> Iterator[Finding]:
    """Yield what keys, database, templates and chains are like; asks no server."""
    yield _keys(settings.storage.key_file)
    yield from _database(settings)
    yield from _templates(settings)
    yield from (Finding("contracts", WARNING, what, cure) for what, cure in doubts(desk(settings)))
    yield from (Finding("promises", OK, what, cure) for what, cure in hints(desk(settings)))
    yield from (Finding("customers", OK, what, cure) for what, cure in nobody_known(desk(settings)))
    yield from _chains(desk(settings), now)


# --- keys and database --------------------------------------------------------------------------------------------------


def _keys(path: Path) -> Finding:
    if not path.exists():
        return Finding("keys", OK, f"{path} is not there yet: the first run makes it")
    try:
        keys = read_keys(path)
    except MailsupportError as error:
        return failed("keys", error)
    return Finding("keys", OK, f"{path}: {len(keys)} key{'s' if len(keys) > 1 else ''}")


def _database(settings: Settings) -> Iterator[Finding]:
    try:
        store = open_store(settings.storage.url, storage_password(settings.storage, settings.path.parent))
        try:
            yield from _file(store, settings.storage.min_free) if store.path is not None else ()
            if store.path is None or store.path.exists():
                yield from _state(store)
        finally:
            store.close()
    except MailsupportError as error:
        yield failed("database", error)


def _file(store: Store, least: int) -> Iterator[Finding]:
    assert store.path is not None
    free = free_bytes(store.path)
    words = f"{free // 1_000_000} MB free"
    if free < least:
        cure = f"make room: below {least // 1_000_000} MB (min_free) no mail is taken in"
        yield Finding("database", FAILED, f"only {words} at {store.path.parent}", cure)
    if store.path.exists():
        return
    if os.access(store.path.parent, os.W_OK):
        yield Finding("database", OK, f"{store.path} is not there yet: the first run makes it; {words}")
    else:
        cure = "make the folder, and let the user that runs mailsupport write there"
        yield Finding("database", FAILED, f"{store.path.parent} is no folder we may write to", cure)


def _state(store: Store) -> Iterator[Finding]:
    where = store.path or store.dialect
    missing = store.missing()
    if missing:
        yield Finding("database", OK, f"{where} lacks {', '.join(missing)}: the next run brings it up to date")
        return
    trouble = store.check()
    yield from (Finding("database", FAILED, line, "keep a copy, and restore the last backup") for line in trouble)
    with store.write():
        pass  # a writer's transaction begins at once: who may not write is told here
    if not trouble:
        yield Finding("database", OK, f"{where}: whole, up to date, writable")


# --- templates and chains -----------------------------------------------------------------------------------------------

CURE = "see `mailsupport chain gaps`, and name a deputy or somebody else"
CURES = {
    GapKind.NO_ROUND: "write rounds = 2, or take repeat_from out",
    GapKind.HOLIDAYS: "a newer .ics file, or an upgrade of mailsupport, knows more of them",
    GapKind.ENDS: "a later valid_to, or another contract for whoever has this one",
}
"""What to do about a gap that a deputy would not close."""


def _templates(settings: Settings) -> Iterator[Finding]:
    problems, unsaid = check_all(settings.templates.dir, settings.languages), sayings.problems(settings.templates.dir)
    cure = "until it is mended, the built-in plain mail goes out instead"
    yield from (Finding("templates", FAILED, line, cure) for line in problems)
    yield from (Finding("templates", FAILED, line, "until it is mended, our phrases count without it") for line in unsaid)
    if not problems and not unsaid:
        yield Finding("templates", OK, f"every template renders in {', '.join(settings.languages)}")


def _chains(desk: Desk, now: datetime) -> Iterator[Finding]:
    """Yield each contract's chain, and that of each customer who has people of their own; then what is wrong with any."""
    whole = now, now + timedelta(days=DAYS)
    for gap in gaps(desk, now):
        never = gap.kind is GapKind.NOBODY and gap.spans == (whole,)
        words = "; ".join(line.strip() for line in gap_lines(gap, desk))
        cure = "give somebody that role" if never else CURES.get(gap.kind, CURE)
        yield Finding("chains", FAILED if never else WARNING, words, cure, EXIT_SETTINGS)
    for named in chains(desk):
        area = f"chain of {named.contract.name}" + (f" for {named.customer.name}" if named.customer else "")
        try:
            found = plan(named, desk, now, Priority.NORMAL)
        except MailsupportError as error:
            yield failed(area, error)
        else:
            yield Finding(area, OK, "a mail that came now and was never answered:", plan=found)
