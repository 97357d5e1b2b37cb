"""What the settings mean for the decisions."""

from __future__ import annotations

from pathlib import Path

import pytest
from settings_text import GOOD, TODAY, Reader

from mailsupport.core.desk import Desk, Rule, Step
from mailsupport.core.model import Priority
from mailsupport.ports import Settling
from mailsupport.settings import desk, load
from mailsupport.settings.sample import sample


@pytest.fixture
def sample_desk(tmp_path: Path) -> Desk:
    """The desk of the sample file."""
    path = tmp_path / "mailsupport.toml"
    path.write_text(sample(), "utf-8")
    return desk(load(path, secrets=False, today=TODAY))


def test_bare_address_becomes_a_person(read: Reader) -> None:
    """An address that stands for a person is that person's key, and its first part the name."""
    person = desk(read(GOOD.replace("anna@acme", "Anna.berg@acme"))).people["anna.berg@acme.example"]

    assert (person.name, person.address) == ("Anna Berg", "anna.berg@acme.example")


def test_address_of_a_person_means_that_person(read: Reader) -> None:
    """Whoever is named by address in one place and by table in another is one person."""
    made = desk(read(GOOD + '[people.anna]\nname = "Anna"\nemail = ["a@acme.example", "ANNA@acme.example"]\n'))

    assert made.staff_keys == {"anna"}
    assert made.mailboxes["support"].staff == ("anna",)


def test_everybody_is_found_by_every_address(sample_desk: Desk) -> None:
    """All addresses of a person lead to the person, in any case."""
    assert {sample_desk.person_at(email) for email in ("ANNA@acme.example", "a.berg@gmx.example")} == {sample_desk.people["anna"]}


def test_own_addresses_hold_aliases_in_lower_case(read: Reader) -> None:
    """Mail from any of our own addresses is our own."""
    made = desk(read(GOOD.replace("[[mailbox]]", '[[mailbox]]\naliases = ["Help@Acme.Example"]')))

    assert made.own_addresses == {"support@acme.example", "help@acme.example"}


def test_contacts_are_all_whom_a_chain_can_reach(sample_desk: Desk) -> None:
    """People named in chains, holders of roles, and customers' own people are contacts; staff alone are none."""
    assert sample_desk.contact_keys == {"ben", "cleo", "dov", "cd@acme.example"}


def test_deputies_of_contacts_are_contacts(read: Reader) -> None:
    """Whoever stands in for a contact may get an alert too."""
    people = '[people.pm]\nname = "P"\nemail = "pm@acme.example"\ndeputy = "bo"\n'
    people += '[people.bo]\nname = "B"\nemail = "bo@acme.example"\ndeputy = "x@acme.example"\n'
    made = desk(read(GOOD + people))

    assert made.contact_keys == {"pm", "bo", "x@acme.example", "am@acme.example", "cd@acme.example"}
    assert made.people["bo"].deputy == "x@acme.example"


def test_steps_carry_their_waits(sample_desk: Desk) -> None:
    """Each step has its wait in seconds; a step may have several targets."""
    assert sample_desk.contracts["gold"].steps == (
        Step(("project_manager",), 0),
        Step(("account_manager", "dov"), 1800),
        Step(("cd@acme.example",), 3600),
    )


def test_last_wait_holds_for_the_rest(read: Reader) -> None:
    """Without waits the first step comes at once, and each further one ten minutes later."""
    assert [step.wait for step in desk(read(GOOD)).contracts["standard"].steps] == [0, 600, 600]


def test_missing_priorities_are_as_normal(sample_desk: Desk) -> None:
    """A promise by priority fills what is not written with the normal one."""
    seconds = {priority: target.seconds for priority, target in sample_desk.contracts["gold"].first_response.items()}

    assert seconds == {Priority.LOW: 3600, Priority.NORMAL: 3600, Priority.HIGH: 3600, Priority.CRITICAL: 900}


def test_only_priority_given_is_everybodys(read: Reader) -> None:
    """A promise for one priority alone holds for all."""
    made = desk(read(GOOD.replace('"4h"', '{ high = "1h" }'))).contracts["standard"]

    assert {target.text for target in made.first_response.values()} == {"1h"}


def test_promise_that_is_not_given_is_not_guarded(read: Reader) -> None:
    """Without next_response there is no such clock."""
    made = desk(read(GOOD)).contracts["standard"]

    assert made.next_response == {}


def test_repeat_from_counts_from_nought_inside(read: Reader) -> None:
    """People count steps from 1, the decisions from 0."""
    assert desk(read(GOOD + "rounds = 2\nrepeat_from = 2\n")).contracts["standard"].repeat_from == 1


def test_contract_inherits_what_it_does_not_say(read: Reader) -> None:
    """A contract has the other's keys, and its own win."""
    text = GOOD + '[contract.gold]\ninherits = "standard"\nfirst_response = "1h"\n'
    made = desk(read(text)).contracts["gold"]

    assert (made.first_response[Priority.LOW].text, len(made.steps), made.calendar.name) == ("1h", 3, "24x7")


def test_customer_without_contract_has_the_default_one(read: Reader) -> None:
    """A customer's contract, where none is named, is everybody's."""
    made = desk(read(GOOD + '[customer.globex]\nmatch = "@Globex.example"\n')).customers["globex"]

    assert (made.contract, made.name, made.match) == ("standard", "globex", ("@globex.example",))


def test_customers_people_are_keys(sample_desk: Desk) -> None:
    """A role of a customer names a person's key, or a rotation."""
    assert sample_desk.customers["globex"].people == {"project_manager": "ben", "account_manager": "managers"}


def test_rule_compares_in_lower_case(read: Reader) -> None:
    """Conditions and effects of a rule arrive as written, in lower case."""
    text = GOOD + '[[rule]]\nfrom = "Nagios@acme.example"\nto = ["@Acme.example"]\nsubject = "DOWN"\npriority = "high"\n'

    assert desk(read(text)).rules == (
        Rule("rule 1", ("nagios@acme.example",), ("@acme.example",), ("down",), priority=Priority.HIGH),
    )


def test_mailboxes_of_one_name_are_told_apart(read: Reader) -> None:
    """A mailbox without a name is called as its address up to the @, with a number when that is taken."""
    other = '[[mailbox]]\naddress = "support@globex.example"\npath = "in"\nstaff = ["anna@acme.example"]\n'

    assert list(desk(read(GOOD + other)).mailboxes) == ["support", "support-2"]


def test_service_is_called_as_its_domain(read: Reader) -> None:
    """Without a name, people read the first mailbox's domain."""
    assert desk(read(GOOD)).mailboxes["support"].display_name == "acme.example"


@pytest.mark.parametrize(
    ("change", "same"),
    [
        (('operator = "ops@', 'operator = "boss@'), True),
        (("# end", "# another comment"), True),
        (('"4h"', '"5h"'), False),
        (('mon = "08:00-17:00"', 'mon = "08:00-18:00"'), False),
        (("closed = []", 'closed = ["12-24"]'), False),
        (('timezone = "UTC"', 'timezone = "Europe/Berlin"'), False),
    ],
)
def test_contract_version_changes_with_its_content(read: Reader, change: tuple[str, str], same: bool) -> None:
    """The version is the same while contract and calendar are, and another as soon as one of them is not."""
    text = 'timezone = "UTC"\n' + GOOD.replace('"24x7"', '"office"')
    text += '[calendar.office]\nopen = { mon = "08:00-17:00" }\nclosed = []\n# end\n'
    before, after = (desk(read(one)).contracts["standard"].version for one in (text, text.replace(*change)))

    assert (before == after) is same


def test_contract_version_changes_with_its_holiday_file(read: Reader, tmp_path: Path) -> None:
    """A holiday added to the .ics file makes another version."""
    text = GOOD.replace('"24x7"', '"office"') + '[calendar.office]\nopen = "24x7"\nholidays = "own.ics"\n'
    versions = []
    for day in ("20261224", "20261231"):
        event = f"BEGIN:VEVENT\nDTSTART:{day}\nEND:VEVENT\n"
        (tmp_path / "own.ics").write_text(f"BEGIN:VCALENDAR\n{event}END:VCALENDAR\n")
        versions.append(desk(read(text)).contracts["standard"].version)

    assert versions[0] != versions[1]


def test_contract_version_does_not_change_with_the_year(tmp_path: Path) -> None:
    """A new year brings new holidays, and no new contract."""
    path = tmp_path / "mailsupport.toml"
    path.write_text(sample(), "utf-8")
    settings = [load(path, secrets=False, today=TODAY.replace(year=year)) for year in (2026, 2027)]

    assert settings[0].versions == settings[1].versions


@pytest.mark.parametrize(
    ("after", "settling"),
    [
        ("leave", Settling()),
        ("keyword", Settling(keyword="Mailsupport")),
        ("keyword:$Done", Settling(keyword="$Done")),
        ("move:INBOX/Done: all", Settling(move_to="INBOX/Done: all")),
    ],
)
def test_what_becomes_of_a_mail_is_read(read: Reader, after: str, settling: Settling) -> None:
    """Leave, keyword and move say what happens on the server."""
    assert read(GOOD.replace("[[mailbox]]", f'[[mailbox]]\nafter = "{after}"')).mailbox[0].settling == settling


@pytest.mark.parametrize(("security", "smtp", "imap"), [("tls", 465, 993), ("starttls", 587, 143), ("none", 25, 143)])
def test_port_follows_security(read: Reader, security: str, smtp: int, imap: int) -> None:
    """Each way of privacy has its own usual port."""
    text = GOOD.replace('host = "smtp.acme.example"', f'host = "127.0.0.1"\nsecurity = "{security}"')
    settings = read(text.replace('host = "imap.acme.example"', f'host = "::1"\nsecurity = "{security}"'))

    assert (settings.smtp.port, settings.mailbox[0].port) == (smtp, imap)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("sqlite:///desk.db", "sqlite:///{}/desk.db"),
        ("sqlite:////var/lib/desk.db", "sqlite:////var/lib/desk.db"),
        ("sqlite:///:memory:", "sqlite:///:memory:"),
        ("postgresql://me@db.example/desk", "postgresql://me@db.example/desk"),
    ],
)
def test_database_file_counts_from_the_settings(read: Reader, tmp_path: Path, url: str, expected: str) -> None:
    """A relative SQLite file lies beside the settings file."""
    assert read(f'{GOOD}[storage]\nurl = "{url}"\n').storage.url == expected.format(tmp_path)


def test_paths_count_from_the_settings(read: Reader, tmp_path: Path) -> None:
    """The key file lies beside the settings file, wherever the program is started."""
    assert read(GOOD).storage.key_file == tmp_path / "mailsupport.key"


def test_settings_and_tables_are_frozen(read: Reader) -> None:
    """Nobody changes the settings of a running desk."""
    with pytest.raises(ValueError, match="frozen"):
        read(GOOD).smtp.host = "evil.example"
