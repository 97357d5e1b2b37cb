"""Where passwords come from, and what is refused on the way."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from settings_text import GOOD, Judge, Reader

from mailsupport.settings import Secret
from mailsupport.settings.problems import Wrong
from mailsupport.settings.secrets import command_words, from_file, resolve

FileOf = Callable[..., Path]


@pytest.fixture
def file_of(tmp_path: Path) -> FileOf:
    """Write a secret's file with a mode."""

    def write(content: bytes, mode: int = 0o600) -> Path:
        path = tmp_path / "password"
        path.write_bytes(content)
        path.chmod(mode)
        return path

    return write


def test_secret_does_not_show_itself() -> None:
    """Neither repr, str, format nor a container around it shows a secret."""
    secret = Secret("hunter2")

    assert "hunter2" not in f"{secret} {secret!r} {[secret]} {secret!s:>40}"


def test_secret_reveals_itself_when_asked() -> None:
    """The one way to the text of a secret is reveal."""
    assert Secret("hunter2").reveal() == "hunter2"


def test_secret_does_not_change() -> None:
    """A secret is frozen."""
    with pytest.raises(AttributeError):
        Secret("a")._value = "b"


@pytest.mark.parametrize(
    ("content", "secret"),
    [(b"hunter2\n", "hunter2"), (b"hunter2", "hunter2"), (b" a \r\n", " a "), ("pä§\n".encode(), "pä§")],
)
def test_file_loses_one_line_end(file_of: FileOf, content: bytes, secret: str) -> None:
    """The editor's line end is no part of the password; spaces are."""
    assert resolve(file_of(content), "", (), Path()) == Secret(secret)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o622, 0o610])
def test_file_open_to_others_is_refused(file_of: FileOf, mode: int) -> None:
    """A password file with any right for group or others is refused, with the chmod that mends it."""
    with pytest.raises(Wrong) as caught:
        from_file(file_of(b"hunter2", mode))
    assert "chmod 600" in caught.value.cure


@pytest.mark.parametrize("mode", [0o600, 0o400])
def test_private_file_is_read(file_of: FileOf, mode: int) -> None:
    """Readable by its owner alone is enough."""
    assert from_file(file_of(b"hunter2", mode)) == "hunter2"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_file_of_another_user_is_refused(file_of: FileOf) -> None:
    """A password file that somebody else can change is refused."""
    path = file_of(b"hunter2")
    os.chown(path, os.geteuid() + 12345, -1)

    with pytest.raises(Wrong, match="another user"):
        from_file(path)


@pytest.mark.parametrize("content", [b"", b"\n", b"two\nlines\n", b"nul\0", b"\xff\xfe"])
def test_unusable_content_is_refused(file_of: FileOf, content: bytes) -> None:
    """Nothing, several lines, NUL and what is no text can be no password."""
    with pytest.raises(Wrong) as caught:
        resolve(file_of(content), "", (), Path())
    assert caught.value.cure


@pytest.mark.parametrize("path", ["/dev/null", "/", "/nowhere/at/all"])
def test_what_is_no_file_is_refused(path: str) -> None:
    """Devices, folders and what does not exist hold no password."""
    with pytest.raises(Wrong):
        from_file(Path(path))


def test_environment_gives_the_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    """The variable's value is the password."""
    monkeypatch.setenv("SUPPORT_PASSWORD", "hunter2")

    assert resolve(None, "SUPPORT_PASSWORD", (), Path()) == Secret("hunter2")


def test_missing_variable_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A variable that is not set is named."""
    monkeypatch.delenv("SUPPORT_PASSWORD", raising=False)

    with pytest.raises(Wrong, match="SUPPORT_PASSWORD is not set"):
        resolve(None, "SUPPORT_PASSWORD", (), Path())


def python(code: str) -> tuple[str, ...]:
    """Return a command that runs some Python."""
    return (sys.executable, "-S", "-c", code)


def test_first_line_of_a_command_is_the_secret() -> None:
    """What a password store prints after the first line is not the password."""
    assert resolve(None, "", python("print('hunter2\\nuser: x')"), Path()) == Secret("hunter2")


def test_command_runs_in_the_settings_folder(tmp_path: Path) -> None:
    """A relative path in a command counts from the folder of the settings file."""
    assert resolve(None, "", python("import os; print(os.getcwd())"), tmp_path) == Secret(str(tmp_path))


def test_no_shell_reads_a_command() -> None:
    """Words with a shell's signs reach the program as they are."""
    assert resolve(None, "", ("echo", "$(id);", "`id`"), Path()) == Secret("$(id); `id`")


def test_failing_command_is_told_without_its_output() -> None:
    """A command that fails is told with its complaint, never with what it printed."""
    with pytest.raises(Wrong, match="locked") as caught:
        resolve(None, "", python("import sys; print('hunter2'); sys.exit('store is locked')"), Path())
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("command", [("/nowhere/program",), ("/",)])
def test_command_that_cannot_run_is_refused(command: tuple[str, ...]) -> None:
    """A program that does not exist is a problem, not a crash."""
    with pytest.raises(Wrong, match="cannot be run"):
        resolve(None, "", command, Path())


@pytest.mark.parametrize(
    ("value", "words"), [("pass show 'a b'", ("pass", "show", "a b")), (["pass", "a b"], ("pass", "a b")), ([], ())]
)
def test_command_is_a_list_or_a_text(value: object, words: tuple[str, ...]) -> None:
    """A text is split as a shell would split it, a list is taken as it is."""
    assert command_words(value) == words


@pytest.mark.parametrize("value", ["it's", [""], [1], {"a": 1}, 5, " "])
def test_what_is_no_command_is_refused(value: object) -> None:
    """An open quote, an empty word and other types are no command."""
    with pytest.raises(Wrong):
        command_words(value)


def test_systemd_credentials_are_read_whatever_their_mode(read: Reader, file_of: FileOf, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that systemd hands over is guarded by systemd, and its folder may be named by the variable."""
    path = file_of(b"hunter2", 0o440)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(path.parent))
    text = GOOD.replace('password_env = "SUPPORT_PASSWORD"', 'password_file = "${CREDENTIALS_DIRECTORY}/password"')

    assert read(text, secrets=True).smtp.password == Secret("hunter2")


def test_secrets_stand_beside_their_user(read: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    """Loading fills in the passwords of the relay and of each mailbox."""
    monkeypatch.setenv("SUPPORT_PASSWORD", "hunter2")
    settings = read(GOOD, secrets=True)

    assert (settings.smtp.password, settings.mailbox[0].password) == (Secret("hunter2"), Secret("hunter2"))


def test_settings_do_not_show_secrets(read: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    """Printing the whole settings shows no password."""
    monkeypatch.setenv("SUPPORT_PASSWORD", "hunter2")

    assert "hunter2" not in repr(read(GOOD, secrets=True))


def test_missing_secret_names_its_key(problems: Judge, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each missing secret is told under the key that should give it."""
    monkeypatch.delenv("SUPPORT_PASSWORD", raising=False)

    assert set(problems(GOOD, secrets=True)) == {"smtp.password_env", "mailbox[0].password_env"}


def test_nothing_is_opened_when_secrets_are_not_asked_for(read: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without secrets no variable is needed, and no password is there."""
    monkeypatch.delenv("SUPPORT_PASSWORD", raising=False)

    assert read(GOOD).smtp.password is None


def test_missing_folders_and_files_are_told(problems: Judge, monkeypatch: pytest.MonkeyPatch) -> None:
    """A templates folder or certificate that is named must be there."""
    monkeypatch.setenv("SUPPORT_PASSWORD", "hunter2")
    text = GOOD.replace("[smtp]", '[smtp]\nca_file = "no.pem"') + '[templates]\ndir = "nowhere"\n'

    assert set(problems(text, secrets=True)) == {"smtp.ca_file", "templates.dir"}


def test_settings_that_everybody_may_change_are_refused(problems: Judge, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever can write the settings can run commands as us."""
    monkeypatch.setenv("SUPPORT_PASSWORD", "hunter2")
    (tmp_path / "mailsupport.toml").touch()
    (tmp_path / "mailsupport.toml").chmod(0o646)

    assert "chmod o-w" in problems(GOOD, secrets=True)["mailsupport.toml"].cure
