"""The program as a new user starts it: `check`, `run --once` and `run`, with two accounts on a Dovecot and an SMTP relay."""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from servers.dovecot import Dovecot, serving, standing
from servers.smtp import Relay, recording
from stories.station import AM, PM, Running, Station, letter, until

ERIKA, HANK, ZED, LEO = "erika@globex.example", "hank@hooli.example", "zed@zorg.example", "leo@lost.example"
LONG_AGO = timedelta(hours=5)


@pytest.fixture
def station(tmp_path: Path, dovecot: Dovecot, relay: Relay) -> Station:
    """A desk with two empty accounts."""
    return Station(tmp_path, dovecot, relay)


# --- check -----------------------------------------------------------------------------------------------------------------


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


# --- run --once ------------------------------------------------------------------------------------------------------------


def test_a_mail_of_the_past_alerts_the_right_person_at_once(station: Station) -> None:
    """H1: INTERNALDATE decides: five hours ago with four hours promised is overdue now."""
    station.arrives(letter(ERIKA, station.support, "Printer", "It prints blank pages."), LONG_AGO)
    station.arrives(letter(HANK, station.billing, "Invoice", "It is wrong."), account=station.billing)
    station.once()

    assert "Printer" in station.await_mail(PM, "blank pages").raw.decode()
    assert not station.mails(PM, "Invoice") and not station.mails(AM)
    assert station.mails(ERIKA) and station.mails(HANK)
    assert station.audit() == []
    listed = {one["subject"]: one for one in json.loads(station.command("ticket", "list", "--json").stdout)}
    assert (listed["Printer"]["first_response"]["state"], listed["Invoice"]["first_response"]["state"]) == ("lapsed", "running")


# --- run -------------------------------------------------------------------------------------------------------------------


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
