"""The command itself: help, errors with their cures, exit codes, pipes, the reference page."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from desks import ENVIRONMENT, ROOT, Office, as_process

from mailsupport.cli import main
from mailsupport.cli.reference import PAGE, page

HEAVY = set("rich structlog sqlalchemy pydantic holidays imapclient aiosmtplib jinja2 apscheduler alembic".split())


def test_reference_page_is_what_the_program_says() -> None:
    """A changed verb needs a new page: python -m mailsupport.cli.reference --write."""
    assert (ROOT / PAGE).read_text("utf-8") == page()


def test_help_loads_nothing_heavy() -> None:
    """`--help` stays quick because each verb imports what it needs, when it is called."""
    code = "import sys; from mailsupport.cli import main; main(['--help']); print(*sorted(sys.modules), file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=ENVIRONMENT)

    assert not HEAVY & set(done.stderr.split())


def test_help_names_every_verb() -> None:
    """The verbs of the design are all there."""
    verbs = "init check run demo try status ticket explain due chain outbox quarantine audit version".split()
    words = as_process("--help").stdout.decode()

    assert [verb for verb in verbs if f"  {verb} " not in words] == []


def test_no_words_show_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    """Misuse: exit code 2, and the help on stderr."""
    assert main([]) == 2
    assert "Commands:" in capsys.readouterr().err


def test_unknown_verb_is_misuse(capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 2, and no traceback."""
    assert main(["tickets"]) == 2
    assert "No such command 'tickets'" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("chain", "gaps", "--days", "0"), "'--days': must be 1 or more"),
        (("chain", "gaps", "--days", "x"), "'--days': must be a whole number"),
        (("chain", "gaps", "--days", "367"), "'--days': must be 366 or less"),
        (("ticket", "show", "x"), "'N': must be a whole number"),
    ],
)
def test_odd_argument_is_told_in_our_own_words(capsys: pytest.CaptureFixture[str], words: tuple[str, ...], said: str) -> None:
    """Exit code 2, what the value must be, and how the verb is used."""
    assert main(words) == 2
    assert f"Invalid value for {said}\n→ Usage: " in capsys.readouterr().err


def test_settings_error_exits_78_with_every_problem(bare: Office) -> None:
    """Each problem with its key and cure, and nothing on stdout."""
    bare.settings.write_text('operator = "nobody"\ntimezon = "UTC"\n')

    said = bare.does("ticket", "list")

    assert (78, "") == (said.code, said.out)
    assert 'did you mean "timezone"?' in said.err
    assert "operator" in said.err


def test_error_of_a_json_verb_is_an_object_on_stderr(office: Office) -> None:
    """Stdout stays empty; the object says what happened, and the cure."""
    said = office.does("ticket", "list", "--json")

    assert (1, "") == (said.code, said.out)
    assert {"error", "cure"} == set(json.loads(said.err))


def test_environment_names_the_settings(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """MAILSUPPORT_CONFIG stands for --config."""
    monkeypatch.setenv("MAILSUPPORT_CONFIG", str(office.settings))

    assert main(["chain", "show", "standard"]) == 0


def test_settings_of_the_current_folder_are_found(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a word, mailsupport.toml here is meant."""
    monkeypatch.delenv("MAILSUPPORT_CONFIG", raising=False)
    monkeypatch.chdir(office.folder)

    assert main(["chain", "show", "standard"]) == 0


def test_closed_pipe_is_no_error(office: Office) -> None:
    """Whoever reads only the first lines gets no traceback."""
    line = '{"calendar": "24x7", "start": "2026-12-21T08:00:00Z", "within": 3600}\n'
    (office.folder / "asked").write_text(line * 2000)
    command = f"{sys.executable} -m mailsupport --config {office.settings} due --batch {office.folder / 'asked'} | head -1"

    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=True, env=ENVIRONMENT)

    assert ("", 1) == (done.stderr, len(done.stdout.splitlines()))


def test_version_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    """One line."""
    assert main(["version"]) == 0
    assert capsys.readouterr().out.count("\n") == 1
