"""What is refused in a settings file: under which key, on which line, and with which cure."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from settings_text import GOOD, Judge, Reader

from mailsupport.errors import EXIT_SETTINGS, SettingsError
from mailsupport.settings.sample import sample
from mailsupport.settings.toml import literal

CHAIN = 'chain = ["pm@acme.example", "am@acme.example", "cd@acme.example"]'
MAILBOX2 = """
[[mailbox]]
address = "help@acme.example"
path = "incoming"
staff = ["anna@acme.example"]
"""
CONTRACT2 = """
[contract.gold]
calendar = "24x7"
first_response = "1h"
chain = ["cd@acme.example"]
"""
OFFICE = """
[calendar.office]
open = { mon = "08:00-17:00" }
"""
ANNA = """
[people.anna]
name = "Anna Berg"
email = "anna@acme.example"
"""
CUSTOMER = """
[customer.globex]
match = "@globex.example"
"""
RULE = """
[[rule]]
from = "nagios@acme.example"
open = true
"""

# (what is replaced in the good file, by what, the key complained of, words of the cure)
REPLACED = [
    ('operator = "ops@acme.example"', "", "operator", "add operator = "),
    ('operator = "ops@acme.example"', 'operatr = "x@y.z"', "operatr", 'did you mean "operator"?'),
    ('operator = "ops@acme.example"', 'operator = "Ops <ops@acme.example>"', "operator", "without a name"),
    ('operator = "ops@acme.example"', 'operator = "ops@äcme.example"', "operator", "xn--"),
    ('operator = "ops@acme.example"', 'operator = "support@acme.example"', "operator", "person's own address"),
    ('operator = "ops@acme.example"', 'operator = "a@b.c"\ntimezone = "Europe/Berln"', "timezone", "Europe/Berlin"),
    ('operator = "ops@acme.example"', 'operator = "a@b.c"\ntimezone = "../../etc/passwd"', "timezone", "Europe/Berlin"),
    ('operator = "ops@acme.example"', 'operator = "a@b.c"\nreceipts = "evryone"', "receipts", '"everyone"'),
    ('operator = "ops@acme.example"', 'operator = "a@b.c"\nlanguages = []', "languages", "en"),
    ('operator = "ops@acme.example"', 'operator = "a@b.c"\nname = "a\\r\\nBcc: x@y.z"', "name", "one plain line"),
    ('operator = "ops@acme.example"', 'operator = "a@b.c"\nack_guard = 60', "ack_guard", '"60m"'),
    ('operator = "ops@acme.example"', 'operator = "a@b.c"\noperator_command = [1]', "operator_command", "list of words"),
    ('operator = "ops@acme.example"', 'operator = "a@b.c"\nsmpt = 1', "smpt", '"smtp"'),
    ('operator = "ops@acme.example"', 'operator = "a@b.c"\npath = "x"', "path", "known: "),
    ("[smtp]", "[smpt]", "smtp", "add [smtp]"),
    ('host = "smtp.acme.example"', "", "smtp.host", "host of the relay"),
    ('host = "smtp.acme.example"', 'host = "x"\nfolder = "y"', "smtp.host", "host of the relay"),
    ('host = "smtp.acme.example"', 'host = "smtp.acme.example:25"', "smtp.host", "port has its own key"),
    ('host = "smtp.acme.example"', 'host = "x"\nsecurity = "none"', "smtp.security", '"starttls"'),
    ('host = "smtp.acme.example"', 'host = "localhost.evil.example"\nsecurity = "none"', "smtp.security", '"tls"'),
    ('host = "smtp.acme.example"', 'host = "x"\nsecurity = "ssl"', "smtp.security", ""),
    ('host = "smtp.acme.example"', 'host = "x"\nport = "587"', "smtp.port", "without quotes"),
    ('host = "smtp.acme.example"', 'host = "x"\nport = 70000', "smtp.port", "587"),
    ('host = "smtp.acme.example"', 'host = "x"\nport = true', "smtp.port", "without quotes"),
    ('host = "smtp.acme.example"', 'host = "x"\nconnections = 11', "smtp.connections", ""),
    ('host = "smtp.acme.example"', 'host = "x"\ntimeout = "0s"', "smtp.timeout", '"90s"'),
    ("[[mailbox]]", "[smtp.fallbak]\n[[mailbox]]", "smtp.fallbak", '"fallback"'),
    ("[[mailbox]]", "[smtp.fallback]\n[[mailbox]]", "smtp.fallback.host", "host of the relay"),
    ("[[mailbox]]", '[smtp.fallback]\nhost = "x"\nafer = "5m"\n[[mailbox]]', "smtp.fallback.afer", '"after"'),
    ("[[mailbox]]", '[smtp.fallback]\nhost = "x"\nrate = "5/m"\n[[mailbox]]', "smtp.fallback.rate", ""),
    ("[[mailbox]]", '[smtp.fallback]\nhost = "x"\nuser = "u"\n[[mailbox]]', "smtp.fallback.user", "password_file"),
    ("[[mailbox]]", '[smtp.fallback]\nhost = "x"\nsecurity = "none"\n[[mailbox]]', "smtp.fallback.security", '"starttls"'),
    ('host = "smtp.acme.example"', 'host = "x"\npassword = "hunter2"', "smtp.password", "password_file"),
    ('host = "smtp.acme.example"', 'host = "x"\npassword_file = "p"', "smtp.password_env", "keep one"),
    ('user = "support@acme.example"', "", "smtp.password_env", "add user"),
    ('user = "support@acme.example"\npassword_env = "SUPPORT_PASSWORD"', 'user = "x"', "smtp.user", "take out user"),
    ('user = "support@acme.example"\npassword_env = "SUPPORT_PASSWORD"', 'password_env = "A B"', "smtp.password_env", "letters"),
    ("[[mailbox]]", "[mailbox]", "mailbox", "[[mailbox]]"),
    ('address = "support@acme.example"', "", "mailbox[0].address", "add address = "),
    ('address = "support@acme.example"', 'address = "support"', "mailbox[0].address", "anna@acme.example"),
    ('host = "imap.acme.example"', "", "mailbox[0].host", "path of a folder"),
    ('host = "imap.acme.example"', 'host = "x"\nprot = 5', "mailbox[0].prot", 'did you mean "port"?'),
    ('host = "imap.acme.example"', 'host = "10.0.0.1"\nsecurity = "none"', "mailbox[0].security", '"tls"'),
    ('host = "imap.acme.example"', 'host = "x"\nafter = "delete"', "mailbox[0].after", '"leave"'),
    ('host = "imap.acme.example"', 'host = "x"\nafter = "keyword:a b"', "mailbox[0].after", "keyword:Taken"),
    ('host = "imap.acme.example"', 'host = "x"\nafter = "move:a\\nb"', "mailbox[0].after", "move:Archive"),
    ('host = "imap.acme.example"', 'host = "x"\nfirst_run = "yes"', "mailbox[0].first_run", "since:2026-11-01"),
    ('host = "imap.acme.example"', 'host = "x"\nmax_size = 25', "mailbox[0].max_size", '"25MB"'),
    ('host = "imap.acme.example"', 'host = "x"\nidle = "yes"', "mailbox[0].idle", "true or false"),
    ('host = "imap.acme.example"', 'host = "x"\nsent = "off"\nsave_sent = true', "mailbox[0].save_sent", "auto"),
    ('host = "imap.acme.example"', 'host = "x"\nfolder = ""', "mailbox[0].folder", "leave the line out"),
    ('host = "imap.acme.example"', 'host = "x"\ncontract = "standrd"', "mailbox[0].contract", '"standard"'),
    ('host = "imap.acme.example"', 'host = "x"\naliases = "SUPPORT@acme.example"', "mailbox[0].aliases", "name it once"),
    ('staff = ["anna@acme.example"]', "", "mailbox[0].staff", "add staff"),
    ('staff = ["anna@acme.example"]', "staff = []", "mailbox[0].staff", "add staff"),
    ('staff = ["anna@acme.example"]', 'staff = ["anna"]', "mailbox[0].staff[0]", "there is none yet"),
    ("[contract.standard]", "[contracts.standard]", "contract", "add [contract.standard]"),
    ("[contract.standard]", "[contracts.standard]", "contracts", 'did you mean "contract"?'),
    ("[contract.standard]", "[[contract]]", "contract", "[contract.NAME]"),
    ("[contract.standard]", '[contract."a b"]', 'contract."a b"', "letters"),
    ('calendar = "24x7"', "", "contract.standard.calendar", 'add calendar = "24x7"'),
    ('calendar = "24x7"', 'calendar = "office"', "contract.standard.calendar", "24x7"),
    ('calendar = "24x7"', 'calendar = "24x7"\ninherits = "gold"', "contract.standard.inherits", "known: standard"),
    ('calendar = "24x7"', 'calendar = "24x7"\ninherits = "standard"', "contract.standard.inherits", "take out"),
    ('calendar = "24x7"', 'calendar = "24x7"\nrounds = 0', "contract.standard.rounds", "1"),
    ('calendar = "24x7"', 'calendar = "24x7"\nrepeat_from = 4', "contract.standard.repeat_from", "from 1 to 3"),
    ('calendar = "24x7"', 'calendar = "24x7"\nhours = "allways"', "contract.standard.hours", '"always"'),
    ('calendar = "24x7"', 'calendar = "24x7"\nimmediate = ["urgent"]', "contract.standard.immediate[0]", ""),
    ('calendar = "24x7"', 'calendar = "24x7"\nwait = ["0m", "1m", "2m", "3m"]', "contract.standard.wait", "take some out"),
    ('calendar = "24x7"', 'calendar = "24x7"\nwait = ["0m", 10]', "contract.standard.wait[1]", '"10m"'),
    ('calendar = "24x7"', 'calendar = "24x7"\nwarn_at = ["80%", "50%"]', "contract.standard.warn_at", "let them ascend"),
    ('calendar = "24x7"', 'calendar = "24x7"\nwarn_at = ["-30m", "50%"]', "contract.standard.warn_at", "let them ascend"),
    ('calendar = "24x7"', 'calendar = "24x7"\nwarn_at = ["-30m", "-1h"]', "contract.standard.warn_at", "let them ascend"),
    ('calendar = "24x7"', 'calendar = "24x7"\nwarn_at = ["50%", "50%"]', "contract.standard.warn_at", "let them ascend"),
    ('calendar = "24x7"', 'calendar = "24x7"\nwarn_at = ["100%"]', "contract.standard.warn_at", '"99%"'),
    ('calendar = "24x7"', 'calendar = "24x7"\nwarn_at = [50]', "contract.standard.warn_at", '"50%"'),
    ('calendar = "24x7"', 'calendar = "24x7"\nwarn_at = "30m"', "contract.standard.warn_at", '"-30m"'),
    ('calendar = "24x7"', 'calendar = "24x7"\npause_for = ["staff"]', "contract.standard.pause_for", '"never"'),
    ('calendar = "24x7"', 'calendar = "24x7"\nescalation_close = 30', "contract.standard.escalation_close", "which one"),
    ('calendar = "24x7"', 'calendar = "24x7"\nvalid_to = "31.12.2027"', "contract.standard.valid_to", "2026-12-24"),
    (
        'calendar = "24x7"',
        'calendar = "24x7"\nvalid_from = 2027-01-01\nvalid_to = 2026-12-31',
        "contract.standard.valid_to",
        "change one",
    ),
    (
        'calendar = "24x7"',
        'calendar = "24x7"\nresolution = { low = "1d", high = "1h" }',
        "contract.standard.resolution",
        "normal",
    ),
    ('calendar = "24x7"', 'calendar = "24x7"\nprogress_update = 5', "contract.standard.progress_update", '"5h"'),
    ('first_response = "4h"', "", "contract.standard.first_response", 'add first_response = "4h"'),
    ('first_response = "4h"', "first_response = 4", "contract.standard.first_response", '"4h"'),
    ('first_response = "4h"', "first_response = {}", "contract.standard.first_response", "normal"),
    ('first_response = "4h"', 'first_response = { high = "1h", low = "2h" }', "contract.standard.first_response", "add normal"),
    ('first_response = "4h"', 'first_response = { hihg = "1h" }', "contract.standard.first_response.hihg", '"high"'),
    ('first_response = "4h"', 'first_response = { high = "1x" }', "contract.standard.first_response.high", '"8h"'),
    ('chain = ["pm@acme.example", "am@acme.example", "cd@acme.example"]', "", "contract.standard.chain", "add chain"),
    (
        'chain = ["pm@acme.example", "am@acme.example", "cd@acme.example"]',
        "chain = []",
        "contract.standard.chain",
        "pm@acme.example",
    ),
    ('chain = ["pm@acme.example"', 'chain = [["pm@acme.example", "boss"]', "contract.standard.chain[0]", 'roles = ["boss"]'),
]


@pytest.mark.parametrize(("old", "new", "key", "cure"), REPLACED)
def test_bad_value_is_told_with_key_and_cure(problems: Judge, old: str, new: str, key: str, cure: str) -> None:
    """A line of the good file changed: the problem names the key and what would mend it."""
    found = problems(GOOD.replace(old, new))

    assert key in found
    assert found[key].cure
    assert cure in found[key].cure


# (what is added to the good file, the key complained of, words of the problem or its cure)
ADDED = [
    ('[storage]\nurl = "mysql://x/y"', "storage.url", "postgresql://"),
    ('[storage]\nurl = "postgresql://u:hunter2@h/d"', "storage.url", "take it out"),
    ('[storage]\nurl = "postgresql://[x/d"', "storage.url", "no URL"),
    ('[storage]\npassword_env = "X"', "storage.password_env", "SQLite"),
    ('[storage]\nkeep_raw = "ever"', "storage.keep_raw", "no duration"),
    ("[storage]\nkey_file = 1", "storage.key_file", "folder of the settings file"),
    ("[[storage]]\nkey_file = 1", "storage", "[storage]"),
    ("[templates]\ndirs = 1", "templates.dirs", '"dir"'),
    (MAILBOX2.replace("help@", "Support@"), "mailbox[1].address", "mailbox[0]"),
    (MAILBOX2 + 'name = "support"' + MAILBOX2.replace("help@", "x@") + 'name = "support"', "mailbox[2].name", "another name"),
    (CUSTOMER + 'contract = "gold"', "customer.globex.contract", "standard"),
    (CUSTOMER + 'language = "fr"', "customer.globex.language", "en"),
    (CUSTOMER + "project_manager = 5", "customer.globex.project_manager", "quotes"),
    (CUSTOMER + 'languge = "de"', "customer.globex.languge", '"language"'),
    (CUSTOMER + 'representative = "Erika"', "customer.globex.representative", "no address"),
    (CUSTOMER.replace("@globex", "globex"), "customer.globex.match", "@globex.example"),
    (CUSTOMER + CUSTOMER.replace("globex]", "other]").replace("@g", "@G"), "customer.other.match", "customer.globex"),
    (ANNA + 'deputy = "bob"', "people.anna.deputy", "anna"),
    (ANNA + 'deputy = "anna"', "people.anna.deputy", "circle"),
    (ANNA + 'deputy = "bo"' + ANNA.replace("anna", "bo") + 'deputy = "anna"', "people.bo.deputy", "bo → anna → bo"),
    (ANNA + ANNA.replace("people.anna", "people.bo"), "people.bo.email", "people.anna"),
    (ANNA.replace("anna@", "support@"), "people.anna.email", "mailbox[0]"),
    (ANNA + 'roles = ["anna"]', "people.anna.roles[0]", "something else"),
    (ANNA + 'langauge = "de"', "people.anna.langauge", '"language"'),
    (ANNA.replace("[people.anna]", '[people."a@b"]'), 'people."a@b"', "letters"),
    (OFFICE.replace("mon", "mo"), "calendar.office.open.mo", '"mon"'),
    (OFFICE.replace("08:00-17:00", "8-17"), "calendar.office.open.mon", "08:00-17:00"),
    (OFFICE.replace("08:00-17:00", "08:00-24:01"), "calendar.office.open.mon", "24:00"),
    (OFFICE.replace("08:00-17:00", "08:00-08:00"), "calendar.office.open.mon", "00:00-24:00"),
    (OFFICE.replace('{ mon = "08:00-17:00" }', "{}"), "calendar.office.open", "never opens"),
    (OFFICE.replace('"08:00-17:00"', "[]"), "calendar.office.open.mon", ""),
    (OFFICE + 'closed = ["13-01"]', "calendar.office.closed[0]", "2026-12-24"),
    (OFFICE + 'closed = ["2026-02-30"]', "calendar.office.closed[0]", "2026-12-24"),
    (OFFICE + "closed = [2026-01-01T00:00:00]", "calendar.office.closed[0]", "2026-12-24"),
    (OFFICE + 'extra_open = { "12-24" = "08:00-09:00" }', "calendar.office.extra_open.12-24", "2026-12-24"),
    (OFFICE + 'holidays = "XX"', "calendar.office.holidays", "DE-BE"),
    (OFFICE + 'holidays = "de"', "calendar.office.holidays", '"DE"'),
    (OFFICE + 'holidays = "DE-BX"', "calendar.office.holidays", "no part of DE"),
    (OFFICE + 'holidays = "none.ics"', "calendar.office.holidays", "cannot be read"),
    (OFFICE.replace("office", "24x7"), "calendar.24x7", "built in"),
    (OFFICE + 'timezone = "Mars/Base"', "calendar.office.timezone", "no time zone"),
    (RULE + 'mailbox = "suport"', "rule[0].mailbox", '"support"'),
    (RULE + 'contract = "gold"', "rule[0].contract", "standard"),
    (RULE + 'priority = "urgent"', "rule[0].priority", '"critical"'),
    (RULE.replace("open = true", ""), "rule[0]", "sets nothing"),
    ("[[rule]]\nopen = true", "rule[0]", "no condition"),
    (RULE.replace("nagios@", "nagios at "), "rule[0].from", "neither"),
]


@pytest.mark.parametrize(("added", "key", "words"), ADDED)
def test_bad_table_is_told_with_key_and_words(problems: Judge, added: str, key: str, words: str) -> None:
    """A table added to the good file: the problem names the key and says what is wrong."""
    found = problems(GOOD + added)

    assert key in found
    assert words in f"{found[key].what} {found[key].cure}"


def test_good_file_has_no_problems(problems: Judge) -> None:
    """The file that all bad ones here are made of is itself good."""
    assert problems(GOOD) == {}


def test_all_problems_are_told_at_once(problems: Judge) -> None:
    """Faults in several tables, of form and of meaning, come in one error."""
    text = GOOD.replace('"anna@acme.example"', '"anna"').replace('"24x7"', '"office"').replace("operator", "operatr")

    assert set(problems(text)) == {"operatr", "operator", "mailbox[0].staff[0]", "contract.standard.calendar"}


def test_bad_key_hides_no_bad_meaning_in_its_table(problems: Judge) -> None:
    """A key that cannot be read is taken out, and the rest of its table is still compared with the others."""
    text = GOOD.replace('calendar = "24x7"', 'calendar = "office"\nrounds = "two"').replace('"pm@acme.example"', '"pm"')

    assert set(problems(text)) == {"contract.standard.calendar", "contract.standard.rounds", "contract.standard.chain[0]"}


def test_missing_staff_is_no_echo_of_bad_staff(problems: Judge) -> None:
    """A name that is no address is told once, not also as nobody answering."""
    assert set(problems(GOOD.replace('["anna@acme.example"]', '["anna@"]'))) == {"mailbox[0].staff[0]"}


def test_problem_knows_line_and_file(problems: Judge) -> None:
    """A problem says where its key is written."""
    problem = problems(GOOD + CUSTOMER + 'languge = "de"\n')["customer.globex.languge"]

    assert (GOOD + CUSTOMER).count("\n") + 1 == problem.line
    assert problem.file.endswith("mailsupport.toml")


def test_missing_key_has_the_line_of_its_table(problems: Judge) -> None:
    """What is not written is looked for where its table begins."""
    assert problems(GOOD.replace('calendar = "24x7"\n', ""))["contract.standard.calendar"].line == 11


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('operator = "ops@acme.example"\nname = Acme\n', 2),
        ('operator = "ops@acme.example"\noperator = "x"\n', 2),
        ("[smtp\n", 1),
        ('\n\nname = "never closed\n', 3),
        ("a = [1,\n2,\n", 2),
    ],
)
def test_syntax_error_has_its_line(problems: Judge, text: str, line: int) -> None:
    """What is no TOML is told with the line it goes wrong on."""
    problem = problems(text)["mailsupport.toml"]

    assert "is no TOML" in problem.what
    assert problem.line == line


def test_deep_brackets_are_refused(problems: Judge) -> None:
    """Nesting without end is a problem, not a crash."""
    assert "nested too deep" in problems("a = " + "[" * 100_000)["mailsupport.toml"].what


def test_secret_in_the_wrong_place_is_not_shown(problems: Judge) -> None:
    """No problem repeats a password that somebody wrote into the file."""
    text = (
        GOOD.replace("[smtp]", '[smtp]\npassword = "hunter2"\npaswort = "hunter2"')
        + '[storage]\nurl = "postgresql://u:hunter2@h/d"'
    )

    assert "hunter2" not in "".join(map(str, problems(text).values()))


def test_settings_error_ends_with_its_exit_code(read: Reader) -> None:
    """A settings error is exit code 78, and its text lists every problem."""
    with pytest.raises(SettingsError) as caught:
        read("")
    assert caught.value.exit_code == EXIT_SETTINGS
    assert str(caught.value).count("\n- ") == len(caught.value.problems) - 1


def test_days_are_refused_under_office_hours(problems: Judge) -> None:
    """ "2d" in a promise is refused unless its calendar is always open."""
    text = GOOD.replace('"24x7"', '"office"').replace('"4h"', '"2d"') + OFFICE

    assert "business days" in problems(text)["contract.standard.first_response"].cure


@pytest.mark.parametrize("calendar", ["24x7", "round_the_clock"])
def test_days_are_good_where_nothing_closes(problems: Judge, calendar: str) -> None:
    """ "2d" is 48 hours under a calendar that never closes."""
    text = GOOD.replace('"24x7"', f'"{calendar}"').replace('"4h"', '"2d"')

    assert problems(text + '[calendar.round_the_clock]\nopen = "24x7"') == {}


def test_several_contracts_need_one_that_is_everybodys(problems: Judge) -> None:
    """Two contracts, none called standard or default and none named by the mailbox: nobody knows what a stranger is promised."""
    assert "several" in problems(GOOD.replace("contract.standard", "contract.silver") + CONTRACT2)["contract"].what


def test_mailbox_may_pick_one_of_several_contracts(read: Reader) -> None:
    """Where every mailbox names its contract, the first mailbox's is everybody's."""
    text = GOOD.replace("contract.standard", "contract.silver").replace("[[mailbox]]", '[[mailbox]]\ncontract = "silver"')

    assert read(text + CONTRACT2).default_contract == "silver"


def test_contract_inherits_and_is_judged_once(problems: Judge) -> None:
    """A fault in an inherited key is told where it is written, not again where it is inherited."""
    text = GOOD.replace('"4h"', "4") + '[contract.gold]\ninherits = "standard"\n'

    assert set(problems(text)) == {"contract.standard.first_response"}


def test_role_of_another_contracts_customer_reaches_nobody(problems: Judge) -> None:
    """A role filled only for customers of another contract leaves this contract's step empty."""
    text = GOOD.replace('"pm@acme.example"', '"boss"') + CONTRACT2.replace('"cd@', '"x@') + CUSTOMER
    text += 'contract = "gold"\nboss = "x@acme.example"\n'

    assert set(problems(text)) == {"contract.standard.chain[0]"}


def test_role_of_a_customer_is_enough(problems: Judge) -> None:
    """A role that a customer of the contract fills reaches somebody."""
    text = GOOD.replace('"pm@acme.example"', '"boss"') + CUSTOMER + 'boss = "x@acme.example"\n'

    assert problems(text) == {}


ODD = ["", "x", "@", "a@b", "2d", "24x7", "\u202e", "\n", -1, 10**30, True, [], [[]], {}, {"a": 1}, [{"": ""}], "9" * 5000]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_any_odd_value_anywhere_is_settings_or_a_settings_error(read: Reader, data: st.DataObject) -> None:
    """Whatever stands behind a key of the sample, loading gives settings or tells problems; it never breaks."""
    lines = sample().splitlines()
    keys = [number for number, line in enumerate(lines) if " = " in line and not line.startswith("##")]
    for number in data.draw(st.lists(st.sampled_from(keys), min_size=1, max_size=4)):
        name = lines[number].removeprefix("# ").partition(" = ")[0]
        lines[number] = f"{name} = {literal(data.draw(st.sampled_from(ODD)))}"
    try:
        read("\n".join(lines))
    except SettingsError as error:
        assert error.problems


@pytest.mark.parametrize("key", ["first_response", "next_response", "resolution", "progress_update"])
@pytest.mark.parametrize(
    ("promise", "words"), [("2d", "open hours"), ("4000h", "within ten years"), ("600bd", "within ten years")]
)
def test_what_a_calendar_cannot_hold_is_told_by_its_key(problems: Judge, key: str, promise: str, words: str) -> None:
    """Days of 24 hours where it closes, and times and days that ten years of it do not have, at every promise."""
    rare = '[calendar.rare]\nopen = { mon = "08:00-08:30" }\nclosed = ["2030-01-01"]\n'
    text = GOOD.replace('"24x7"', '"rare"').replace('first_response = "4h"', f'first_response = "4h"\n{key} = "{promise}"')
    text = text.replace('first_response = "4h"\nfirst_response', "first_response")

    assert words in problems(text + rare)[f"contract.standard.{key}"].what


def test_a_promise_that_is_inherited_is_told_where_the_calendar_is_another(problems: Judge) -> None:
    """The time is good around the clock; the contract that inherits it has half an hour a week."""
    text = GOOD.replace('"4h"', '"4000h"') + '[contract.gold]\ninherits = "standard"\ncalendar = "rare"\n'

    assert set(problems(text + '[calendar.rare]\nopen = { mon = "08:00-08:30" }')) == {"contract.gold.calendar"}


@pytest.mark.parametrize("again", ["@globex.example", "@GLOBEX.example"])
def test_no_two_contracts_can_be_equally_near_at_any_time(problems: Judge, again: str) -> None:
    """§3.2: the same domain of two customers is refused also where the days of their contracts do not overlap."""
    before = CONTRACT2 + 'valid_to = "2026-06-30"\n' + CUSTOMER + 'contract = "gold"\n'
    after = (
        CONTRACT2.replace("gold", "silver")
        + f'valid_from = "2026-07-01"\n[customer.globex2]\nmatch = "{again}"\ncontract = "silver"\n'
    )
    found = problems(GOOD + before + after)

    assert {key: one.what for key, one in found.items()} == {
        "customer.globex2.match": f"{again} belongs to customer.globex already"
    }
