"""What lies in the mailbox of a real Dovecot: answers that wait there, mails that stay or move, and what goes wrong meanwhile."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from mailsupport.store.schema import clock, ledger, ticket, told
from servers.dovecot import Dovecot
from servers.postgres import postgres_server, postgres_url  # noqa: F401  # fixtures
from servers.smtp import Relay, recording
from stories.station import ANNA, OPS, PM, Station, id_of, letter, now, reply, until

ERIKA, HANK, ZED, LEO = "erika@globex.example", "hank@hooli.example", "zed@zorg.example", "leo@lost.example"
LONG_AGO = timedelta(hours=5)
MARGIN = timedelta(seconds=40)
"""Until when the questions that are answered in time must be answered; the other tests pass meanwhile."""


@pytest.fixture
def station(tmp_path: Path, dovecot: Dovecot, relay: Relay) -> Station:
    """A desk with two empty accounts."""
    return Station(tmp_path, dovecot, relay)


# --- questions that are answered while nobody reads ------------------------------------------------------------------------


@dataclass(frozen=True)
class Answered:
    """Two desks on which three of four questions were answered while the program did not run, and when the time is over."""

    after_a_pass: Station
    after_a_kill: Station
    due: datetime


@pytest.fixture(scope="module", autouse=True)
def answered(tmp_path_factory: pytest.TempPathFactory, dovecot: Dovecot) -> Iterator[Answered]:
    """Set up first, so that the time is over when the last tests come."""
    with recording() as one, recording() as two:
        desks = [Station(tmp_path_factory.mktemp("answered"), dovecot, relay) for relay in (one, two)]
        due = now() + MARGIN
        for desk in desks:
            for who in (ERIKA, HANK, ZED, LEO):
                raw = letter(who, desk.support, f"Question of {who}", f"Words of {who}.", Message_ID=_question(who))
                desk.arrives(raw, timedelta(hours=4) - (due - now()))
        desks[0].once()
        with desks[1].daemon() as running:
            for who in (ERIKA, HANK, ZED, LEO):
                desks[1].await_mail(ANNA, f"Words of {who}")
            running.ends(signal.SIGKILL)
        for desk in desks:
            _answer(desk)
        assert now() < due, "this machine is too slow for the story"
        yield Answered(*desks, due)


def _question(who: str) -> str:
    return f"<question-of-{who.replace('@', '.')}>".replace(">", "@questions.example>")


def _answer(desk: Station) -> None:
    """By token, from the shared mailbox, and directly with us in copy."""
    desk.arrives(reply(ANNA, desk.await_mail(ANNA, f"Words of {ERIKA}"), "Please restart it."))
    parents = {who: {"In_Reply_To": _question(who), "References": _question(who)} for who in (HANK, ZED)}
    sent = letter(desk.support, HANK, "Re: Question", "Here you are.", **parents[HANK])
    desk.arrives(sent, timedelta(minutes=30), folder="Sent")
    desk.arrives(letter(ANNA, ZED, "Re: Question", "Done.", Cc=desk.support, **parents[ZED]))


# --- what becomes of mails on the server -----------------------------------------------------------------------------------


def test_the_mailbox_is_left_as_it_is_but_for_what_was_asked(station: Station) -> None:
    """after = "keyword" sets that keyword; by default nothing is set; \\Seen is never touched."""
    station.write_settings(support_more='after = "keyword"')
    station.arrives(letter(ERIKA, station.support, "Printer", "It prints blank pages."))
    station.arrives(letter(HANK, station.billing, "Invoice", "It is wrong."), account=station.billing)
    station.once()

    assert _flags(station, station.support) - {b"\\Recent"} == {b"Mailsupport"}
    assert _flags(station, station.billing) - {b"\\Recent"} == set()


def _flags(station: Station, account: str) -> set[bytes]:
    with station.dovecot.client(account) as client:
        client.select_folder("INBOX", readonly=True)
        [flags] = client.get_flags(client.search()).values()
    return set(flags)


def test_a_crash_between_move_and_its_note_moves_nothing_twice(station: Station) -> None:
    """Killed when the server has moved the mails and nothing says so: the next run finds them gone, and is content."""
    station.write_settings(support_more='after = "move:Done"')
    raw = station.arrives(letter(ERIKA, station.support, "Printer", "It prints blank pages."))
    assert station.command("run", "--once", crash_at="intake.settled:2").returncode == -signal.SIGKILL
    assert (station.lies_in("INBOX"), len(station.lies_in("Done"))) == ([], 1)
    station.once()

    assert len(station.lies_in("Done")) == 1 and id_of(raw).encode() in station.lies_in("Done")[0]
    assert station.rows(select(ledger.c.settling)) == [("",)]
    assert len(station.mails(ERIKA)) == 1


def test_a_mailbox_made_anew_opens_no_ticket_twice(station: Station) -> None:
    """A4: Deleted and created again (other UIDVALIDITY), with the old mails and a new one."""
    station.write_settings(support_more='folder = "Support"')
    old = [station.arrives(letter(who, station.support, f"Of {who}", "Hello."), folder="Support") for who in (ERIKA, HANK)]
    station.once()
    with station.dovecot.client(station.support) as client:
        client.delete_folder("Support")
    begun = time.monotonic()
    until(lambda: time.monotonic() - begun > 1.1, 3, "the next second has come: UIDVALIDITY is a time in seconds")
    for raw in [*old, letter(ZED, station.support, "New", "Hello.")]:
        station.arrives(raw, folder="Support")
    station.once()

    assert station.rows(select(func.count()).select_from(ticket)) == [(3,)]
    assert [len(station.mails(who)) for who in (ERIKA, HANK, ZED)] == [1, 1, 1]
    assert station.audit() == []


# --- other places to be wrong ----------------------------------------------------------------------------------------------


def test_the_same_story_on_postgresql(station: Station, postgres_url: str) -> None:  # noqa: F811  # the fixture
    """Overdue mail, alert, kill, answer, all-clear: with the store in PostgreSQL."""
    station.use_database(postgres_url)
    station.arrives(letter(ERIKA, station.support, "Printer", "It prints blank pages."), LONG_AGO)
    with station.daemon() as running:
        station.await_mail(PM, "Printer")
        notice = station.await_mail(ANNA, "Printer")
        until(lambda: station.rows(select(told.c.outcome)) == [("accepted",)], 10, "the alert is written down as sent")
        running.ends(signal.SIGKILL)
    station.arrives(reply(ANNA, notice, "Please check the transfer belt."))
    station.once()

    assert b"transfer belt" in station.await_mail(ERIKA, "transfer belt").raw
    assert len(station.mails(PM)) == 2
    assert station.audit() == []


def test_a_broken_template_sends_the_plain_mail_and_tells_the_operator(station: Station) -> None:
    """G9: The customer has a receipt all the same; the operator learns which template, and why."""
    templates = station.folder / "mine"
    (templates / "customer").mkdir(parents=True)
    (templates / "customer" / "receipt.txt.j2").write_text("Subject: Hello\n\n{{ no_such_thing }}\n")
    station.path.write_text(station.path.read_text() + '[templates]\ndir = "mine"\n')
    station.arrives(letter(ERIKA, station.support, "Printer", "It prints blank pages."))
    station.once()

    assert station.mails(ERIKA)
    assert b"no_such_thing" in station.await_mail(OPS, "receipt").raw


def test_a_full_disk_takes_nothing_in_until_there_is_room(station: Station) -> None:
    """Below min_free mails wait on the server, nobody is told a lie; with room the work goes on."""
    station.write_settings(top='[storage]\nmin_free = "999999GB"')
    station.arrives(letter(ERIKA, station.support, "Printer", "It prints blank pages."))
    station.once(expected=75)
    assert station.rows(select(func.count()).select_from(ledger)) == [(0,)]
    assert len(station.lies_in("INBOX")) == 1
    with station.daemon() as running:
        until(lambda: b"cannot be taken in" in running.log.read_bytes(), 10, "it says so")
        assert not station.mails(ERIKA)
        station.write_settings(top="")
        running.sends(signal.SIGHUP)
        station.await_mail(ERIKA, "Printer")

    assert len(station.mails(ERIKA)) == 1
    assert station.audit() == []


# --- answers that wait in the mailbox (the time of the fixture above is over by now) ---------------------------------------


def test_answers_waiting_in_the_mailbox_prevent_the_alert(answered: Answered) -> None:
    """By token, in the Sent folder, with us in copy: read after the deadline, and still in time. Nobody answered the fourth."""
    until(lambda: now() > answered.due, MARGIN.total_seconds(), "the time is over")
    answered.after_a_pass.once()

    _only_the_fourth_is_alerted(answered.after_a_pass)


def test_answers_waiting_in_the_mailbox_prevent_the_alert_after_a_kill(answered: Answered) -> None:
    """The same for a daemon that was killed, and is started again after the deadline."""
    until(lambda: now() > answered.due, MARGIN.total_seconds(), "the time is over")
    with answered.after_a_kill.daemon() as running:
        answered.after_a_kill.await_mail(PM, LEO)
        assert running.ends(signal.SIGTERM) == 0

    _only_the_fourth_is_alerted(answered.after_a_kill)


def _only_the_fourth_is_alerted(desk: Station) -> None:
    assert [who for who in (ERIKA, HANK, ZED, LEO) if desk.mails(PM, f"Words of {who}")] == [LEO]
    assert b"Please restart it." in desk.mails(ERIKA)[-1].raw
    assert desk.audit() == []


def test_a_sent_answer_stops_the_clock_at_its_own_time(answered: Answered) -> None:
    """Not when it was read, but when it was sent: half an hour before."""
    until(lambda: now() > answered.due, MARGIN.total_seconds(), "the time is over")
    asked = select(clock.c.stopped_at, clock.c.state).join(ticket).where(ticket.c.requester_email == HANK)
    answered.after_a_pass.once()

    [(stopped, state)] = answered.after_a_pass.rows(asked)
    assert isinstance(stopped, datetime) and stopped < answered.due - timedelta(minutes=30)
    assert state == "met"
