"""The demo as whoever tries it sees it: the real command, its output, its folder, and Ctrl-C."""

from __future__ import annotations

import email
import email.policy
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mailsupport.demo import main
from mailsupport.demo.cast import OPERATOR, settings_text
from mailsupport.demo.verdict import checks
from mailsupport.errors import MailsupportError
from mailsupport.settings import load
from mailsupport.store import open_store

COMMAND = [sys.executable, "-m", "mailsupport", "demo"]


def environment(temporary: Path) -> dict[str, str]:
    """The demo's folder comes to lie in `temporary`, and no terminal is pretended."""
    given = {name: value for name, value in os.environ.items() if name not in ("FORCE_COLOR", "TTY_COMPATIBLE")}
    return {**given, "TMPDIR": str(temporary), "PYTHONIOENCODING": "utf-8"}


@dataclass(frozen=True)
class Run:
    """A demo that was played."""

    code: int
    out: str
    err: str
    folder: Path
    seconds: float

    def mails(self) -> list[str]:
        """The names of the mails it kept."""
        return sorted(file.name for file in (self.folder / "mails").iterdir())


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """One run of the command, without a terminal, for all that is asked of it here."""
    temporary = tmp_path_factory.mktemp("demo")
    begun = time.monotonic()
    done = subprocess.run(COMMAND, env=environment(temporary), capture_output=True, encoding="utf-8", timeout=60, check=False)
    (folder,) = temporary.glob("mailsupport-demo-*")
    return Run(done.returncode, done.stdout, done.stderr, folder, time.monotonic() - begun)


def test_the_story_happens(played: Run) -> None:
    """Exit code 0 says that every mail and every row is as promised; else the output names what is not."""
    assert (played.code, played.err) == (0, ""), played.out


def test_it_takes_less_than_forty_seconds(played: Run) -> None:
    """It is promised in less than thirty; here several people share two cores."""
    assert played.seconds < 40


def test_the_timeline_tells_it_in_order(played: Run) -> None:
    """Customers, staff, the chain in turn, the director's reply, the answer, the all-clear."""
    scenes = [
        r"Erika Muster +of Globex writes",
        r"Hugo Brandt +of Initech writes",
        r"Mia Olsen +of Umbrella writes",
        r"A robot .*Tom Weber",
        r"Anna Berg +replies",
        r"answer goes to Erika Muster",
        r"Jo Lind +replies /take",
        r"Jo Lind gets it confirmed",
        r"Anna Berg and Jo Lind are reminded",
        r"ALERT to Ben Ito, project manager",
        r"ALERT to Cleo Roy, account manager",
        r"ALERT to Dov Hart, commercial director",
        r"Dov Hart +replies",
        r"Anna Berg and Jo Lind are told who has taken notice",
        r"answer goes to Hugo Brandt",
        r"Ben Ito, Cleo Roy and Dov Hart get the all-clear",
        r"\[Overdue\] Initech: Nobody of us can log in",
        r"All of it happened as promised",
    ]
    assert re.search(".*".join(scenes), played.out, re.DOTALL), played.out


def test_without_a_terminal_it_writes_plain_lines(played: Run) -> None:
    """No colours, no moving line, and nothing of a log."""
    assert "\x1b" not in played.out
    assert "\r" not in played.out
    assert "level=" not in played.out


def test_the_folder_holds_every_mail_in_order(played: Run) -> None:
    """Numbered without a gap, named by recipient and subject, whole."""
    names = played.mails()
    assert [name[:2] for name in names] == [f"{number:02d}" for number in range(1, len(names) + 1)]
    (alert,) = [name for name in names if re.fullmatch(r"\d\d-to-dov-overdue-initech-nobody-of-us-can-log-in-.*\.eml", name)]
    message = email.message_from_bytes((played.folder / "mails" / alert).read_bytes(), policy=email.policy.default)
    assert message["To"] == "Dov Hart <dov@acme.example>"


def test_the_operator_and_the_robot_get_no_mail(played: Run) -> None:
    """Nothing was stuck, and robots are not answered."""
    assert not [name for name in played.mails() if "-to-ops-" in name or "-to-tom-" in name]


def test_what_it_leaves_can_be_looked_at(played: Run) -> None:
    """The lines at the end work: the settings load, and the ticket tells its story."""
    config = str(played.folder / "mailsupport.toml")
    show = [*COMMAND[:-1], "--config", config, "ticket", "show", "2"]
    told = subprocess.run(show, capture_output=True, encoding="utf-8", timeout=30, check=False, env=environment(played.folder))
    assert told.returncode == 0, told.stderr
    assert "Nobody of us can log in" in told.stdout


@pytest.fixture
def running(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """A demo under way, in a process group of its own as a shell would start it."""
    process = subprocess.Popen(
        [sys.executable, "-u", *COMMAND[1:]],
        env=environment(tmp_path),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        start_new_session=True,
    )
    yield process
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.communicate()


def test_ctrl_c_ends_it_with_130_and_leaves_nothing(running: subprocess.Popen[str]) -> None:
    """The whole group gets SIGINT, as from a terminal: no traceback of anybody, and whatever was started lets go of stderr."""
    assert running.stdout is not None
    seen = ""
    while "gets a receipt" not in seen:  # by then the worker process lives
        line = running.stdout.readline()
        assert line, seen
        seen += line
    os.killpg(running.pid, signal.SIGINT)
    out, err = running.communicate(timeout=20)  # returns when the last process that inherited the pipes has ended
    assert (running.returncode, err) == (130, "")
    assert "Stopped." in out


def test_what_did_not_happen_is_named(tmp_path: Path) -> None:
    """On an empty desk every scene is missing, in words; only what must never happen holds."""
    store = open_store(f"sqlite:///{tmp_path / 'empty.db'}", "")
    store.migrate()
    missing = [check.words for check in checks([], store, datetime.now(UTC)) if not check.holds]
    store.close()
    assert "each of three customers has one receipt" in missing
    assert "project manager, account manager and director were alerted in turn" in missing
    assert "Jo Lind's command was confirmed" in missing
    assert "her bold words arrived bold" in missing
    assert "everyone alerted got the all-clear, once" in missing


def test_a_folder_with_something_in_it_is_refused(tmp_path: Path) -> None:
    """Nobody's files are touched."""
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(MailsupportError, match="not empty"):
        main(folder=tmp_path)


def test_without_its_servers_the_demo_names_the_cure(tmp_path: Path) -> None:
    """The extra `demo` holds them."""
    program = "import sys; sys.modules['pymap'] = None; from mailsupport.cli import main; sys.exit(main(['demo']))"
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=30, check=False)
    assert told.returncode == 1
    assert "pip install 'mailsupport[demo]'" in told.stderr


def test_its_settings_are_real_ones(tmp_path: Path) -> None:
    """They load as anybody's, from a file."""
    (tmp_path / "mailsupport.toml").write_text(settings_text(2525, 1143), encoding="utf-8")
    assert load(tmp_path / "mailsupport.toml", secrets=False).operator == OPERATOR
