"""`init`: a settings file that loads, and keys for their owner alone."""

from __future__ import annotations

import io
import stat

import pytest
from desks import Office

from mailsupport.settings import load
from mailsupport.settings.initial import read_keys


def test_init_writes_settings_that_load(bare: Office) -> None:
    """Each answer is an option."""
    said = bare.does("init", "--non-interactive", "--operator", "me@acme.example", "--staff", "a@acme.example, b@acme.example")

    settings = load(bare.settings, secrets=False)
    assert said.code == 0
    assert ("me@acme.example", ("a@acme.example", "b@acme.example")) == (settings.operator, settings.mailbox[0].staff)


def test_init_makes_a_key_for_its_owner_alone(bare: Office) -> None:
    """Mode 600, one key."""
    bare.does("init", "--non-interactive")

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

    said = office.does("init", "--non-interactive", "--force")

    assert (0, before) == (said.code, (office.folder / "mailsupport.key").read_text())


def test_init_asks_what_no_option_answers(bare: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty line takes what is proposed; the hosts proposed are of the address's domain."""
    monkeypatch.setattr("sys.stdin", io.StringIO("me@shop.example\n\nhelp@shop.example\n" + "\n" * 20))

    said = bare.does("init")

    settings = load(bare.settings, secrets=False)
    assert said.code == 0
    assert ("help@shop.example", "imap.shop.example") == (settings.mailbox[0].address, settings.mailbox[0].host)


def test_init_writes_nothing_that_would_not_load(bare: Office) -> None:
    """A wrong answer is told with its key; no file appears."""
    said = bare.does("init", "--non-interactive", "--operator", "nobody")

    assert (78, []) == (said.code, sorted(path.name for path in bare.folder.iterdir()))
    assert "operator" in said.err
