"""`try`: what mails in files are and what would follow; nothing is stored, sent or opened."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from desks import ENVIRONMENT, SETTINGS, Office

from mailsupport.cli import main

FIELDS = "file kind reason subject from to text new_text attachments message_id references thread bounce answerable would".split()
ERIKA = "Erika Muster <erika@globex.example>"


def mail(folder: Path, name: str, sender: str = ERIKA, *fields: str, body: str = "It prints blank pages.") -> str:
    """Write a mail into a file and return its name."""
    head = (f"From: {sender}", "To: Support <support@acme.example>", f"Message-ID: <{name}@b.example>", *fields)
    path = folder / f"{name}.eml"
    path.write_bytes("\r\n".join((*head, "", body, "")).encode())
    return str(path)


def tried(office: Office, *files: str, code: int = 0) -> list[dict[str, Any]]:
    """The objects of `try --json`."""
    said = office.does("try", "--json", *files)
    assert (said.code, said.err) == (code, "")
    found = said.json
    assert isinstance(found, list)
    return found


def would(found: dict[str, Any]) -> str:
    """What would follow, on one line."""
    return "; ".join(found["would"])


def test_each_file_is_one_object_with_exactly_the_named_fields_in_the_order_given(office: Office) -> None:
    """The fields are a stable surface."""
    files = [mail(office.folder, name) for name in ("b", "a", "c")]
    found = tried(office, *files)
    assert [one["file"] for one in found] == files
    assert all(list(one) == FIELDS for one in found)


def test_what_a_mail_says_stands_in_its_object(office: Office) -> None:
    """Addresses with names, the whole text and the new words, ids without brackets."""
    body = "New words.\r\n\r\nOn Mon, 2 Mar 2026 at 10:00, Acme <support@acme.example> wrote:\r\n> Old words."
    (one,) = tried(office, mail(office.folder, "q1", ERIKA, "Subject: Drucker", "References: <r@b.example>", body=body))
    assert one["from"] == {"name": "Erika Muster", "address": "erika@globex.example"}
    assert one["to"] == [{"name": "Support", "address": "support@acme.example"}]
    assert (one["subject"], one["message_id"], one["references"]) == ("Drucker", "q1@b.example", ["r@b.example"])
    assert "Old words." in one["text"]
    assert one["new_text"] == "New words."


@pytest.mark.parametrize(("sender", "kind"), [
    (ERIKA, "customer"),
    ("anna@acme.example", "staff"),
    ("ben@acme.example", "contact"),
    ("otto@else.example", "unknown"),
])  # fmt: skip
def test_people_are_told_apart_by_the_settings(office: Office, sender: str, kind: str) -> None:
    """Customer, staff, contact, or nobody known; a person may be answered."""
    (one,) = tried(office, mail(office.folder, "a", sender))
    assert (one["kind"], one["answerable"]) == (kind, True)


def test_without_settings_everybody_is_unknown(tmp_path: Path) -> None:
    """No settings file is needed, and nothing is promised then."""
    file = mail(tmp_path, "a")
    done = subprocess.run(
        [sys.executable, "-m", "mailsupport", "try", "--json", file],
        capture_output=True,
        check=True,
        cwd=tmp_path,
        env=ENVIRONMENT,
    )
    (one,) = json.loads(done.stdout)
    assert one["kind"] == "unknown"
    assert "due" not in would(one)


def test_a_settings_file_that_was_named_must_be_there(bare: Office) -> None:
    """A typing mistake in --config must not be taken for "no settings"."""
    file = mail(bare.folder, "a")
    assert main(["--config", str(bare.folder / "other.toml"), "try", file]) == 78


def test_no_secret_is_opened_and_no_file_mode_judged(office: Office) -> None:
    """A file of secrets that everybody may read, or that is missing, is no matter here."""
    office.write(SETTINGS.replace('folder = "out"', 'host = "smtp.acme.example"\nuser = "u"\npassword_file = "absent"'))
    (office.folder / "mailsupport.key").unlink()
    office.settings.chmod(0o666)
    assert tried(office, mail(office.folder, "a"))[0]["kind"] == "customer"


def test_neither_database_nor_templates_are_loaded(office: Office) -> None:
    """Looking at a mail starts in a moment: what speaks SQL, renders or schedules stays unloaded."""
    file = mail(office.folder, "a")
    code = (
        "import sys; from mailsupport.cli import main;"
        f"main(['--config', {str(office.settings)!r}, 'try', '--json', {file!r}]);"
        "print([m for m in ('sqlalchemy', 'alembic', 'jinja2', 'apscheduler', 'imapclient', 'aiosmtplib') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=ENVIRONMENT)
    assert done.stdout.splitlines()[-1] == "[]"
    assert not (office.folder / "mailsupport.db").exists()


# --- what would follow ------------------------------------------------------------------------------------------------


def test_the_first_mail_of_a_conversation_opens_a_ticket(office: Office) -> None:
    """Ticket, clock, receipt and notification, in words."""
    said = would(tried(office, mail(office.folder, "q1"))[0])
    for words in ("open a ticket for erika@globex.example", "start first_response", "send a receipt", "notify anna@acme.example"):
        assert words in said


def test_times_are_those_of_the_settings(office: Office) -> None:
    """As everywhere on the command line: weekday, date and zone; the JSON keeps UTC."""
    said = office.does("try", mail(office.folder, "q1")).out

    assert re.search(r"due \w{3} \d{4}-\d\d-\d\d \d\d:\d\d CES?T", said)
    assert "UTC" not in said


def test_a_later_mail_of_it_joins_the_ticket_of_the_first(office: Office) -> None:
    """Whatever order they are read in as files, the order given is the order of arrival."""
    first = mail(office.folder, "q1")
    second = mail(office.folder, "q2", ERIKA, "In-Reply-To: <q1@b.example>")
    one, two = tried(office, first, second)
    assert one["thread"] == two["thread"]
    assert f"join the ticket of {first} (answers a stored mail)" in would(two)
    assert "open a ticket" not in would(two)


def test_a_stranger_to_the_conversation_gets_a_ticket_of_its_own(office: Office) -> None:
    """`thread` goes by ids alone; the participant rule stands in `would`."""
    first = mail(office.folder, "q1")
    one, two = tried(office, first, mail(office.folder, "q2", "otto@else.example", "In-Reply-To: <q1@b.example>"))
    assert one["thread"] == two["thread"]
    assert f"name the ticket of {first} to staff" in would(two)
    assert "open a ticket for otto@else.example" in would(two)


def test_mails_that_share_only_an_unseen_ancestor_share_a_thread(office: Office) -> None:
    """All references are ids, known or not; a subject alone joins nothing."""
    files = [
        mail(office.folder, "a", ERIKA, "Subject: Hello", "References: <root@b.example>"),
        mail(office.folder, "b", ERIKA, "Subject: Hello"),
        mail(office.folder, "c", ERIKA, "References: <root@b.example> <x@b.example>"),
    ]
    a, b, c = (one["thread"] for one in tried(office, *files))
    assert a == c != b


def test_the_same_mail_twice_is_kept_once(office: Office) -> None:
    """Two files with the same mail are one mail (P2)."""
    first = mail(office.folder, "q1")
    copy = office.folder / "copy.eml"
    copy.write_bytes(Path(first).read_bytes())
    assert would(tried(office, first, str(copy))[1]) == f"keep it once: it is the same mail as {first}"


def test_a_robots_mail_is_ignored_and_its_reason_said(office: Office) -> None:
    """No ticket, no receipt."""
    (one,) = tried(office, mail(office.folder, "a", ERIKA, "Auto-Submitted: auto-replied"))
    assert (one["kind"], one["answerable"]) == ("auto_reply", False)
    assert one["would"] == ["ignore the mail, and list it to the operator (Auto-Submitted: auto-replied)"]


def test_a_bounce_names_its_recipients(office: Office) -> None:
    """Address, status and action of each, and the mail that bounced."""
    body = "Final-Recipient: rfc822; gone@globex.example\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\nMessage-ID: <our@acme.example>"
    (one,) = tried(office, mail(office.folder, "a", "MAILER-DAEMON@mx.example", "Return-Path: <>", body=body))
    assert one["kind"] == "bounce"
    assert one["bounce"]["recipients"] == [{"address": "gone@globex.example", "status": "5.1.1", "action": "failed"}]
    assert one["bounce"]["original_message_id"] == "our@acme.example"


def test_a_token_is_said_to_be_verified_elsewhere(office: Office) -> None:
    """The key is a secret, so `try` believes no token, and does not hide it."""
    file = mail(office.folder, "a", ERIKA, "Cc: support+t1.aaaaaaaa.1.aaaaaaaaaaaaaaaa@acme.example")
    (one,) = tried(office, file)
    assert one["would"][0].startswith("take its token for none")
    assert one["reason"].endswith("it bears a token, which could not be verified: only the daemon opens the key")


# --- files that are none ----------------------------------------------------------------------------------------------


def test_a_file_that_cannot_be_opened_is_unreadable_and_stops_nothing(office: Office) -> None:
    """Missing files, folders and names that are none: each is an object with its reason, and the exit code is 1."""
    files = [str(office.folder / "absent.eml"), str(office.folder), mail(office.folder, "a"), "a\0b"]
    found = tried(office, *files, code=1)
    assert [one["kind"] for one in found] == ["unreadable", "unreadable", "customer", "unreadable"]
    assert found[0]["reason"] == "the file cannot be opened: No such file or directory"
    assert found[0]["would"] == []
    assert len({one["thread"] for one in found}) == 4


def test_a_mail_over_a_cap_is_unreadable_and_opens_a_ticket(office: Office) -> None:
    """It cannot be read, and is not lost (P1)."""
    deep = "".join(f"Content-Type: multipart/mixed; boundary=b{n}\r\n\r\n--b{n}\r\n" for n in range(150))
    path = office.folder / "deep.eml"
    path.write_text(f"From: {ERIKA}\r\nSubject: x\r\n{deep}\r\nhi")
    (one,) = tried(office, str(path))
    assert (one["kind"], one["from"]["address"]) == ("unreadable", "erika@globex.example")
    assert "deep" in one["reason"]
    assert "start first_response" in would(one)


def test_an_empty_file_is_a_mail_without_anything(office: Office) -> None:
    """It has a sender nobody knows, and may not be answered."""
    path = office.folder / "empty.eml"
    path.touch()
    (one,) = tried(office, str(path))
    assert (one["kind"], one["text"], one["answerable"]) == ("unknown", "", False)


def test_hundreds_of_files_are_read_in_one_call(office: Office) -> None:
    """Each has its object, in order."""
    files = [mail(office.folder, f"m{n}") for n in range(300)]
    assert [one["file"] for one in tried(office, *files)] == files


def test_a_pipe_can_be_read_like_a_file(office: Office) -> None:
    """`mailsupport try <(zcat mail.gz)` works."""
    path = office.folder / "pipe"
    os.mkfifo(path)
    with subprocess.Popen(["sh", "-c", f"printf 'From: {ERIKA}\\n\\nhi' > '{path}'"]):
        assert tried(office, str(path))[0]["text"] == "hi"


def test_a_person_reads_a_report(office: Office) -> None:
    """Without --json: what it is and why, its words, what would follow."""
    said = office.does("try", mail(office.folder, "q1", ERIKA, "Subject: Drucker"))
    assert said.code == 0
    for line in ("what customer: @globex.example is Globex GmbH", "subject Drucker", "new It prints blank pages."):
        assert line in said.lines
    assert any(line.startswith("would open a ticket") for line in said.lines)
