"""How steps of chains fire: claimed, then resolved into people, then told; for all the tickets of a transaction together.

Comes in: steps that `core.reaching.escalation` let fire. Goes out: firings, chains that have moved on, and an alert for each
person who may be mailed now; whoever was mailed a moment ago is noted for a digest. Rules for editing here: a step is claimed
before anybody is named for it, and one that was claimed before tells nobody again (P4); what the alerts of many tickets need is
asked for all of them at once, and a letter is written when nothing needs to be asked any more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from mailsupport.app import act, turns
from mailsupport.app.crashpoints import reach
from mailsupport.app.letters.facts import LOOKED_AT, MISSED_WITHIN
from mailsupport.app.letters.to_contacts import Alarm, alert, reason_of
from mailsupport.app.presence import present
from mailsupport.app.scene import Scene
from mailsupport.core.effects import TellOperator
from mailsupport.core.guard import Chain
from mailsupport.core.judging.routing import staff_of
from mailsupport.core.reaching import escalation
from mailsupport.core.reaching.contacts import Targets, targets
from mailsupport.core.reaching.escalation import Fire, Unreachable
from mailsupport.store import chains, clocks, history, mails, offers
from mailsupport.store.chains import Claim
from mailsupport.store.rows import ALERT, SKIPPED

LATE, NOT_RUNNING = timedelta(minutes=10), "mailsupport was not running when it was due"
"""An alert that comes later than this after its time says why."""


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a ticket's chain that is to fire, and what could not be read before."""

    scene: Scene
    chain: Chain
    move: Fire
    unread: tuple[str, ...] = ()

    @property
    def late(self) -> str:
        """Why it comes late, "" when it does not."""
        return NOT_RUNNING if self.scene.now - (self.chain.next_at or self.scene.now) > LATE else ""

    def claim(self) -> Claim:
        """Return what says that it fires, once for all."""
        chain, move = self.chain, self.move
        reason = reason_of(move.reason, self.unread, self.late)
        return Claim(chain.ticket, chain.cause, chain.cycle, move.round, move.step, reason)


@dataclass(frozen=True, slots=True)
class _Fired:
    """A step that fired: its row, and who is to hear of it."""

    step: Step
    firing: int
    found: Targets


def fire(steps: Sequence[Step]) -> int:
    """Fire steps of several tickets, whose scenes share a transaction; return how many had not fired before."""
    if not steps:
        return 0
    firings = chains.fire(steps[0].scene.tx, [step.claim() for step in steps], steps[0].scene.now)
    fired: list[_Fired] = []
    for step, firing in zip(steps, firings, strict=True):
        if firing is None:
            scene = step.scene
            chains.save_chain(scene.tx, escalation.after_fire(step.chain, step.move, scene.contract, scene.now).chain)
        else:
            fired.append(_resolved(step, firing))
    _read_ahead(fired)
    for one in fired:
        _tell(one)
    return len(fired)


def _resolved(step: Step, firing: int) -> _Fired:
    scene, move = step.scene, step.move
    customer = scene.customer_of(scene.subject())
    found = targets(scene.contract, move.step, move.round, customer, present(scene), scene.now, step.chain.told)
    for target, why in found.reasons:
        scene.log(SKIPPED, "mailsupport", {"firing": firing, "target": target, "reason": why})
    return _Fired(step, firing, found)


def _read_ahead(fired: Sequence[_Fired]) -> None:
    """Ask at once whose turn it is, and what the letters to them will tell of."""
    if not fired:
        return
    scene = fired[0].step.scene
    turns.take_all(scene, ALERT, [person.address for one in fired for person in one.found.people])
    going: set[str] = set()
    mailed: dict[int, _Fired] = {}
    for one in fired:
        new = {person.address for person in one.found.people if turns.goes_now(scene, ALERT, person.address)} - going
        if new:
            going |= new
            mailed[one.step.scene.number] = one
    if mailed:
        _read_for_letters(scene, mailed)


def _read_for_letters(any_scene: Scene, mailed: Mapping[int, _Fired]) -> None:
    tx, desk, scenes = any_scene.tx, any_scene.service.desk, [one.step.scene for one in mailed.values()]
    mails.read_ahead(tx, list(mailed), LOOKED_AT)
    history.read_ahead(tx, list(mailed))
    chains.read_ahead(tx, {number: one.firing for number, one in mailed.items()})
    if any(scene.subject().customer for scene in scenes):
        clocks.read_ahead(tx, any_scene.now - MISSED_WITHIN)
    offers.read_ahead(tx, sorted({p.key for scene in scenes for p in staff_of(scene.contract, scene.subject().mailbox, desk)}))


def _tell(one: _Fired) -> None:
    step, found = one.step, one.found
    scene, move, contract = step.scene, step.move, step.scene.contract
    fired = escalation.after_fire(step.chain, move, contract, scene.now).chain
    alarm = Alarm(one.firing, fired, contract, step.unread, step.late)
    waits = [alert(scene, alarm, person, found.stands_in.get(person.key, ())) for person in found.people]
    mailed_at = scene.now if None in waits else min(filter(None, waits), default=scene.now)
    if mailed_at > scene.now:  # its wait begins with the acceptance of the digest, which nobody can accept before it is sent
        fired = escalation.after_fire(step.chain, move, contract, mailed_at).chain
    if not found.people:
        fired = escalation.unreachable(fired, contract, scene.now, Unreachable.NOBODY, move.step, move.round).chain
        _tell_of_nobody(step, found)
    chains.save_chain(scene.tx, fired)
    _tell_of_unread(step)
    reach("sweep.fired")


def _tell_of_nobody(step: Step, found: Targets) -> None:
    name, number = step.scene.contract.name, step.move.step
    what = f"step {number + 1} of the chain of {name} has nobody to tell"
    why = "; ".join(f"{target}: {reason}" for target, reason in found.skipped)
    act.perform(step.scene, [TellOperator(f"nobody:{name}:{number}", what, why, "correct the chain, the roles or the people")])


def _tell_of_unread(step: Step) -> None:
    unread = step.unread
    if unread:
        what = f"{', '.join(unread)} cannot be read, and deadlines are judged without it"
        why, cure = "an answer may lie there; the alerts say so", "see `mailsupport status` for what the server says"
        act.perform(step.scene, [TellOperator(f"unread:{unread[0]}", what, why, cure)])
