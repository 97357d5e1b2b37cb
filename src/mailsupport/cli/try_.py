"""`mailsupport try`: what would happen to these mails? Stores and sends nothing, opens no secret, database or server.

The objects of `--json` are a stable surface (DESIGN §7): fields are added, never renamed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from mailsupport.cli.given import HERE, SYSTEM, Given, Json, given, now
from mailsupport.errors import EXIT_FAILED, EXIT_OK

if TYPE_CHECKING:
    from mailsupport.app.looking.trial import Tried
    from mailsupport.core.desk import Desk
    from mailsupport.core.model import Address, Mail


def try_(
    context: typer.Context,
    files: Annotated[list[str], typer.Argument(metavar="FILE…", help="Mails as files (.eml), one mail each.")],
    as_json: Json = False,
) -> int:
    """Show what would happen to mails in files.

    Nothing is sent and nothing stored. A file that cannot be opened is shown as unreadable, and the exit code is 1.
    """
    from mailsupport.app.looking.trial import trial
    from mailsupport.cli.screen import show_json
    from mailsupport.mail.worker import Reader

    desk = _desk(given(context))
    reader = Reader()
    try:
        found = trial(files, reader, desk, now())
    finally:
        reader.close()
    if as_json:
        show_json([as_object(one) for one in found], indent=None)
    else:
        _show(found, desk.timezone if desk else "UTC")
    return EXIT_OK if all(one.opened for one in found) else EXIT_FAILED


def _desk(place: Given) -> Desk | None:
    """The desk of the settings; None where no file was named and there is none at the usual places."""
    if place.path in (HERE, SYSTEM) and not place.path.exists():
        return None
    return place.desk()


def as_object(tried: Tried) -> dict[str, Any]:
    """Return a result under the names of the stable surface."""
    mail, verdict = tried.mail, tried.verdict
    return {
        "file": tried.file,
        "kind": verdict.kind.value,
        "reason": verdict.reason,
        "subject": mail.subject,
        "from": _address(mail.sender),
        "to": [_address(address) for address in mail.to],
        "text": mail.text,
        "new_text": mail.new_text,
        "attachments": [{"name": a.name, "type": a.type, "size": a.size} for a in mail.attachments],
        "message_id": mail.message_id,
        "references": list(mail.references),
        "thread": tried.thread,
        "bounce": _bounce(mail),
        "answerable": verdict.answerable,
        "would": list(tried.would),
    }


def _address(address: Address) -> dict[str, str]:
    return {"name": address.name, "address": address.email}


def _bounce(mail: Mail) -> dict[str, Any] | None:
    if mail.bounce is None:
        return None
    recipients = [{"address": r.address, "status": r.status, "action": r.action} for r in mail.bounce.recipients]
    return {"recipients": recipients, "original_message_id": mail.bounce.original_message_id}


# --- for a person ---------------------------------------------------------------------------------------------------


def _show(found: list[Tried], zone: str) -> None:
    from mailsupport.cli.screen import say

    for at, tried in enumerate(found):
        say(*([""] if at else []), *_lines(tried, zone))


def _lines(tried: Tried, zone: str) -> list[str]:
    """Return a report on one file: what it is and why, what was read, what would follow at which time of the zone."""
    from mailsupport.cli.screen import bold
    from mailsupport.core.timing.worktime import local

    mail, verdict = tried.mail, tried.verdict
    rows = [
        ("what", f"{verdict.kind.value}: {verdict.reason}"),
        ("from", _named(mail.sender)),
        ("subject", mail.subject),
        ("thread", str(tried.thread)),
        ("names", ", ".join(a.name or a.type for a in mail.attachments)),
        *(("bounced", f"{r.address} {r.status} {r.action}".rstrip()) for r in (mail.bounce.recipients if mail.bounce else ())),
        ("noticed", "; ".join(mail.problems)),
        *(("new" if at == 0 else "", line) for at, line in enumerate(_beginning(mail.new_text))),
        *(("would" if at == 0 else "", local(words, zone)) for at, words in enumerate(tried.would)),
    ]
    return [bold(tried.file), *(f"  {name:8} {value}" for name, value in rows if value)]


def _named(address: Address) -> str:
    return f"{address.name} <{address.email}>" if address.name and address.email else address.email or address.name


def _beginning(text: str) -> list[str]:
    """Return the first lines of the new words, each of bounded width."""
    lines = [line for line in text.splitlines() if line.strip()]
    return [line[:110] for line in lines[:5]] + ([f"… {len(lines) - 5} more lines"] if len(lines) > 5 else [])
