"""Several daemons on one PostgreSQL: each mail has one ticket, each step fires once, whoever of them is killed (A12, P2, P4)."""

from __future__ import annotations

import os
import signal
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from crash.starter import KILLED
from mailsupport.settings.accounts import SmtpSettings
from mailsupport.store.schema import clock, daemon, firing, lease, ledger, outbox, recipient, ticket, told
from servers.dovecot import Dovecot
from servers.postgres import postgres_server, postgres_url
from servers.smtp import Relay
from stories.station import Running, Station, letter, now, until

__all__ = ["postgres_server", "postgres_url"]

SOAK = os.environ.get("SOAK") == "1"
MAILS, FEW = 200, 60
LONG_AGO = timedelta(hours=5)
CONNECTIONS = int(SmtpSettings.model_fields["connections"].default)
KILLS = ("intake.before_commit:2", "sweep.before_commit:2", "deliver.handed_over:90")
SECONDS = 120
"""How long all of it may take on a machine that does something else as well."""


@pytest.fixture
def station(tmp_path: Path, dovecot: Dovecot, relay: Relay, postgres_url: str) -> Station:
    """A desk with two empty accounts and a PostgreSQL."""
    made = Station(tmp_path, dovecot, relay)
    made.use_database(postgres_url)
    return made


def _arrive(station: Station, mails: int) -> None:
    """So many overdue mails come, all at once."""
    with station.dovecot.client(station.support) as client:
        client.create_folder("Later")
        for number in range(mails):
            raw = letter(f"kim{number}@globex.example", station.support, f"Trouble {number}", "It is broken.")
            client.append("Later", raw, msg_time=now() - LONG_AGO)
        client.select_folder("Later")
        client.move("1:*", "INBOX")


def _count(station: Station, asked: object) -> int:
    return int(str(station.rows(select(func.count()).select_from(asked))[0][0]))  # type: ignore[call-overload]  # any table


def _is_quiet(station: Station, mails: int) -> bool:
    """Whether every mail is taken in, judged, and told to all who must know."""
    unfinished = station.rows(select(outbox.c.id).where(outbox.c.next_at.is_not(None)).limit(1))
    return not unfinished and _count(station, ledger) >= mails and _count(station, firing) >= mails


@contextmanager
def _two_daemons(station: Station, crash_at: str) -> Iterator[tuple[Running, Running]]:
    """Start one that holds both mailboxes and dies at that point, and one that stands by."""
    with station.daemon(crash_at=crash_at) as first:
        until(lambda: _answers(station) and _count(station, lease) == 2, 20, "the first holds both mailboxes")
        with station.daemon() as second:
            until(lambda: _count(station, daemon) == 2, 20, "both are there")
            yield first, second


def _answers(station: Station) -> bool:
    """Whether the tables are there already."""
    try:
        return _count(station, daemon) > 0
    except Exception:  # the first daemon is making them at this moment
        return False


def _wrong(station: Station, mails: int, deaths: int) -> list[str]:
    """What is wrong afterwards: lost, twice, or sent again more often than mails were in flight."""
    wrong = list(station.audit())
    subjects = Counter(str(row[0]) for row in station.rows(select(ticket.c.subject)))
    wrong += [f"{n} tickets for {s!r}" for s, n in subjects.items() if n != 1]
    wrong += [f"{mails - len(subjects)} mails without a ticket"] if len(subjects) != mails else []
    first = select(clock.c.ticket, clock.c.state).where(clock.c.kind == "first_response")
    wrong += [f"clock {row}" for row in station.rows(first) if row[1] != "lapsed"]
    steps = Counter(row[0] for row in station.rows(select(firing.c.ticket)))
    wrong += [f"ticket {t}: {n} steps" for t, n in steps.items() if n != 1]
    alerts = Counter(row[0] for row in station.rows(select(told.c.firing).where(told.c.kind == "alert")))
    wrong += [f"firing {f}: {n} alerts" for f, n in alerts.items() if n != 1]
    wrong += [f"{row} did not leave" for row in station.rows(select(recipient).where(recipient.c.state != "accepted"))]
    ids = {str(row[0]) for row in station.rows(select(outbox.c.message_id))}
    with station.relay.changed:
        left = Counter(_id_of(mail.raw) for mail in station.relay.mails)
    wrong += [f"{i} is in the outbox and never left" for i in ids - left.keys()]
    wrong += [f"{i} left and is not in the outbox" for i in left.keys() - ids]
    again = sum(left.values()) - len(left)
    wrong += [f"{again} mails left twice"] if again > deaths * CONNECTIONS else []
    return wrong


def _id_of(raw: bytes) -> str:
    line = next(line for line in raw.splitlines() if line.lower().startswith(b"message-id:"))
    return line.partition(b":")[2].decode().strip(" <>")


@pytest.mark.parametrize("point", KILLS if SOAK else KILLS[:1])
def test_a_daemon_that_is_killed_is_replaced_by_the_other(station: Station, point: str) -> None:
    """A12: Both judge and send, one reads; it dies midway, the other goes on, and nothing is lost or done twice."""
    with _two_daemons(station, point) as (first, _):
        _arrive(station, MAILS)
        assert first.process.wait(SECONDS) == KILLED, first.log.read_text()[-3000:]
        assert not _is_quiet(station, MAILS), "it died after all was done"
        until(lambda: _is_quiet(station, MAILS), SECONDS, "the other has done the rest")

    assert _wrong(station, MAILS, deaths=1) == []


def test_a_daemon_that_ends_hands_over_at_once(station: Station) -> None:
    """A12: TERM frees the mailboxes; nothing is sent twice, for nobody died."""
    with _two_daemons(station, "") as (first, second):
        _arrive(station, FEW)
        until(lambda: _count(station, ledger) > 0, SECONDS, "some mails are taken in")
        assert first.ends(signal.SIGTERM, SECONDS) == 0
        until(lambda: _is_quiet(station, FEW), SECONDS, "the other has done the rest")
        assert second.ends(signal.SIGTERM, SECONDS) == 0

    assert _wrong(station, FEW, deaths=0) == []
    assert _count(station, daemon) == 0
