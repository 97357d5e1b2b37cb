"""Copies of answers for the Sent folder, where the mail server keeps none itself (G7)."""

from __future__ import annotations

import email
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from sqlalchemy import select

from mailsupport.daemon.assembly import Box, reassemble
from mailsupport.net.folder import FolderSource
from mailsupport.ports import MailSource
from mailsupport.settings import load
from mailsupport.store import ways
from mailsupport.store.schema import mail, outbox
from stories.world import SETTINGS, World

ERIKA, ANNA, OPS = "erika@globex.example", "anna@acme.example", "ops@acme.example"
SAVING = SETTINGS.replace('sent = "off"', 'sent = "Sent"\nsave_sent = true')


def answered(desk_with: Callable[[str], World], settings: str = SAVING) -> World:
    """A desk where Anna's answer has just left."""
    desk = desk_with(settings)
    (desk.folder / "inbox" / "Sent").mkdir(exist_ok=True)
    desk.writes(ERIKA, "It prints blank pages.")
    desk.works()
    desk.replies(ANNA, desk.expect_mail(ANNA), "Please clean the drum.")
    desk.works()
    return desk


def copies(desk: World) -> list[Path]:
    """What lies in the Sent folder."""
    return sorted((desk.folder / "inbox" / "Sent").glob("*.eml"))


def answers(desk: World) -> list[bytes]:
    """The answers that left, byte for byte."""
    return [sent.raw for sent in desk.mails(ERIKA) if "clean the drum" in sent.text]


def test_an_answer_that_left_lies_in_the_sent_folder(desk_with: Callable[[str], World]) -> None:
    """G7: The same bytes, once; receipts, alerts and notifications are not copied, and the copy is our own echo."""
    desk = answered(desk_with)
    desk.passes("10m")
    with desk.assembly.service.store.read() as tx:
        kinds = set(tx.execute(select(mail.c.kind).where(mail.c.message_id == _id(answers(desk)[0]))).scalars())

    assert [file.read_bytes() for file in copies(desk)] == answers(desk)
    assert kinds == {"own"}


def test_without_the_setting_nothing_is_put_there(desk_with: Callable[[str], World]) -> None:
    """Most servers keep copies themselves: ours would be the second."""
    desk = answered(desk_with, SETTINGS.replace('sent = "off"', 'sent = "Sent"'))
    desk.passes("10m")

    assert copies(desk) == []


@dataclass
class Trouble:
    """What the server refuses (mails with these bytes in them), and how often it was asked."""

    refuses: bool = True
    of: bytes = b""
    asked: list[bool] = field(default_factory=list)


class RefusingSource(FolderSource):
    """A server whose quota is used up."""

    trouble: Trouble

    def save(self, folder: str, raw: bytes, message_id: str, maybe_there: bool) -> str:
        self.trouble.asked.append(maybe_there)
        refused = self.trouble.refuses and self.trouble.of in raw
        return "[OVERQUOTA] quota exceeded" if refused else super().save(folder, raw, message_id, maybe_there)


@dataclass(frozen=True, slots=True)
class RefusingBox(Box):
    """A mailbox on such a server."""

    trouble: Trouble = field(default_factory=Trouble)

    def source(self) -> MailSource:
        assert self.settings.path is not None
        made = RefusingSource(self.settings.path)
        made.trouble = self.trouble
        return made


def refusing(desk_with: Callable[[str], World]) -> tuple[World, Trouble]:
    """A desk on such a server, with a Sent folder."""
    desk = desk_with(SAVING)
    (desk.folder / "inbox" / "Sent").mkdir(exist_ok=True)
    box = RefusingBox(desk.assembly.boxes[0].settings, desk.clock)
    desk.assembly = replace(desk.assembly, boxes=(box,))
    return desk, box.trouble


def test_a_copy_that_is_never_taken_holds_up_no_other(desk_with: Callable[[str], World]) -> None:
    """P12: The older answer is too large for the server; the younger one's copy lies there."""
    desk, trouble = refusing(desk_with)
    trouble.of = b"clean the drum"
    desk.writes(ERIKA, "It prints blank pages.")
    desk.works()
    for words in ("Please clean the drum.", "Then change the belt."):
        desk.replies(ANNA, desk.mails(ANNA)[0], words)
        desk.passes("10m")

    assert [b"change the belt" in file.read_bytes() for file in copies(desk)] == [True]


def test_a_copy_that_cannot_be_saved_sends_nothing_again(desk_with: Callable[[str], World]) -> None:
    """G7: The operator is told once a day, the answer has left once, and the copy is there when there is room."""
    desk, trouble = refusing(desk_with)
    desk.writes(ERIKA, "It prints blank pages.")
    desk.works()
    desk.replies(ANNA, desk.expect_mail(ANNA), "Please clean the drum.")
    desk.passes("3h")
    told, before = [m for m in desk.mails(OPS) if "Sent folder" in m.subject], copies(desk)
    trouble.refuses = False
    desk.passes("1h")
    desk.works()

    assert (len(told), before, len(answers(desk))) == (1, [], 1)
    assert len(copies(desk)) == 1
    assert trouble.asked[0] is False
    assert all(trouble.asked[1:])


def test_copies_that_were_wanted_end_with_the_setting(desk_with: Callable[[str], World]) -> None:
    """G7: A copy waits for room; with save_sent = false it is tried no more, and the operator hears no more of it."""
    desk, trouble = refusing(desk_with)
    desk.writes(ERIKA, "It prints blank pages.")
    desk.works()
    desk.replies(ANNA, desk.expect_mail(ANNA), "Please clean the drum.")
    desk.passes("3h")
    asked = len(trouble.asked)
    path = desk.folder / "mailsupport.toml"
    path.write_text(path.read_text().replace("save_sent = true", "save_sent = false"))
    changed = reassemble(desk.assembly, load(path))
    (box,) = changed.boxes
    desk.assembly = replace(changed, boxes=(RefusingBox(box.settings, desk.clock, trouble=trouble),))
    desk.nothing_new()
    trouble.refuses = False
    desk.passes("25h")

    assert asked > 0
    assert (len(trouble.asked), copies(desk)) == (asked, [])
    desk.expect_no_mail(OPS)


def test_a_copy_is_no_reason_to_wait(desk_with: Callable[[str], World]) -> None:
    """G7: The answer counts when the relay took it, whether or not there is a Sent folder."""
    desk = desk_with(SAVING)
    desk.writes(ERIKA, "It prints blank pages.")
    desk.works()
    desk.replies(ANNA, desk.expect_mail(ANNA), "Please clean the drum.")
    desk.passes("1h")
    with desk.assembly.service.store.read() as tx:
        state = tx.execute(select(outbox.c.state).where(outbox.c.kind == "answer")).scalar_one()
        due = ways.copies_due(tx, "support", 10)

    assert (state, len(due), len(answers(desk))) == ("done", 1, 1)


def _id(raw: bytes) -> str:
    return str(email.message_from_bytes(raw)["Message-ID"]).strip("<>")
