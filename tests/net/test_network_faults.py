"""Whatever a network does at whatever stage of the dialogue: every mail is taken in once, soon after the fault is over.

27 faults at 19 stages, each with the real mailbox thread and pass against a real Dovecot through a proxy (rows 19, 20, 22, 26).
All of them with SOAK=1; a seeded part otherwise. SOAK_SEED=N repeats a run.
"""

from __future__ import annotations

import base64
import os
import random
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest

from mailsupport.errors import ServerUnavailable
from net.shaken import POLL, RESTS, Bench, Desk, desk, letter, put, waited_for
from servers.faults import BENIGN, FAULTS
from servers.proxy import COMPLETE, Personality, Proxy
from servers.stages import Stage

SOAK = os.environ.get("SOAK") == "1"
SEED = int(os.environ.get("SOAK_SEED", "20261122"))
EVERY_STAGE = len(FAULTS) if SOAK else 3
AT_ONCE = 8
PRIVACIES = ("none", "tls", "starttls")
AT_WORK = 3.0
"""Seconds that dialling, reading and the other scenarios beside this one may take on a busy machine."""
AFTERWARDS = (Stage.IDLE, Stage.IDLING, Stage.LOGOUT)
"""Stages that come only after a pass: the last mail arrives then."""
MOVELESS, WITHOUT_MOVE = Personality(frozenset({"MOVE"})), (Stage.COPY, Stage.MARK, Stage.EXPUNGE)
LETTERS = [letter(1), letter(2, 3_000), letter(3, 40_000)]


@dataclass(frozen=True)
class Told:
    """How a scenario ended: what is wrong, how long the recovery took in seconds, and in how many passes."""

    name: str
    wrong: tuple[str, ...]
    seconds: float
    passes: int


def chosen(stage: Stage) -> list[tuple[str, str]]:
    """The faults of this run at a stage, each with how the client is spoken to."""
    told = [(fault, PRIVACIES[(place + list(Stage).index(stage) + SEED) % 3]) for place, fault in enumerate(sorted(FAULTS))]
    return random.Random(f"{SEED} {stage}").sample(told, EVERY_STAGE)


def happened(at: Bench, stage: Stage, fault: str, privacy: str) -> Told:
    """Play a scenario; with TLS the Sent folder is looked for and read as well."""
    name = f"{stage.value}-{fault}-{privacy}".replace("_", "-")
    put(at, name, LETTERS[:2] if stage in AFTERWARDS else LETTERS)
    box = at.with_settings(sent="auto" if stage is Stage.LIST or privacy == "tls" else "off")
    with desk(at, name, 3, privacy, MOVELESS if stage in WITHOUT_MOVE else COMPLETE, box) as (made, proxy):
        try:
            wrong, calm_at, done_at = play(at, made, proxy, stage, fault)
        except AssertionError as error:
            error.add_note(f"{name}: {made.troubles} {made.errors}")
            raise
        later = sum(begun >= calm_at for begun, ended in made.passes if ended <= done_at)
        wrong += judged(at, made, proxy, name)
    return Told(name, tuple(wrong), done_at - calm_at, later)


def play(at: Bench, made: Desk, proxy: Proxy, stage: Stage, fault: str) -> tuple[list[str], float, float]:
    """Run the thread until every mail is in; return what went wrong, when all was calm again, and when the last mail was in."""
    if stage is Stage.LOGOUT:
        with made.at_work():
            waited_for(made.passed.wait, "the first pass")
            proxy.plan(stage, FAULTS[fault])
    if stage not in (Stage.IDLING, Stage.LOGOUT):
        proxy.plan(stage, FAULTS[fault])
    put_at = 0.0
    with made.at_work():
        if stage in AFTERWARDS:
            waited_for(made.passed.wait, "a pass")
            if stage is Stage.IDLING:
                proxy.plan(stage, FAULTS[fault])
            put(at, made.account.user.partition("@")[0], LETTERS[2:])
            put_at = time.monotonic()
        waited_for(proxy.calm.wait, "the fault")
        waited_for(made.complete.wait, "the last mail")
        done_at = made.passes[-1][1]
    wrong = [f"error: {error!r}" for error in made.errors]
    if fault in BENIGN and made.troubles:
        wrong.append(f"the connection was given up: {made.troubles[0]}")
    # A client may have left a stalling connection, and have everything, before the stall is over.
    return wrong, max([put_at, *(t for t in proxy.calm_times if t <= done_at)]) or done_at, done_at


def judged(at: Bench, made: Desk, proxy: Proxy, name: str) -> list[str]:
    """Compare what came of it with what lay there; no copy too many may lie in the target."""
    wrong = []
    if (tickets := made.tickets()) != 3:
        wrong.append(f"{tickets} tickets")
    if (entries := made.entries()) != ["ticketed"] * 3:
        wrong.append(f"ledger: {entries}")
    elif made.bodies() != LETTERS:
        wrong.append("a mail was changed on its way")
    with at.dovecot.client(f"{name}@example.com") as client:
        lies = {folder: client.folder_status(folder)[b"MESSAGES"] for folder in ("INBOX", "Done")}
    if lies != {"INBOX": 0, "Done": 3}:
        wrong.append(f"on the server: {lies}")
    if proxy.privacy.kind != "none" and (leaked := exposed(at, made, proxy)):
        wrong.append(f"in clear text: {leaked!r}")
    return wrong


def exposed(at: Bench, made: Desk, proxy: Proxy) -> bytes:
    """Return which secret went over the wire before TLS."""
    secrets = (at.dovecot.password.encode(), made.account.user.encode())
    plain = base64.b64encode(b"\0".join((b"", secrets[1], secrets[0])))
    return next((secret for secret in (*secrets, plain) if secret in proxy.exposed), b"")


@pytest.mark.parametrize("stage", list(Stage))
def test_every_mail_is_taken_in_once_whatever_the_network_does(shared_bench: Bench, stage: Stage) -> None:
    """After the fault at most two passes, and no longer than two polls and the rests, beside what the work itself takes."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        told = list(pool.map(lambda given: happened(shared_bench, stage, *given), chosen(stage)))
    print(f"\nseed {SEED}, {stage}: {len(told)} faults, slowest recovery {max(t.seconds for t in told):.2f} s")

    assert [(t.name, t.wrong) for t in told if t.wrong] == []
    assert [(t.name, t.passes) for t in told if t.passes > 2] == []
    assert [(t.name, t.seconds) for t in told if t.seconds > 2 * POLL + 2 * RESTS.ceiling + AT_WORK] == []


def test_hanging_up_in_the_handshake_is_no_wrong_certificate(shared_bench: Bench) -> None:
    """A server that restarts is unavailable; only what would be unsafe is called so, for the operator hears of that at once."""
    with desk(shared_bench, "handshake", 0, "tls") as (made, proxy):
        proxy.plan(Stage.CONNECT, FAULTS["close"])
        with made.at_work():
            waited_for(made.passed.wait, "the first pass")

    assert [type(trouble) for trouble in made.troubles] == [ServerUnavailable]
