"""The process that reads: a mail that hangs or kills it costs only itself, and neither process outlives the other."""

from __future__ import annotations

import multiprocessing
import os
import resource
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from mailsupport.core.model import Mail
from mailsupport.errors import TryAgain
from mailsupport.mail.worker import Reader, Unread

MAILS = [b"From: a@b.example\r\nSubject: %d\r\n\r\nhi" % number for number in range(100)]
BOMB = b"From: a@b.example\r\n" + b"X: y\r\n" * 2_000 + b"\r\n"


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    """One reader for the tests that do not harm it for good."""
    reader = Reader()
    yield reader
    reader.close()


def _pids() -> set[int]:
    """The processes that read for this test run."""
    return {child.pid for child in multiprocessing.active_children() if child.name == "mail-reader" and child.pid}


def _pid_of(reader: Reader) -> int:
    """The process of one reader: no other reader starts one meanwhile, and it is the newest."""
    reader.read_many(MAILS[:1])
    return max(_pids(), key=lambda pid: Path(f"/proc/{pid}").stat().st_ctime_ns)


def _ends(pidfd: int, seconds: float = 10) -> bool:
    """Whether a process ends within that time."""
    return bool(select.select([pidfd], [], [], seconds)[0])


def _subjects(results: list[Mail | Unread]) -> list[str]:
    return [result.subject if isinstance(result, Mail) else "unread" for result in results]


def test_results_come_in_the_order_of_the_mails(reader: Reader) -> None:
    """One result a mail, in order."""
    assert _subjects(reader.read_many(MAILS)) == [str(number) for number in range(100)]


def test_batches_may_be_under_way_together(reader: Reader) -> None:
    """A caller submits the next batch before it collects the one before."""
    first, second = reader.submit(MAILS[:3]), reader.submit(MAILS[3:5])

    assert _subjects(reader.collect(second)) == ["3", "4"]
    assert _subjects(reader.collect(first)) == ["0", "1", "2"]


def test_a_mail_over_a_cap_is_unread_and_not_fatal(reader: Reader) -> None:
    """Its neighbours are read; another try would change nothing."""
    results = reader.read_many([MAILS[0], BOMB, MAILS[1]])

    assert _subjects(results) == ["0", "unread", "1"]
    assert results[1] == Unread("a header block has more than 1000 fields", fatal=False)


def test_a_large_mail_passes_through(reader: Reader) -> None:
    """A mail of 20 MB, larger than any pipe's buffer, is read within the memory limit."""
    raw = b"From: a@b.example\r\nSubject: big\r\nContent-Type: application/pdf; name=a.pdf\r\n\r\n" + b"x" * 20_000_000

    result = reader.read_many([raw])[0]

    assert isinstance(result, Mail)
    assert result.attachments[0].size == 20_000_000


def test_a_killed_process_costs_one_mail_of_a_batch(reader: Reader) -> None:
    """B1: The kernel may kill the process at any time: the mail under way is unread, the rest is read by a new process."""
    pid = _pid_of(reader)
    os.kill(pid, signal.SIGSTOP)
    reading = reader.submit(MAILS[:5])
    os.kill(pid, signal.SIGKILL)

    assert _subjects(reader.collect(reading)) == ["unread", "1", "2", "3", "4"]
    assert _subjects(reader.read_many(MAILS[:2])) == ["0", "1"]


def test_a_hanging_process_is_ended_after_its_time() -> None:
    """A mail that takes too long is unread and fatal; the rest is read by a new process."""
    reader = Reader(seconds_a_mail=0.5)
    try:
        os.kill(_pid_of(reader), signal.SIGSTOP)
        results = reader.read_many(MAILS[:3])
    finally:
        reader.close()

    assert _subjects(results) == ["unread", "1", "2"]
    assert results[0] == Unread("reading it took longer than 0.5 seconds", fatal=True)


def test_ctrl_c_for_the_group_does_not_end_the_process(reader: Reader) -> None:
    """The signal of a terminal reaches every process of the group; reading goes on until the caller closes."""
    pid = _pid_of(reader)
    os.kill(pid, signal.SIGINT)

    assert _subjects(reader.read_many(MAILS[:2])) == ["0", "1"]
    assert pid in _pids()


def test_memory_is_limited(reader: Reader) -> None:
    """The process may take 512 MB above what it needs to start."""
    soft, _ = resource.prlimit(_pid_of(reader), resource.RLIMIT_AS)

    assert 512 * 1024**2 < soft < 2 * 1024**3


def test_closing_ends_the_process_and_refuses_more() -> None:
    """After close() nothing is left running and nothing is taken."""
    reader = Reader()
    pid = _pid_of(reader)
    reader.close()

    assert pid not in _pids()
    with pytest.raises(TryAgain):
        reader.submit(MAILS)


def test_the_process_ends_with_its_caller(tmp_path: Path) -> None:
    """A caller that is killed leaves no orphan: its end of the pipe closes."""
    script = tmp_path / "caller.py"
    script.write_text(
        "import multiprocessing, time\n"
        "from mailsupport.mail.worker import Reader\n"
        "if __name__ == '__main__':\n"
        "    Reader().read_many([b'Subject: x'])\n"
        "    print(next(c.pid for c in multiprocessing.active_children()), flush=True)\n"
        "    time.sleep(60)\n"
    )
    caller = subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, text=True)
    assert caller.stdout is not None
    orphan = os.pidfd_open(int(caller.stdout.readline()))
    caller.kill()
    caller.wait()
    caller.stdout.close()

    assert _ends(orphan)
    os.close(orphan)


def test_reading_needs_no_database_and_no_templates() -> None:
    """The process starts quickly because it imports only what reading needs."""
    code = "import sys, mailsupport.mail.worker; print(sorted({'sqlalchemy', 'pydantic', 'jinja2', 'typer'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"
