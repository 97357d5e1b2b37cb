"""`init`: a settings file that loads, and keys for their owner alone."""

from __future__ import annotations

import io
import stat

import pytest
from desks import Office

from mailsupport.settings import load
from mailsupport.settings.initial import read_keys

ANSWERS = (
    *("--operator", "me@shop.example", "--address", "help@shop.example", "--imap-host", "imap.shop.example"),
    *("--smtp-host", "smtp.shop.example", "--staff", "a@shop.example, b@shop.example", "--chain", "boss@shop.example"),
)


def test_init_writes_settings_that_load(bare: Office) -> None:
    """Each answer is an option."""
    said = bare.does("init", "--non-interactive", *ANSWERS)

    settings = load(bare.settings, secrets=False)
    assert said.code == 0
    assert ("me@shop.example", ("a@shop.example", "b@shop.example")) == (settings.operator, settings.mailbox[0].staff)


def test_init_makes_a_key_for_its_owner_alone(bare: Office) -> None:
    """Mode 600, one key."""
    bare.does("init", "--non-interactive", *ANSWERS)

    key = bare.folder / "mailsupport.key"
    assert (0o600, 1) == (stat.S_IMODE(key.stat().st_mode), len(read_keys(key)))


def test_init_overwrites_nothing(office: Office) -> None:
    """Without --force, a settings file that is there stays."""
    before = office.settings.read_text()

    said = office.does("init", "--non-interactive")

    assert (1, before) == (said.code, office.settings.read_text())
    assert "--force" in said.err


def test_forced_init_keeps_the_keys(office: Office) -> None:
    """Mails in the world bear tokens that the old key signed."""
    before = (office.folder / "mailsupport.key").read_text()

    said = office.does("init", "--non-interactive", "--force", *ANSWERS)

    assert (0, before) == (said.code, (office.folder / "mailsupport.key").read_text())


def test_init_asks_what_no_option_answers(bare: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty line takes what is proposed; the hosts proposed are of the address's domain."""
    monkeypatch.setattr(
        "sys.stdin", io.StringIO("me@shop.example\n\nhelp@shop.example\n" + "\n" * 5 + "\na@shop.example\nb@shop.example\n\n\n")
    )

    said = bare.does("init")

    settings = load(bare.settings, secrets=False)
    assert said.code == 0
    assert ("help@shop.example", "imap.shop.example") == (settings.mailbox[0].address, settings.mailbox[0].host)


def test_init_writes_nothing_that_would_not_load(bare: Office) -> None:
    """A wrong answer is told with its key; no file appears."""
    said = bare.does("init", "--non-interactive", *ANSWERS, "--operator", "nobody")

    assert (78, []) == (said.code, sorted(path.name for path in bare.folder.iterdir()))
    assert "operator" in said.err


@pytest.mark.parametrize("left_out", ANSWERS[::2])
def test_init_names_what_is_not_answered(bare: Office, left_out: str) -> None:
    """A missing answer is misuse: it is named, and no file with names from an example appears."""
    at = ANSWERS.index(left_out)

    said = bare.does("init", "--non-interactive", *ANSWERS[:at], *ANSWERS[at + 2 :])

    assert (2, []) == (said.code, sorted(path.name for path in bare.folder.iterdir()))
    assert f"not answered: {left_out.removeprefix('--').replace('-', '_')};" in said.err
    assert f"{left_out} " in said.err


def test_init_proposes_no_name_of_an_example(bare: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing but empty lines writes nothing."""
    monkeypatch.setattr("sys.stdin", io.StringIO("\n" * 40))

    said = bare.does("init")

    assert (1, []) == (said.code, sorted(path.name for path in bare.folder.iterdir()))


def test_init_writes_a_first_customer(bare: Office) -> None:
    """A domain is enough; check then says nothing of strangers."""
    bare.does(
        "init", "--non-interactive", *ANSWERS, "--customer", "globex.example, max@home.example", "--customer-name", "Globex GmbH"
    )

    made = load(bare.settings, secrets=False).customer["globex"]
    assert (made.name, made.match) == ("Globex GmbH", ("@globex.example", "max@home.example"))


def test_init_without_a_customer_shows_how_one_is_named(bare: Office) -> None:
    """As an example behind #, and `check` says what that means."""
    bare.does("init", "--non-interactive", *ANSWERS)

    assert "# [customer.globex]" in bare.settings.read_text()
    assert "customers: none is named, so everybody gets the receipt for strangers" in bare.does("check").out


def test_init_asks_for_the_first_customer_last(bare: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty name is the domain's."""
    answers = "me@shop.example\n\nhelp@shop.example\n" + "\n" * 5 + "\na@shop.example\nb@shop.example\n\n\n@globex.example\n\n"
    monkeypatch.setattr("sys.stdin", io.StringIO(answers))

    assert bare.does("init").code == 0
    assert load(bare.settings, secrets=False).customer["globex"].name == "globex"
