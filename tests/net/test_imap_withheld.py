"""An IMAP server that lists a mail and does not give it out: no BODY in its answer, or the connection ends there (P1, P12)."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from sqlalchemy import select

from mailsupport.app.passes import take_in
from mailsupport.app.quarantine import NOT_GIVEN
from mailsupport.app.service import Service
from mailsupport.app.watched import Watched
from mailsupport.errors import ServerUnavailable, TransferUnderway
from mailsupport.net.imap import ImapSource
from mailsupport.net.pieces import PIECE, Pieces
from mailsupport.ports import FolderState, Listed, Settling
from mailsupport.store.schema import ledger
from net.scripted import NOON, Scripted, noon, talking
from net.shaken import Bench, letter

WATCHED = Watched("support", "INBOX", "inbox", Settling(), first_run="all")


def server_with(mails: int, withheld: int, how: str) -> Callable[[Scripted], None]:
    """A server with so many mails, of which one is not given out: it is left out of the answer, or the server hangs up."""

    def serve(server: Scripted) -> None:
        server.logged_in()
        while True:
            line = server.expect("")
            tag, _, command = line.partition(" ")
            done = f"{tag} OK done"
            if "LOGOUT" in command:
                server.send("* BYE bye", done)
                return
            if "EXAMINE" in command:
                server.send(f"* {mails} EXISTS", "* OK [UIDVALIDITY 7] x", f"* OK [UIDNEXT {mails + 1}] x", done)
            elif "UID SEARCH" in command:
                server.send(f"* SEARCH{''.join(f' {uid}' for uid in asked(command) if uid <= mails)}", done)
            elif "UID FETCH" in command:
                given = [uid for uid in asked(command) if uid <= mails]
                if withheld in given and "BODY.PEEK" in command:
                    if how == "hangs up":
                        server.hang_up()
                        return
                    given.remove(withheld)
                server.send(*(part for uid in given for part in answer(uid, command)), done)
            else:
                server.send(done)

    return serve


def asked(command: str) -> list[int]:
    """The UIDs a command names."""
    found = re.search(r"(?:UID|FETCH) ([\d:,]+)", command.removeprefix("UID "))
    assert found is not None, command
    spans = [part.partition(":") for part in found[1].split(",")]
    return [uid for first, _, last in spans for uid in range(int(first), min(int(last or first), 50) + 1)]


def answer(uid: int, command: str) -> list[str | bytes]:
    """One mail's lines of a FETCH."""
    raw = letter(uid)
    if "BODY.PEEK" not in command:
        return [f'* {uid} FETCH (UID {uid} RFC822.SIZE {len(raw)} INTERNALDATE "20-Nov-2026 11:00:00 +0000")']
    return [f"* {uid} FETCH (UID {uid} BODY[] {{{len(raw)}}}\r\n".encode() + raw + b")\r\n"]


def passes(service: Service, server: Callable[[Scripted], None], times: int) -> int:
    """Connect and read that often; return how many of the passes were complete."""
    complete = 0
    for _ in range(times):
        with talking(server) as scripted:
            source = ImapSource(scripted.account(), noon)
            try:
                take_in(service, source, WATCHED)
                complete += 1
            except ServerUnavailable:
                pass
            finally:
                source.close()
    return complete


def entries(service: Service) -> list[tuple[str, str]]:
    """What the ledger says of each UID: state and reason."""
    with service.store.read() as tx:
        return [(row.state, row.reason) for row in tx.execute(select(ledger.c.state, ledger.c.reason).order_by(ledger.c.uid))]


@pytest.mark.parametrize("how", ["leaves out", "hangs up"])
def test_a_mail_that_is_not_given_out_is_set_aside(shared_bench: Bench, how: str) -> None:
    """P12: Two tries with the others, three alone, and the mails behind it are read; the cursor is past all of them."""
    service = shared_bench.service_for(f"withheld-{how.replace(' ', '-')}")
    passes(service, server_with(4, 2, how), 8)
    found = entries(service)

    assert [state for state, _ in found] == ["ticketed", "quarantined", "ticketed", "ticketed"]
    assert found[1][1] == NOT_GIVEN


@pytest.mark.parametrize("how", ["leaves out", "hangs up"])
def test_a_mail_that_comes_at_the_last_try_is_like_any_other(shared_bench: Bench, how: str) -> None:
    """Failures are no deaths of the reader: after four of them it is read, not quarantined unread."""
    service = shared_bench.service_for(f"late-{how.replace(' ', '-')}")
    passes(service, server_with(2, 2, how), 4)
    passes(service, server_with(2, 0, how), 1)

    assert [state for state, _ in entries(service)] == ["ticketed", "ticketed"]


def test_passes_are_complete_again_when_it_is_set_aside(shared_bench: Bench) -> None:
    """P5: Deadlines do not wait for ever for a folder with such a mail in it."""
    service = shared_bench.service_for("complete-again")
    passes(service, server_with(3, 1, "leaves out"), 8)

    assert passes(service, server_with(3, 1, "leaves out"), 2) == 2


def test_a_piece_more_is_no_failure() -> None:
    """Of a large mail each connection brings some: that it breaks off again does not count against it."""
    pieces, mail, state = Pieces(), Listed(1, 5 * PIECE, NOON), FolderState("INBOX", 7, 2, 1)
    pieces.broke_off(state, mail)

    def breaks_after(count: int) -> Callable[[int, int], bytes]:
        left = iter(range(count))

        def fetch(_: int, size: int) -> bytes:
            if next(left, None) is None:
                raise ServerUnavailable("broken", "")
            return b"x" * size

        return fetch

    with pytest.raises(TransferUnderway):
        pieces.rest(5 * PIECE, breaks_after(2))
    with pytest.raises(ServerUnavailable) as stuck:
        pieces.rest(5 * PIECE, breaks_after(0))

    assert not isinstance(stuck.value, TransferUnderway)
