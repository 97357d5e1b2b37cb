"""`run --once` says by its exit code whether all was done: a timer that starts it must be able to tell."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace

from mailsupport.app.deliver import Relays
from mailsupport.app.looking.report import status
from mailsupport.daemon.life import run_once
from mailsupport.errors import EXIT_OK, EXIT_TRY_AGAIN
from mailsupport.ports import Handover, Outcome, Phase, RecipientResult
from mailsupport.store import mailboxes
from stories.world import SETTINGS, RecordingSink, World

ERIKA = "erika@globex.example"


class DeadSink(RecordingSink):
    """A relay that cannot be reached."""

    async def send(self, sender: str, recipients: Sequence[str], raw: bytes) -> Handover:
        results = tuple(RecipientResult(to, Outcome.DEFERRED, 0, "connection refused") for to in recipients)
        return Handover(Phase.BEFORE, "connect", results)


def test_a_relay_that_is_down_is_no_success(desk: World) -> None:
    """75: the mails are taken in and wait in the outbox; `status` says so until the relay takes one."""
    desk.writes(ERIKA, "It prints blank pages.")
    service = desk.assembly.service

    assert run_once(replace(desk.assembly, relays=Relays(DeadSink(), 1))) == EXIT_TRY_AGAIN
    with service.store.read() as tx:
        found = status(tx, service.now())
    assert found.relay is not None
    assert (found.relay.trouble, found.open_tickets, found.daemons) == ("connection refused", 1, ())

    desk.passes("1h")
    with service.store.read() as tx:
        assert status(tx, service.now()).relay is None


def test_a_pass_in_which_all_was_done_ends_well(desk: World) -> None:
    """0, and nothing says that a daemon runs or died."""
    desk.writes(ERIKA, "It prints blank pages.")

    assert run_once(desk.assembly) == EXIT_OK
    assert len(desk.mails(ERIKA)) == 1
    with desk.assembly.service.store.read() as tx:
        assert status(tx, desk.assembly.service.now()).daemons == ()


def test_a_sent_folder_that_cannot_be_opened_stays_noted_after_the_pass(desk_with: Callable[[str], World]) -> None:
    """The inbox was read well, and that says nothing of the other folder; it is forgotten once the folder is read again."""
    desk = desk_with(SETTINGS.replace('sent = "off"', 'sent = "Sent"'))
    sent = desk.folder / "inbox" / "Sent"
    sent.mkdir()
    found = [run_once(desk.assembly)]
    shutil.rmtree(sent)
    found.append(run_once(desk.assembly))

    assert (found, _closed(desk)) == ([EXIT_OK, EXIT_OK], ["Sent"])
    sent.mkdir()
    run_once(desk.assembly)
    assert _closed(desk) == []


def _closed(desk: World) -> list[str]:
    with desk.assembly.service.store.read() as tx:
        return [row.name for row in mailboxes.folders(tx) if row.unreadable_since is not None]
