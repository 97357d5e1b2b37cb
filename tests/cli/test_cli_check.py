"""`check`: everything in one go, against a real IMAP server and a relay that speaks SMTP."""

from __future__ import annotations

import pytest
from desks import SETTINGS, Office, Said

from servers.dovecot import Dovecot
from servers.smtp import Relay

FOLDERS = 'folder = "out"', 'path = "in"'


def states(said: Said) -> dict[str, set[str]]:
    """The states that each area was found in."""
    found: dict[str, set[str]] = {}
    for one in said.json:
        found.setdefault(one["area"], set()).add(one["state"])
    return found


@pytest.fixture
def online(bare: Office, dovecot: Dovecot, relay: Relay) -> Office:
    """Settings of a real mailbox and a real relay on this machine."""
    (bare.folder / "secret").touch(mode=0o600)
    (bare.folder / "secret").write_text(dovecot.password)
    (bare.folder / "relay").touch(mode=0o600)
    (bare.folder / "relay").write_text(relay.password)
    smtp = f'host = "{relay.host}"\nport = {relay.port}\nsecurity = "none"\nuser = "{relay.user}"\npassword_file = "relay"'
    imap = f'host = "127.0.0.1"\nport = {dovecot.port}\nsecurity = "none"\nuser = "check@example.com"\npassword_file = "secret"'
    bare.write(SETTINGS.replace(FOLDERS[0], smtp).replace(FOLDERS[1], imap))
    return bare


def test_good_settings_pass(online: Office) -> None:
    """Mailbox, relay, keys, database, templates and chains: exit code 0."""
    said = online.does("check", "--json")

    assert 0 == said.code, said.out
    assert {"settings", "mailbox support", "relay", "keys", "database", "templates"} <= set(states(said))


def test_chain_is_printed_as_a_timetable(office: Office) -> None:
    """Who would hear when, of a mail that came now; a customer's own people have a table of their own."""
    said = office.does("check")

    assert "Ben Ito <ben@acme.example>" in said.out
    assert "chain of standard for Globex GmbH" in said.out


def test_wrong_password_fails_as_unavailable(online: Office) -> None:
    """Exit code 69; the other questions are asked all the same."""
    (online.folder / "secret").write_text("wrong")

    said = online.does("check", "--json")

    assert 69 == said.code
    assert ({"failed"}, {"ok"}) == (states(said)["mailbox support"], states(said)["relay"])


def test_silent_relay_fails_as_unavailable(online: Office, relay: Relay) -> None:
    """A relay that turns us away: exit code 69, and the mailbox is fine."""
    relay.on("connect", "554 go away")

    said = online.does("check", "--json")

    assert (69, {"failed"}, {"ok"}) == (said.code, states(said)["relay"], states(said)["mailbox support"])


@pytest.mark.parametrize("away", [False, True])
def test_second_relay_is_tried_too(online: Office, relay: Relay, away: bool) -> None:
    """G6: `check` asks both routes, and says of which it got no answer."""
    fallback = f'[smtp.fallback]\nhost = "127.0.0.1"\nport = {9 if away else relay.port}\nsecurity = "none"\n[[mailbox]]'
    online.settings.write_text(online.settings.read_text().replace("[[mailbox]]", fallback, 1))

    found = states(online.does("check", "--json"))

    assert ({"ok"}, {"failed" if away else "ok"}) == (found["relay"], found["second relay"])


def test_missing_settings_file_is_named_once_with_its_cure(bare: Office) -> None:
    """The same words from `check` and from every other command: which file, and how to get one."""
    said, other = bare.does("check"), bare.does("ticket", "list")

    assert [78, 78] == [said.code, other.code]
    assert f"{bare.settings}: there is no such file" in said.out and "mailsupport init writes one" in said.out
    assert f"- {bare.settings}: there is no such file → mailsupport init writes one" in other.err
    assert [1, 1] == [said.out.count("mailsupport.toml"), other.err.count("mailsupport.toml")]


def test_a_phrase_of_too_many_forms_is_shown_with_its_cure(office: Office) -> None:
    """What customers say would be cut in silence; no mail of ours is concerned."""
    (office.folder / "ours").mkdir()
    (office.folder / "ours" / "sayings.toml").write_text(f'thanks = ["tack {"[a|b|c|d|e|f|g|h|i|j]" * 4}"]\n')
    office.settings.write_text(office.settings.read_text() + '[templates]\ndir = "ours"\n')

    (found,) = (one for one in office.does("check", "--json").json if one["area"] == "templates")
    assert ("failed", "until it is mended, our phrases count without it") == (found["state"], found["cure"])
    assert "10000 forms" in found["what"] and "write it as several phrases" in found["what"]


def test_missing_secret_hides_no_other_problem(online: Office) -> None:
    """Exit code 78; servers are not asked, what needs no secret is."""
    (online.folder / "secret").unlink()

    said = online.does("check", "--json")

    assert 78 == said.code
    assert {"failed"} == states(said)["settings"]
    assert {"ok"} == states(said)["templates"]


def test_missing_move_target_is_a_warning(online: Office) -> None:
    """It is made with the first mail, but may be a slip: exit code 3."""
    online.settings.write_text(online.settings.read_text().replace("staff =", 'after = "move:Dnoe"\nstaff ='))

    said = online.does("check", "--json")

    assert (3, {"ok", "warning"}) == (said.code, states(said)["mailbox support"])


def test_missing_folder_fails(online: Office) -> None:
    """A folder that the server does not have is named."""
    online.settings.write_text(online.settings.read_text().replace("staff =", 'folder = "Nowhere"\nstaff ='))

    said = online.does("check")

    assert (69, True) == (said.code, "Nowhere" in said.out)


def test_broken_template_fails(office: Office) -> None:
    """A template of the site's own that does not render is named: exit code 1."""
    (office.folder / "own" / "escalation").mkdir(parents=True)
    (office.folder / "own" / "escalation" / "alert.txt.j2").write_text("Subject: {{ nobody_knows }}\n\ntext\n")
    office.write(SETTINGS + '[templates]\ndir = "own"\n')

    said = office.does("check")

    assert (1, True) == (said.code, "nobody_knows" in said.out)


def test_key_that_others_may_read_fails(office: Office) -> None:
    """Exit code 78, and the cure is a chmod."""
    (office.folder / "mailsupport.key").chmod(0o644)

    said = office.does("check")

    assert (78, True) == (said.code, "chmod 600" in said.out)


def test_check_makes_no_database(office: Office) -> None:
    """What is not there yet is left to the first run."""
    assert office.does("check").code == 0
    assert not (office.folder / "mailsupport.db").exists()


def test_damaged_database_fails(office: Office) -> None:
    """A file that is no database: exit code 1."""
    (office.folder / "mailsupport.db").write_bytes(b"no database" * 1000)

    said = office.does("check", "--json")

    assert (1, {"failed"}) == (said.code, states(said)["database"] - {"ok"})


def test_a_solution_promised_sooner_than_an_answer_is_a_warning(office: Office) -> None:
    """The contract can be kept, and is hardly meant so."""
    office.write(SETTINGS.replace('first_response = "4h"', 'first_response = "4h"\nresolution = "2h"'))
    found = [one for one in office.does("check", "--json").json if one["area"] == "contracts"]

    assert [("warning", True)] == [(one["state"], "resolution is shorter than first_response" in one["what"]) for one in found]


def test_a_contract_without_next_response_is_named_once(office: Office) -> None:
    """It may be meant so: one line for all such contracts, and the exit code stays as it is."""
    found = [one for one in office.does("check", "--json").json if "guards only the first answer" in one["what"]]

    assert [(one["area"], one["state"]) for one in found] == [("promises", "ok")]
    assert "next_response" in found[0]["cure"]
