"""The demo from its first line to its last: makes the folder, starts everything, has the story played, judges it, ends.

Rule for editing here: whatever was started is ended again, in every case, in the opposite order.
"""

from __future__ import annotations

import secrets
import shlex
import shutil
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console

from mailsupport.demo.calm import calm, interruptible
from mailsupport.demo.cast import DOV, PASSWORD_FILE, SUPPORT, settings_text
from mailsupport.demo.mailroom import MailRoom
from mailsupport.demo.narrator import Narrator
from mailsupport.demo.people import MailClient
from mailsupport.demo.running import Running, logging_to
from mailsupport.demo.servers import Servers
from mailsupport.demo.story import Missing, Story
from mailsupport.demo.timeline import US, Timeline
from mailsupport.demo.verdict import checks
from mailsupport.errors import EXIT_FAILED, EXIT_OK, MailsupportError

EXIT_INTERRUPTED = 130
"""128 + SIGINT, as shells count."""

SETTINGS_FILE = "mailsupport.toml"
MAILS = "mails"

_TO_START = 30.0
"""Seconds given to the daemon to come up, on a machine that has much else to do."""


@dataclass
class Judged:
    """What came out of it: what did not happen, and how many things were looked at."""

    missing: list[str] = field(default_factory=list)
    looked_at: int = 0


def show(folder: Path | None) -> int:
    """Play the demo in a folder, a new temporary one for None, and return the exit code. Raises MailsupportError."""
    place = _place(folder)
    timeline = Timeline(Console())
    timeline.heading("A support desk in fifteen seconds, on this machine; seconds stand for hours.")
    try:
        with calm():
            judged = _play(place, timeline)
    except KeyboardInterrupt:
        timeline.plain(f"\nStopped. What there is so far is kept in {place}")
        return EXIT_INTERRUPTED
    return _end(timeline, place, judged)


def _place(folder: Path | None) -> Path:
    if folder is None:
        return Path(tempfile.mkdtemp(prefix="mailsupport-demo-"))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise MailsupportError(f"the folder {folder} is not empty", "name a new one, or none")
    except OSError as error:
        raise MailsupportError(f"the folder {folder} cannot be used: {error.strerror}", "name another one, or none") from error
    return folder.absolute()


def _play(place: Path, timeline: Timeline) -> Judged:
    judged = Judged()
    with ExitStack() as ending:
        ending.enter_context(logging_to(place / "log.txt"))
        room = MailRoom(place / MAILS, Narrator(timeline).hear)
        client, running = _start(place, room, timeline, ending)
        try:
            with timeline, interruptible():
                _tell(Story(client, room, running, timeline), running, timeline)
        except Missing as missing:
            judged.missing.append(str(missing))
        running.stop()
        _show_alert(room, timeline)
        found = checks(room.posts(), running.store, datetime.now(UTC))
    judged.missing += [check.words for check in found if not check.holds]
    judged.looked_at = len(found)
    return judged


def _start(place: Path, room: MailRoom, timeline: Timeline, ending: ExitStack) -> tuple[MailClient, Running]:
    password = secrets.token_urlsafe(12)
    servers = Servers(room, password)
    servers.start()
    ending.callback(servers.stop)
    timeline.says("IMAP and SMTP", f"servers listen on 127.0.0.1, ports {servers.imap_port} and {servers.smtp_port}", "dim")
    _write_privately(place / PASSWORD_FILE, password)
    _write_privately(place / SETTINGS_FILE, settings_text(servers.smtp_port, servers.imap_port))
    running = Running(place / SETTINGS_FILE)
    ending.callback(running.close)
    running.start()
    ending.callback(running.stop)
    timeline.says(US, f"watches {SUPPORT}; SQLite in a new folder")
    return MailClient(servers.smtp_port, servers.imap_port, password), running


def _write_privately(file: Path, text: str) -> None:
    file.touch(mode=0o600)
    file.write_text(text, encoding="utf-8")


def _tell(story: Story, running: Running, timeline: Timeline) -> None:
    timeline.waits("the program's mail to itself comes home")
    if not running.wait_until_ready(_TO_START):
        raise Missing(running.failure or f"the program did not come up in {_TO_START:.0f} seconds; log.txt may say why")
    story.play()


def _show_alert(room: MailRoom, timeline: Timeline) -> None:
    alert = room.wait_for(lambda post: post.event == "escalated" and post.recipient == DOV.address, 0)
    if alert is not None:
        head = "\n".join(f"{name}: {alert.message[name]}" for name in ("From", "To", "Subject"))
        timeline.sheet(f"The alert as {DOV.name} read it", f"{head}\n\n{alert.text.rstrip()}")


def _end(timeline: Timeline, place: Path, judged: Judged) -> int:
    timeline.plain()
    if judged.missing:
        timeline.plain("The story did not happen as it should:", "bold red")
        for what in judged.missing:
            timeline.plain(f"  - {what}")
        timeline.plain(f"What there is is kept in {place}; see log.txt there.")
        return EXIT_FAILED
    timeline.plain(f"All of it happened as promised: {judged.looked_at} of {judged.looked_at} checks hold.", "bold green")
    timeline.plain(f"\nEvery mail, as .eml:  {place / MAILS}")
    timeline.plain(f"Look around:          cd {shlex.quote(str(place))}")
    timeline.plain(f"                      {_program()} ticket show 2")
    timeline.plain(f"Make your own desk:   {_program()} init")
    return EXIT_OK


def _program() -> str:
    """How to call us from any folder: by name where the shell found us, else by path."""
    called = Path(sys.argv[0])
    if called.name != "mailsupport" or shutil.which("mailsupport") is not None:
        return "mailsupport"
    return shlex.quote(str(called.absolute()))
