"""Settings in several files."""

from __future__ import annotations

from pathlib import Path

import pytest
from settings_text import GOOD, Judge, Reader

from mailsupport.errors import SettingsError
from mailsupport.settings import load

GOLD = '[contract.gold]\ncalendar = "24x7"\nfirst_response = "1h"\nchain = ["cd@acme.example"]\n'
HELP = (
    '[[mailbox]]\naddress = "help@acme.example"\nhost = "imap.acme.example"\npassword_env = "X"\nstaff = ["anna@acme.example"]\n'
)


@pytest.fixture
def contracts(tmp_path: Path) -> Path:
    """A folder of further files beside the settings."""
    folder = tmp_path / "contracts"
    folder.mkdir()
    return folder


INCLUDING = 'include = ["contracts/*.toml"]\n' + GOOD


def test_included_tables_join_the_others(read: Reader, contracts: Path) -> None:
    """Contracts and mailboxes of included files stand beside those of the settings file."""
    (contracts / "gold.toml").write_text(GOLD + HELP)
    settings = read(INCLUDING)

    assert list(settings.contract) == ["standard", "gold"]
    assert [mailbox.name for mailbox in settings.mailbox] == ["support", "help"]


def test_name_in_two_files_names_both(problems: Judge, contracts: Path) -> None:
    """The same contract in two files is told with both places."""
    (contracts / "a.toml").write_text("\n" + GOLD)
    (contracts / "b.toml").write_text(GOLD)
    what = problems(INCLUDING)["contract.gold"].what

    assert "a.toml (line 2)" in what
    assert "b.toml (line 1)" in what


def test_problem_in_an_included_file_names_that_file(problems: Judge, contracts: Path) -> None:
    """File and line are those of the file the key is written in."""
    (contracts / "gold.toml").write_text(GOLD.replace('"1h"', "1"))
    problem = problems(INCLUDING)["contract.gold.first_response"]

    assert problem.file.endswith("contracts/gold.toml")
    assert problem.line == 3


def test_mailbox_of_an_included_file_keeps_its_line(problems: Judge, contracts: Path) -> None:
    """A mailbox is counted through all files, and found in its own."""
    (contracts / "help.toml").write_text(HELP + "prot = 1\n")
    problem = problems(INCLUDING)["mailbox[1].prot"]

    assert problem.file.endswith("contracts/help.toml")
    assert problem.line == 6


@pytest.mark.parametrize("line", ['operator = "a@b.c"', '[smtp]\nhost = "x"', 'include = ["*"]'])
def test_only_tables_of_many_may_be_included(problems: Judge, contracts: Path, line: str) -> None:
    """What the settings have once stands in the settings file."""
    (contracts / "x.toml").write_text(line)

    assert "included file" in next(iter(problems(INCLUDING).values())).what


def test_syntax_errors_of_all_files_are_told(problems: Judge, contracts: Path) -> None:
    """Each broken file is named, and nothing is guessed from the rest."""
    (contracts / "a.toml").write_text("a = ")
    (contracts / "b.toml").write_text("\n[b")

    assert set(problems(INCLUDING)) == {"a.toml", "b.toml"}


def test_missing_file_without_wildcard_is_told(problems: Judge) -> None:
    """A pattern may match nothing; a name must not."""
    assert set(problems('include = ["contracts/*.toml", "gold.toml"]\n' + GOOD)) == {"include[1]"}


@pytest.mark.parametrize("pattern", ["**x.toml", f"{'a' * 300}/*.toml", f"{'a' * 300}.toml"])
def test_pattern_that_cannot_be_followed_is_told(problems: Judge, pattern: str) -> None:
    """A pattern that names no possible place is a problem with its cure, and never an empty list of files."""
    found = problems(f'include = ["{pattern}"]\n' + GOOD)

    assert set(found) == {"include[0]"}
    assert "name each file" in found["include[0]"].cure


def test_missing_settings_file_is_told(tmp_path: Path) -> None:
    """A settings file that is not there is a settings error that says what to do."""
    with pytest.raises(SettingsError, match="mailsupport init"):
        load(tmp_path / "none.toml")


def test_byte_order_mark_and_windows_line_ends_are_read(read: Reader) -> None:
    """What Windows editors add does no harm."""
    assert read("\ufeff" + GOOD.replace("\n", "\r\n")).operator == "ops@acme.example"
