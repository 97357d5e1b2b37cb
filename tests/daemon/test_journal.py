"""The log: its forms, its names, and what may never stand in it."""

from __future__ import annotations

import ast
import io
import json
import logging
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from mailsupport.core.judging import tokens
from mailsupport.core.judging.tokens import Purpose
from mailsupport.daemon import journal
from mailsupport.settings import Settings, load
from mailsupport.store.told import Happening

ROOT = Path(__file__).parents[2]
KEYS = (b"k" * 32,)
SETTINGS = """\
operator = "ops@acme.example"
[smtp]
host = "smtp.acme.example"
user = "u"
password_env = "SMTP_SECRET"
[[mailbox]]
address = "support@acme.example"
path = "inbox"
staff = ["anna@acme.example"]
[contract.standard]
calendar = "24x7"
first_response = "4h"
chain = ["pm@acme.example"]
"""


class Terminal(io.StringIO):
    """Somebody looks at it."""

    def isatty(self) -> bool:
        return True


class Broken(io.StringIO):
    """A full disk, or a pipe that nobody reads."""

    def write(self, text: str) -> int:
        raise OSError("no space left on device")


@pytest.fixture(autouse=True)
def _logging_as_it_was() -> Iterator[None]:
    root, before = logging.getLogger(), structlog.get_config()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers, root.level = handlers, level
    structlog.configure(**before)


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Settings with a password."""
    return loaded(tmp_path, monkeypatch, "")


def loaded(folder: Path, monkeypatch: pytest.MonkeyPatch, log: str) -> Settings:
    """Settings with a password and that [log]."""
    monkeypatch.setenv("SMTP_SECRET", "hunter2hunter2")
    (folder / "inbox").mkdir(exist_ok=True)
    path = folder / "mailsupport.toml"
    path.write_text(f"{SETTINGS}[log]\n{log}\n")
    path.chmod(0o600)
    return load(path)


def begun(settings: Settings, stream: io.StringIO | None = None) -> io.StringIO:
    """Begin a log and return where it is written to."""
    stream = stream or io.StringIO()
    journal.begin(settings, KEYS, stream)
    return stream


def test_a_line_is_an_object_where_nobody_looks(settings: Settings) -> None:
    """JSON with time, level and event first, then the values."""
    log = begun(settings)
    structlog.get_logger("x").warning("mailbox_unavailable", mailbox="support", failures=3)

    (line,) = log.getvalue().splitlines()
    found = json.loads(line)
    assert list(found) == ["at", "level", "event", "mailbox", "failures"]
    assert (found["level"], found["event"], found["failures"]) == ("warning", "mailbox_unavailable", 3)
    assert found["at"].endswith("Z")


def test_a_line_is_text_on_a_terminal(settings: Settings) -> None:
    """`name=value`, quoted where there are spaces."""
    log = begun(settings, Terminal())
    structlog.get_logger("x").info("mails_taken", mailbox="support", mails=3, error="no such file", to=["a", "b"])

    assert log.getvalue().endswith('info     mails_taken mailbox=support mails=3 error="no such file" to=a,b\n')


def test_what_is_less_important_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`level` is the least that is written."""
    log = begun(loaded(tmp_path, monkeypatch, 'level = "error"'))
    structlog.get_logger("x").warning("mailbox_unavailable")
    structlog.get_logger("x").error("pass_failed")

    assert [json.loads(line)["event"] for line in log.getvalue().splitlines()] == ["pass_failed"]


@pytest.mark.parametrize("stream", [None, "terminal"])
def test_values_cannot_make_a_line_or_command_a_terminal(settings: Settings, stream: str | None) -> None:
    """Line ends, escapes and bidi overrides of a server's words are taken out."""
    log = begun(settings, Terminal() if stream else None)
    structlog.get_logger("x").info("mail_refused", said="550 no\r\n2026 critical fake\x1b[2J\u202e\x9b31m\x00")

    assert log.getvalue().count("\n") == 1
    assert not re.search("[\r\x00\x1b\x9b\u202e]", log.getvalue())


def test_addresses_are_marks(settings: Settings) -> None:
    """The same address has the same mark, in whatever value and case; another has another."""
    log = begun(settings)
    structlog.get_logger("x").info("mail_accepted", to=["Anna@acme.example", "ben@acme.example"], error="550 <anna@acme.example>")

    found = json.loads(log.getvalue())
    anna, ben = found["to"]
    assert re.fullmatch(r"address-[0-9a-f]{10}", anna)
    assert anna != ben
    assert found["error"] == f"550 <{anna}>"
    assert "acme.example" not in log.getvalue()


def test_addresses_stand_in_full_where_the_settings_say_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Their tokens do not."""
    token = tokens.issue(KEYS, Purpose.REPLY, 7, "anna", "1")
    log = begun(loaded(tmp_path, monkeypatch, 'addresses = "full"'))
    structlog.get_logger("x").info("mail_accepted", to=["anna@acme.example", f"support+{token}@acme.example"])

    assert json.loads(log.getvalue())["to"] == ["anna@acme.example", "support+[token]@acme.example"]


def test_a_password_is_never_written(settings: Settings) -> None:
    """Not in a value, not in the middle of one that is cut, not in a traceback."""
    log = begun(settings)
    try:
        raise RuntimeError("AUTH PLAIN hunter2hunter2")
    except RuntimeError:
        structlog.get_logger("x").exception("pass_failed", error="x" * 490 + "hunter2hunter2", sent={"p": "hunter2hunter2"})

    assert "hunter2" not in log.getvalue()
    assert "RuntimeError: AUTH PLAIN [secret]" in json.loads(log.getvalue())["exception"]


def test_what_an_error_says_of_a_value_is_not_written(settings: Settings) -> None:
    """A word of a mail that somewhere was no number: type and place of the error and its cause are told, no value."""
    log = begun(settings)
    try:
        body = "The canary sings at [ref:x]."
        try:
            int(body)
        except ValueError as error:
            raise KeyError(body) from error
    except KeyError as error:
        structlog.get_logger("x").exception("mail_not_understood", error=str(error), uid=7)

    said = json.loads(log.getvalue())
    assert "canary" not in log.getvalue().replace('body = "The canary sings at [ref:x]."', "")
    assert ("[not shown]", 7) == (said["error"], said["uid"])
    assert "ValueError: [not shown]" in said["exception"] and "KeyError: [not shown]" in said["exception"]
    assert "test_journal.py" in said["exception"]


def test_a_long_value_costs_no_more_than_its_beginning(settings: Settings) -> None:
    """A server may answer with megabytes."""
    begun(settings)
    start = time.process_time()
    structlog.get_logger("x").info("mail_refused", said="a" * 5_000_000)
    assert time.process_time() - start < 0.5


def test_libraries_are_heard_through_the_same_cover(settings: Settings) -> None:
    """What a library says by logging is an event of ours."""
    log = begun(settings)
    logging.getLogger("imapclient").warning("login %s as %s", "hunter2hunter2", "anna@acme.example")

    found = json.loads(log.getvalue())
    assert (found["event"], found["library"]) == ("library_said", "imapclient")
    assert found["said"].startswith("login [secret] as address-")


class Unshowable:
    """A value that cannot be shown."""

    def __str__(self) -> str:
        raise RuntimeError("no")


@pytest.mark.parametrize("stream", [Broken(), None])
def test_writing_never_raises(settings: Settings, stream: io.StringIO | None) -> None:
    """A full disk, a closed pipe, a value that cannot be shown, a record whose form is wrong: the work goes on."""
    begun(settings, stream)
    structlog.get_logger("x").info("mail_accepted", to=Unshowable())
    logging.getLogger("library").error("%d", "no number")
    journal.happened([Happening("alerted", 1, "ben", {"step": "x", "round": None})])


def test_what_the_store_tells_is_written_under_the_names_of_the_log(settings: Settings) -> None:
    """Steps and rounds are counted from 1; reasons, which may hold words of a mail, and what is not for the log are left out."""
    log = begun(settings)
    journal.happened(
        [
            Happening("alerted", 7, "ben", {"step": 0, "round": 1}),
            Happening("changed", 7, "anna", {"reason": "closed"}),
            Happening("held", 7, "anna", {"reason": "“my words” stands inside our notice", "hold": 3}),
        ]
    )

    first, second = (json.loads(line) for line in log.getvalue().splitlines())
    assert {**first, "at": ""} == {
        "at": "", "level": "info", "event": "step_fired", "ticket": 7, "by": "ben", "step": 1, "round": 2,
    }  # fmt: skip
    assert second["event"] == "mail_held"
    assert "words" not in log.getvalue()


# --- its names ------------------------------------------------------------------------------------------------------------

_LEVELS = {"debug", "info", "warning", "error", "exception", "critical"}


def named_in_the_program() -> set[str]:
    """Every event that our modules log by structlog, with those the store tells of."""
    found = {*journal.OF_TICKETS.values(), *journal.AS_THEY_ARE, "library_said"}
    for path in (ROOT / "src/mailsupport").rglob("*.py"):
        text = path.read_text("utf-8")
        if "structlog.get_logger" not in text or path.name == "journal.py":
            continue
        for call in (node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call)):
            function = call.func
            if isinstance(function, ast.Attribute) and function.attr in _LEVELS and ast.unparse(function.value) == "_log":
                name = call.args[0]
                assert isinstance(name, ast.Constant), f"{path}: the name of an event is written where it is logged"
                found.add(str(name.value))
    return found


def named_in_the_page() -> set[str]:
    """Every event in the first column of the page's tables."""
    rows = [
        line.split("|")[1] for line in (ROOT / "docs/reference/log.md").read_text("utf-8").splitlines() if line.startswith("| `")
    ]
    return {name for row in rows for name in re.findall(r"`([a-z_]+)`", row)}


def test_every_event_is_in_the_reference_page() -> None:
    """And the page names no other; whoever searches a log by name relies on it."""
    assert named_in_the_program() == named_in_the_page()


def test_names_are_words_without_spaces() -> None:
    """Lower case and underscores, nothing else."""
    assert [name for name in named_in_the_program() if not re.fullmatch(r"[a-z]+(_[a-z]+)+", name)] == []
