"""The program as a new user tries it: Dovecot with two accounts, an SMTP relay, a settings file, and the command line."""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from mailsupport.store.schema import clock, ledger, ticket, told
from servers.dovecot import Dovecot, serving, standing
from servers.postgres import postgres_server, postgres_url  # noqa: F401  # fixtures
from servers.smtp import Relay, recording
from stories.station import AM, ANNA, OPS, PM, Running, Station, id_of, letter, now, reply, until

ERIKA, HANK, ZED, LEO = "erika@globex.example", "hank@hooli.example", "zed@zorg.example", "leo@lost.example"
LONG_AGO = timedelta(hours=5)
MARGIN = timedelta(seconds=40)
"""Until when the questions that are answered in time must be answered; the other tests pass meanwhile."""


@pytest.fixture
def station(tmp_path: Path, dovecot: Dovecot, relay: Relay) -> Station:
    """A desk with two empty accounts."""
    return Station(tmp_path, dovecot, relay)


# --- check ------------------------------------------------------------------------------------------------------------------


def test_check_is_content_with_a_good_setup(station: Station) -> None:
    """Settings, database, both accounts, relay, templates and chain are in order."""
    done = station.command("check")

    assert done.returncode == 0, done.stdout + done.stderr


def test_check_says_that_a_server_is_away(station: Station) -> None:
    """Exit code 69 when the relay, or the IMAP server, does not answer."""
    away = str(station.dovecot.port)  # answers, but not as a relay does
    station.write_settings(smtp_port=away)
    assert station.command("check").returncode == 69
    station.write_settings(smtp_port=str(station.relay.port), support_more="sent = 'off'")
    station.path.write_text(station.path.read_text().replace(f"port = {station.dovecot.port}", "port = 1"))
    assert station.command("check").returncode == 69


def test_check_names_a_bad_setting_and_its_cure(station: Station) -> None:
    """Exit code 78, the key and the nearest match."""
    station.write_settings(top='operatr = "ops@acme.example"')
    done = station.command("check")

    assert done.returncode == 78
    assert "operatr" in done.stdout and "operator" in done.stdout


# --- run --once -------------------------------------------------------------------------------------------------------------


def test_a_mail_of_the_past_alerts_the_right_person_at_once(station: Station) -> None:
    """INTERNALDATE decides: five hours ago with four hours promised is overdue now."""
    station.arrives(letter(ERIKA, station.support, "Printer", "It prints blank pages."), LONG_AGO)
    station.arrives(letter(HANK, station.billing, "Invoice", "It is wrong."), account=station.billing)
    station.once()

    assert "Printer" in station.await_mail(PM, "blank pages").raw.decode()
    assert not station.mails(PM, "Invoice") and not station.mails(AM)
    assert station.mails(ERIKA) and station.mails(HANK)
    assert station.audit() == []
    listed = {one["subject"]: one for one in json.loads(station.command("ticket", "list", "--json").stdout)}
    assert (listed["Printer"]["first_response"]["state"], listed["Invoice"]["first_response"]["state"]) == ("lapsed", "running")


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


# --- run --------------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def on_duty(tmp_path_factory: pytest.TempPathFactory, dovecot: Dovecot) -> Iterator[tuple[Station, Running]]:
    """A desk whose daemon runs through several tests."""
    with recording() as relay:
        station = Station(tmp_path_factory.mktemp("on-duty"), dovecot, relay)
        with station.daemon() as running:
            station.arrives(letter(LEO, station.support, "Are you there?", "Hello?"))
            station.await_mail(LEO, "Are you there?")
            yield station, running


def test_a_mail_gets_its_receipt_within_two_seconds(on_duty: tuple[Station, Running]) -> None:
    """IDLE: from APPEND to the relay, the quickest of three, for the machine may be busy with something else."""
    station, _ = on_duty
    assert min(_seconds_to_receipt(station, f"Quick {number}") for number in range(3)) < 2


def _seconds_to_receipt(station: Station, subject: str) -> float:
    raw = letter(ERIKA, station.support, subject, "As fast as you can.")
    begun = time.monotonic()
    station.arrives(raw)
    station.await_mail(ERIKA, subject, 10)
    return time.monotonic() - begun


def test_a_second_daemon_on_the_same_database_names_the_first(on_duty: tuple[Station, Running]) -> None:
    """A12: Exit code 75, and who holds it."""
    station, running = on_duty
    done = station.command("run")

    assert done.returncode == 75
    assert str(running.process.pid) in done.stderr


def test_settings_that_are_wrong_are_not_taken(on_duty: tuple[Station, Running]) -> None:
    """After HUP with a broken file the daemon goes on with the old settings, and says so."""
    station, running = on_duty
    before = running.log.stat().st_size
    station.path.write_text("operator = ")
    running.sends(signal.SIGHUP)
    until(lambda: b"not reloaded" in running.log.read_bytes()[before:], 10, "it says so")
    station.write_settings()
    station.arrives(letter(HANK, station.support, "Still there?", "Hello."))

    station.await_mail(HANK, "Still there?")
    assert running.process.poll() is None


def test_new_settings_are_taken_without_a_restart(on_duty: tuple[Station, Running]) -> None:
    """After HUP an overdue mail alerts the new chain."""
    station, running = on_duty
    before = running.log.stat().st_size
    station.write_settings(chain='["newcomer@acme.example"]', wait='["0m"]')
    running.sends(signal.SIGHUP)
    until(lambda: b"settings_reloaded" in running.log.read_bytes()[before:], 10, "it says so")
    station.arrives(letter(ZED, station.support, "Overdue", "Nobody answers."), LONG_AGO)

    station.await_mail("newcomer@acme.example", "Overdue")
    assert not station.mails(PM, "Overdue")


def test_mailboxes_are_watched_anew_after_new_settings(on_duty: tuple[Station, Running]) -> None:
    """After HUP with other mailbox settings every mailbox is still read."""
    station, running = on_duty
    before = running.log.stat().st_size
    station.write_settings(support_more='aliases = ["help@acme.example"]\npoll_every = "30s"')
    running.sends(signal.SIGHUP)
    until(lambda: b"settings_reloaded" in running.log.read_bytes()[before:], 10, "it says so")
    station.arrives(letter(HANK, station.billing, "Another invoice", "Hello."), account=station.billing)

    station.await_mail(HANK, "Another invoice")


def test_term_ends_the_daemon_within_ten_seconds(station: Station) -> None:
    """Exit code 0, and the lock is free."""
    with station.daemon() as running:
        station.arrives(letter(ERIKA, station.support, "Printer", "It prints blank pages."))
        station.await_mail(ERIKA, "Printer")
        begun = time.monotonic()
        assert running.ends(signal.SIGTERM) == 0
    assert time.monotonic() - begun < 10
    station.once()
    assert len(station.mails(ERIKA)) == 1


def test_a_mail_server_that_comes_back_is_read_again(tmp_path: Path, relay: Relay) -> None:
    """Stopped, and started again: the daemon has waited for it."""
    with standing() as dovecot:
        with serving(dovecot):
            station = Station(tmp_path, dovecot, relay)
            station.arrives(letter(ERIKA, station.support, "Before", "Hello."))
            daemon = station.daemon()
            running = daemon.__enter__()
            station.await_mail(ERIKA, "Before")
        try:
            until(lambda: b"unavailable" in running.log.read_bytes(), 10, "it is missed")
            with serving(dovecot):
                station.arrives(letter(ERIKA, station.support, "After", "Hello again."))
                station.await_mail(ERIKA, "After", 20)
                assert running.ends(signal.SIGTERM) == 0
        finally:
            daemon.__exit__(None, None, None)


# --- what becomes of mails on the server --------------------------------------------------------------------------------------


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


# --- other places to be wrong ---------------------------------------------------------------------------------------------------


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
    """The customer has a receipt all the same; the operator learns which template, and why."""
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


# --- answers that wait in the mailbox (the time of the fixture above is over by now) --------------------------------------------


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
