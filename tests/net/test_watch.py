"""The life of a mailbox thread: passes, waits, rests, and what others may ask of it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from mailsupport.errors import LoginRefused, ServerUnavailable
from mailsupport.net.backoff import CONNECTION, LOGIN, Backoff
from mailsupport.net.folder import FolderSource
from mailsupport.net.watch import Watch
from mailsupport.ports import MailSource

AT_ONCE = Backoff(first=0, ceiling=0)
FOR_EVER = Backoff(first=1000, ceiling=1000)


class HangsUp(FolderSource):
    """A server that closes the connection in every wait."""

    def wait(self, seconds: float) -> bool:
        raise ServerUnavailable("hung up")


class Desk:
    """A watch on a folder, and a diary of what it did."""

    def __init__(
        self, path: Path, each_pass: Callable[[MailSource], None], source: type[FolderSource] = FolderSource, **other: Any
    ) -> None:
        self.diary: list[str] = []
        self.written = threading.Condition()
        self.refusals: list[Exception] = []
        self.path, self.source = path, source
        self.work = each_pass
        given = {"connection": AT_ONCE, "login": AT_ONCE, "poll_every": 60.0} | other
        self.watch = Watch(
            self.connect, self.make_pass, on_trouble=self.trouble, on_recovered=lambda: self.write("recovered"),
            jitter=lambda: 0.0, stop=threading.Event(), on_error=lambda error: self.write(f"error: {error}"), **given,
        )  # fmt: skip

    def connect(self) -> MailSource:
        if self.refusals:
            raise self.refusals.pop(0)
        self.write("connected")
        return self.source(self.path)

    def make_pass(self, source: MailSource) -> None:
        source.open("INBOX")
        self.work(source)
        self.write("pass")

    def trouble(self, error: ServerUnavailable, failures: int) -> None:
        self.write(f"trouble {failures}: {error.message}")

    def write(self, line: str) -> None:
        with self.written:
            self.diary.append(line)
            self.written.notify_all()

    def wait_for(self, *lines: str) -> None:
        with self.written:
            assert self.written.wait_for(lambda: all(self.diary.count(line) >= lines.count(line) for line in lines), 10), (
                self.diary
            )

    @contextmanager
    def at_work(self) -> Iterator[None]:
        thread = threading.Thread(target=self.watch.run, daemon=True)
        thread.start()
        try:
            yield
        finally:
            self.watch.end()
            thread.join(10)
        assert not thread.is_alive(), "the thread did not end"


def failing(*errors: Exception | None) -> Callable[[MailSource], None]:
    """A pass that raises those in turn, and afterwards nothing."""
    left = list(errors)

    def each_pass(source: MailSource) -> None:
        error = left.pop(0) if left else None
        if error is not None:
            raise error

    return each_pass


def test_a_pass_follows_every_wait(tmp_path: Path) -> None:
    """Polling is the promise: passes go on though nothing arrives."""
    desk = Desk(tmp_path, failing(), poll_every=0.01)

    with desk.at_work():
        desk.wait_for("pass", "pass", "pass")


def test_nudge_ends_the_wait(tmp_path: Path) -> None:
    """One connection, two passes, long before the poll."""
    desk = Desk(tmp_path, failing())

    with desk.at_work():
        desk.wait_for("pass")
        desk.watch.nudge()
        desk.wait_for("pass", "pass")

    assert desk.diary.count("connected") == 1


def test_end_stops_a_waiting_thread(tmp_path: Path) -> None:
    """`end` does not wait for the poll; at_work asserts that the thread ends."""
    desk = Desk(tmp_path, failing())

    with desk.at_work():
        desk.wait_for("pass")

    assert desk.diary == ["connected", "pass"]


def test_trouble_is_told_with_its_count_and_the_thread_comes_back(tmp_path: Path) -> None:
    """Each failure in a row is counted; recovery is told once."""
    desk = Desk(tmp_path, failing(ServerUnavailable("gone"), ServerUnavailable("gone again")), poll_every=0.01)

    with desk.at_work():
        desk.wait_for("recovered", "pass", "pass", "pass")

    assert [line for line in desk.diary if line not in ("pass", "connected")] == [
        "trouble 1: gone",
        "trouble 2: gone again",
        "recovered",
    ]


def test_refused_connection_is_trouble_too(tmp_path: Path) -> None:
    """The factory may raise as well as the pass."""
    desk = Desk(tmp_path, failing(), poll_every=0.01)
    desk.refusals.append(ServerUnavailable("nobody there"))

    with desk.at_work():
        desk.wait_for("recovered")

    assert desk.diary[0] == "trouble 1: nobody there"


def test_server_that_hangs_up_after_each_pass_is_dialled_ever_more_slowly(tmp_path: Path) -> None:
    """A pass alone is no recovery: the count goes on rising until a wait was survived."""

    desk = Desk(tmp_path, failing(), source=HangsUp)

    with desk.at_work():
        desk.wait_for("trouble 3: hung up")

    assert "recovered" not in desk.diary


def test_other_errors_are_reported_and_do_not_end_the_thread(tmp_path: Path) -> None:
    """A defect in a pass costs a rest, not the mailbox."""
    desk = Desk(tmp_path, failing(ValueError("a defect")))

    with desk.at_work():
        desk.wait_for("error: a defect", "pass")


def test_trouble_that_cannot_be_told_does_not_end_the_thread(tmp_path: Path) -> None:
    """The database may be away when the mailbox is: neither the telling nor the complaint about it ends the thread."""

    class Speechless(Desk):
        def trouble(self, error: ServerUnavailable, failures: int) -> None:
            raise OSError("the database is away")

        def write(self, line: str) -> None:
            super().write(line)
            if line.startswith("error"):
                raise OSError("the log is full")

    desk = Speechless(tmp_path, failing(ServerUnavailable("gone")))

    with desk.at_work():
        desk.wait_for("error: the database is away", "pass")


@pytest.mark.parametrize(("error", "resting"), [(LoginRefused("no"), "login"), (ServerUnavailable("no"), "connection")])
def test_each_trouble_has_its_own_rest(tmp_path: Path, error: Exception, resting: str) -> None:
    """While one kind would rest for ever, the other comes back at once."""
    other = "connection" if resting == "login" else "login"
    desk = Desk(tmp_path, failing(error), **{resting: AT_ONCE, other: FOR_EVER})

    with desk.at_work():
        desk.wait_for("pass")


def test_end_stops_a_resting_thread(tmp_path: Path) -> None:
    """A rest of an hour does not delay the end; at_work asserts it."""
    desk = Desk(tmp_path, failing(LoginRefused("wrong password")), login=FOR_EVER)

    with desk.at_work():
        desk.wait_for("trouble 1: wrong password")

    assert "pass" not in desk.diary


def test_nudge_does_not_shorten_a_rest(tmp_path: Path) -> None:
    """However impatient the sweep is, no login comes earlier than planned."""
    desk = Desk(tmp_path, failing(LoginRefused("wrong password")), login=FOR_EVER)

    with desk.at_work():
        desk.wait_for("trouble 1: wrong password")
        number = desk.watch.request_pass()
        done = desk.watch.wait_for_pass(number, 0.1)

    assert not done


def test_requested_pass_is_complete_when_it_is_told(tmp_path: Path) -> None:
    """Whoever asked knows that everything up to the asking was read."""
    desk = Desk(tmp_path, failing())

    with desk.at_work():
        desk.wait_for("pass")
        number = desk.watch.request_pass()
        done = desk.watch.wait_for_pass(number, 10)

    assert done
    assert desk.diary.count("pass") == 2


def test_pass_that_began_before_the_request_does_not_count(tmp_path: Path) -> None:
    """It may have looked before the answer arrived: only the next one counts."""
    begun, go_on = threading.Event(), threading.Event()

    def slow(source: MailSource) -> None:
        begun.set()
        go_on.wait(10)

    desk = Desk(tmp_path, slow)

    with desk.at_work():
        begun.wait(10)
        number = desk.watch.request_pass()
        early = desk.watch.wait_for_pass(number, 0.05)
        go_on.set()
        late = desk.watch.wait_for_pass(number, 10)

    assert (early, late) == (False, True)
    assert desk.diary.count("pass") == 2


def test_failed_pass_does_not_answer_a_request(tmp_path: Path) -> None:
    """A pass that broke off has not read everything."""
    desk = Desk(tmp_path, failing(None, ServerUnavailable("broke off")), connection=FOR_EVER)

    with desk.at_work():
        desk.wait_for("pass")
        number = desk.watch.request_pass()
        desk.wait_for("trouble 1: broke off")
        done = desk.watch.wait_for_pass(number, 0.05)

    assert not done


# --- rests ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("backoff", "failures", "jitter", "expected"),
    [
        (CONNECTION, 1, 0.0, 1),
        (CONNECTION, 4, 0.0, 8),  # 1 · 2³
        (CONNECTION, 9, 0.0, 256),  # 1 · 2⁸
        (CONNECTION, 10, 0.0, 300),  # 512, but at most 300
        (CONNECTION, 1_000_000, 0.0, 300),
        (CONNECTION, 1, 0.5, 1.125),  # half of a quarter more
        (LOGIN, 1, 0.0, 60),
        (LOGIN, 7, 0.0, 3600),  # 3840, but at most an hour
    ],
)
def test_rest(backoff: Backoff, failures: int, jitter: float, expected: float) -> None:
    """Doubling up to a ceiling, lengthened by at most a quarter."""
    assert expected == backoff.rest(failures, jitter)


def test_a_day_of_refused_logins_sees_at_most_thirty() -> None:
    """Few enough for any lock-out rule."""
    elapsed, logins = 0.0, 0
    while elapsed < 24 * 3600:
        logins += 1
        elapsed += LOGIN.rest(logins)

    assert logins <= 30
