"""What a new desk starts with."""

from __future__ import annotations

from pathlib import Path

import pytest
from settings_text import Reader

from mailsupport.errors import SettingsError
from mailsupport.settings import desk
from mailsupport.settings.initial import REQUIRED, minimal_settings, missing, new_key, read_keys


def test_what_must_be_answered_is_enough(read: Reader) -> None:
    """The required answers alone make a file that loads."""
    assert missing(REQUIRED) == []
    assert read(minimal_settings(REQUIRED)).operator == "ops@acme.example"


@pytest.mark.parametrize("name", REQUIRED)
def test_blank_answer_is_missing(name: str) -> None:
    """Each required answer is told when it is blank."""
    assert missing({**REQUIRED, name: " "}) == [name]


def test_answers_stand_in_the_settings(read: Reader) -> None:
    """Each answer is found again; lists are separated by commas."""
    answers = {
        "operator": "root@globex.example",
        "address": "help@globex.example",
        "imap_host": "imap.globex.example",
        "smtp_host": "mx.globex.example",
        "staff": "ann@globex.example, bo@globex.example",
        "chain": "pm@globex.example",
        "first_response": "3bd end",
    }
    settings = read(minimal_settings(answers))
    made = desk(settings)

    assert (settings.smtp.host, settings.smtp.user, settings.mailbox[0].host) == (
        "mx.globex.example",
        "help@globex.example",
        "imap.globex.example",
    )
    assert (made.operator, made.mailboxes["help"].staff) == ("root@globex.example", ("ann@globex.example", "bo@globex.example"))
    assert [step.targets for step in made.contracts["standard"].steps] == [("pm@globex.example",)]


def test_office_calendar_is_written_too(read: Reader) -> None:
    """A calendar other than 24x7 comes with hours to change."""
    settings = read(minimal_settings({**REQUIRED, "calendar": "office", "timezone": "Europe/Berlin"}))

    assert settings.calendars["office"].timezone == "Europe/Berlin"
    assert len([day for day in settings.calendars["office"].week if day]) == 5


def test_password_file_is_named_when_there_is_one(read: Reader, tmp_path: Path) -> None:
    """A password file goes before the environment."""
    settings = read(minimal_settings({**REQUIRED, "password_file": "secrets/password"}))

    assert settings.mailbox[0].password_file == tmp_path / "secrets/password"
    assert settings.mailbox[0].password_env == ""


@pytest.mark.parametrize("answer", ['a"b', "a\\b", "a\nb = 1", "a\x7fb", "{operator}", "ä€"])
def test_no_answer_breaks_out_of_its_quotes(read: Reader, answer: str) -> None:
    """Whatever is answered is text, and judged as such."""
    with pytest.raises(SettingsError) as caught:
        read(minimal_settings({**REQUIRED, "operator": answer}))
    assert [problem.key for problem in caught.value.problems] == ["operator"]


def key_file(folder: Path, text: str, mode: int = 0o600) -> Path:
    """Write a key file."""
    path = folder / "mailsupport.key"
    path.write_text(text)
    path.chmod(mode)
    return path


def test_keys_are_read_in_order(tmp_path: Path) -> None:
    """The first key signs; comments and blank lines are passed over."""
    first, second = new_key(), new_key()
    keys = read_keys(key_file(tmp_path, f"# made today\n{first}\n\n{second.lower()}\n"))

    assert [len(key) for key in keys] == [32, 32]
    assert keys[0] == read_keys(key_file(tmp_path, first))[0]


def test_each_new_key_is_another() -> None:
    """Keys are random."""
    assert new_key() != new_key()


@pytest.mark.parametrize("text", ["", "\n# nothing\n", "no key at all!", "AAAA", "ä" * 52])
def test_bad_key_file_is_refused_without_showing_it(tmp_path: Path, text: str) -> None:
    """A file that holds no key is a settings error that names the file and not its content."""
    with pytest.raises(SettingsError, match=r"storage\.key_file") as caught:
        read_keys(key_file(tmp_path, text))
    assert caught.value.problems[0].cure
    assert "AAAA" not in str(caught.value)


def test_key_file_open_to_others_is_refused(tmp_path: Path) -> None:
    """Whoever reads the keys can sign."""
    with pytest.raises(SettingsError, match="chmod 600"):
        read_keys(key_file(tmp_path, new_key(), 0o644))


def test_missing_key_file_is_a_settings_error(tmp_path: Path) -> None:
    """Without keys there is no start."""
    with pytest.raises(SettingsError, match="cannot be read"):
        read_keys(tmp_path / "none")
