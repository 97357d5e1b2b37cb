"""What makes a ticket's clocks start, stop, pause, go on and be reckoned anew: effects of `core` as rows.

Comes in: a scene and an effect, as in `app.act`, whose table names these functions. Goes out: rows of clocks, and the lines of
the log out of which pauses and respites are derived ever after (`core.timing.course`). Rules for editing here: a deadline is
never changed without a line that says from what to what and why; nothing is added up here, every deadline is reckoned from its
start.
"""

from __future__ import annotations

from datetime import datetime

from mailsupport.app import agreements
from mailsupport.app.letters.facts import unanswered
from mailsupport.app.scene import Scene
from mailsupport.core.desk import Contract
from mailsupport.core.effects import CancelClocks, StartClock, StopClock
from mailsupport.core.guard import Chain, ChainState, Clock, ClockKind, ClockState
from mailsupport.core.model import State
from mailsupport.core.orders import (
    Excuse,
    GoOn,
    HoldClocks,
    ReleaseClocks,
    RevokeClock,
    SetContract,
    SetDue,
    SetPriority,
    Wait,
)
from mailsupport.core.reaching import warning
from mailsupport.core.timing import clock, course, promises
from mailsupport.core.timing.clock import PAUSABLE, ClockChange
from mailsupport.core.timing.course import Turn
from mailsupport.core.timing.worktime import spoken
from mailsupport.store import clocks, history, outbox

_LIVE = (ClockState.RUNNING, ClockState.PAUSED)
_BY_CONTRACT = frozenset(ClockKind) - {ClockKind.ESCALATION_CLOSE}
"""The clocks whose deadline another priority or contract moves; an escalation has its days, whatever becomes of the rest."""


# --- start, stop, cancel ------------------------------------------------------------------------------------------------


def start(scene: Scene, effect: StartClock) -> None:
    """Start the next cycle of a clock; on a ticket that waits, one that can be paused begins paused."""
    cycle = max((c.cycle for c in scene.clocks() if c.kind is effect.kind), default=-1) + 1
    started = (scene.number, effect.kind, cycle, effect.started_at, effect.due_at)
    paused = effect.kind in PAUSABLE and _waits(scene)
    state = ClockState.PAUSED if paused else ClockState.RUNNING
    warn_at = None if paused else _first_warning(scene, effect, cycle)
    if cycle and effect.kind in PAUSABLE:
        _note_what_is_given(scene, effect, cycle)
    row = clocks.start_clock(scene.tx, *started, effect.reason, warn_at, state)
    scene.know(clocks=(*scene.clocks(), Clock(row, *started, state, reason=effect.reason, warn_at=warn_at)))
    due = {"clock": str(effect.kind), "cycle": cycle, "due": effect.due_at.isoformat(), "reason": effect.reason}
    scene.log("clock_started", "mailsupport", due)


def stop(scene: Scene, effect: StopClock) -> None:
    """Stop the cycle of a clock that waits: in time or late, by its deadline."""
    for waiting in scene.clocks():
        if waiting.kind is effect.kind and waiting.state in promises.UNMET:
            stopped = clock.stop(waiting, effect.at)
            clocks.stop_clock(scene.tx, waiting.id, effect.at, stopped.clock.state, effect.reason)
            scene.forget_clocks()
            said = {"clock": str(effect.kind), "cycle": waiting.cycle, "state": str(stopped.clock.state), "reason": effect.reason}
            scene.log("clock_stopped", scene.actor, said, at=effect.at)


def cancel(scene: Scene, effect: CancelClocks) -> None:
    """End the clocks that run or are paused without a verdict."""
    for live in scene.clocks():
        if live.state in _LIVE and effect.kind in (None, live.kind):
            clocks.stop_clock(scene.tx, live.id, scene.now, ClockState.CANCELLED, effect.reason)
            scene.forget_clocks()
            scene.log("clock_stopped", scene.actor, {"clock": str(live.kind), "state": "cancelled", "reason": effect.reason})


def revoke(scene: Scene, effect: RevokeClock) -> None:
    """Make the last cycle that was met void: what met it reached nobody."""
    met = [one for one in scene.clocks() if one.kind is effect.kind and clock.revoke(one, effect.at).changed]
    if met and clocks.revoke(scene.tx, met[-1].id, effect.reason):
        scene.forget_clocks()
        said = {"clock": str(effect.kind), "cycle": met[-1].cycle, "reason": effect.reason}
        scene.log("clock_revoked", scene.actor, said, at=effect.at)


def excuse(scene: Scene, effect: Excuse) -> None:
    """Note on each lapse that it was excused, by whom and why; it stays a lapse."""
    for one in scene.clocks():
        lapsed = one.lapsed_at is not None and not one.excused and effect.kind in (None, one.kind)
        if lapsed and clocks.excuse(scene.tx, one.id, f"{effect.by}: {effect.reason}"):
            scene.log("excused", effect.by, {"clock": str(one.kind), "cycle": one.cycle, "reason": effect.reason})
    scene.forget_clocks()


# --- waiting ------------------------------------------------------------------------------------------------------------


def wait(scene: Scene, effect: Wait) -> None:
    """Let the ticket wait for somebody; a closed one waits for nobody."""
    ticket = scene.subject()
    if ticket.state is State.CLOSED:
        return
    scene.change(waiting_for=effect.waiting_for, waiting_until=effect.until)
    until = effect.until.isoformat() if effect.until else None
    said = {"for": effect.waiting_for, "until": until, "reason": effect.reason}
    scene.log(course.WAITING, scene.actor, said, at=effect.at)
    _settle(scene, effect.at)


def go_on(scene: Scene, effect: GoOn) -> None:
    """Let the ticket wait no longer, from then on; never later than it was going to wait."""
    ticket = scene.subject()
    if not ticket.waiting_for:
        return
    at = min(effect.at, ticket.waiting_until or effect.at)
    scene.change(waiting_for="", waiting_until=None)
    scene.log(course.WENT_ON, scene.actor, {"for": ticket.waiting_for, "reason": effect.reason}, at=at)
    _settle(scene, at)


def hold(scene: Scene, effect: HoldClocks | ReleaseClocks) -> None:
    """Let what can be paused stand still until then, or no longer: the end is known, so deadlines are reckoned anew at once."""
    event, until = course.CLOCK_RELEASED, {}
    if isinstance(effect, HoldClocks):
        event, until = course.CLOCK_HELD, {"until": effect.until.isoformat()}
    scene.log(event, effect.by, {**until, "reason": f"{effect.by}: {effect.reason}"})
    _recount(scene, scene.contract, effect.words)


def _settle(scene: Scene, at: datetime) -> None:
    """Pause what runs while somebody is waited for, and let go on what is paused for nothing."""
    contract, priority, waits = scene.contract, scene.subject().priority, _waits(scene)
    for one in [c for c in scene.clocks() if c.kind in PAUSABLE]:
        if waits and one.state is ClockState.RUNNING:
            _move(scene, one, clock.pause(one, at, scene.subject().waiting_for))
        elif not waits and one.state is ClockState.PAUSED:
            held = course.held_up(_turns(scene), one.kind, one.cycle, contract, at)
            resumed = clock.resume(one, contract, priority, at, held)
            if resumed.respite is not None:
                _note_respite(scene, one.kind, one.cycle, resumed.respite)
            _move(scene, one, resumed)


def _waits(scene: Scene) -> bool:
    """Whether the ticket waits for somebody for whom its contract lets clocks pause."""
    waiting_for = scene.subject().waiting_for
    return bool(waiting_for) and waiting_for in scene.contract.pause_for


# --- another priority, contract or deadline -------------------------------------------------------------------------------


def set_priority(scene: Scene, effect: SetPriority) -> None:
    """Give the ticket another priority, and reckon its clocks anew from their start."""
    before = scene.subject().priority
    scene.change(priority=effect.priority)
    scene.log("priority", scene.actor, {"from": str(before), "to": str(effect.priority), "reason": effect.reason})
    _recount(scene, scene.contract, f"priority {effect.priority} instead of {before}")


def set_contract(scene: Scene, effect: SetContract) -> None:
    """Put the ticket under another contract or version: what runs is reckoned anew, what is promised now begins."""
    before, contract, ticket = scene.contract, effect.contract, scene.subject()
    agreements.keep(scene.service, scene.tx, contract, scene.now)
    customer = ticket.customer if effect.customer is None else effect.customer
    scene.change(contract=contract.name, contract_version=contract.version, customer=customer, reason=effect.reason)
    said = {"from": before.name, "to": contract.name, "version": contract.version, "reason": effect.reason}
    scene.log("contract", scene.actor, said)
    _recount(scene, before, f"contract {contract.name}, version {contract.version}")
    if ticket.state is not State.CLOSED:
        _begin(scene, before, contract)
    _settle(scene, scene.now)


def set_due(scene: Scene, effect: SetDue) -> None:
    """Let a running clock be due when somebody of ours says."""
    for one in scene.clocks():
        if one.kind is effect.kind and one.state is ClockState.RUNNING and one.due_at != effect.due_at:
            said = {"clock": str(one.kind), "cycle": one.cycle, "before": one.due_at, "due": effect.due_at.isoformat()}
            scene.log(course.DUE_SET, effect.by, {**said, "reason": effect.reason})
            reason = f"due {spoken(effect.due_at)} instead of {spoken(one.due_at)} ({effect.by}: {effect.reason})"
            reason += "; waiting does not move a day that was named" if one.kind in PAUSABLE else ""
            _move(scene, one, clock.agreed(one, effect.due_at, reason))


def _recount(scene: Scene, before: Contract, why: str) -> None:
    contract, priority = scene.contract, scene.subject().priority
    turns = _turns(scene)
    paused_at = next((one.start for one in course.waits(turns) if one.end is None), scene.now)
    for one in [c for c in scene.clocks() if c.state in _LIVE and c.kind in _BY_CONTRACT]:
        at = paused_at if one.state is ClockState.PAUSED else scene.now
        held = course.held_up(turns, one.kind, one.cycle, contract, at)
        changed = clock.recompute(one, contract, priority, at, held, promise=_promise(one, before))
        if changed.respite is not None:
            _note_respite(scene, one.kind, one.cycle, changed.respite)
        if changed.clock == one:
            clocks.warn(scene.tx, one, one.warned, _warning(scene, one))
        elif changed.changed:
            said = {"clock": str(one.kind), "cycle": one.cycle, "before": one.due_at, "due": changed.clock.due_at.isoformat()}
            scene.log("recomputed", scene.actor, {**said, "reason": f"{why}: {changed.reason}"})
            _move(scene, one, changed)


def _promise(one: Clock, before: Contract) -> ClockKind | None:
    """A ticket that was opened again is owed an answer in the time of a first one, where no other is promised."""
    again = one.kind is ClockKind.NEXT_RESPONSE and not before.next_response
    return ClockKind.FIRST_RESPONSE if again else None


def _begin(scene: Scene, before: Contract, contract: Contract) -> None:
    """Start what was not promised before: the resolution from the ticket's start, an answer from the mail that waits for one."""
    ticket = scene.subject()
    begun: list[StartClock] = []
    if promises.unmet(scene.clocks(), ClockKind.RESOLUTION) is None:
        begun += promises.resolution(contract, ticket.priority, ticket.received_at)
    owed = [mail.received_at for mail in unanswered(scene)] if contract.next_response and not before.next_response else []
    if owed and not any(promises.unmet(scene.clocks(), kind) for kind in promises.RESPONSES):
        begun += promises.next_response(contract, ticket.priority, owed[0])
    for effect in begun:
        late = effect.due_at <= scene.now
        due = clock.revoked_due(effect.due_at, scene.now, contract.calendar)
        start(scene, StartClock(effect.kind, effect.started_at, due, effect.reason))
        if late and not scene.clocks()[-1].cycle:
            _note_respite(scene, effect.kind, scene.clocks()[-1].cycle, (scene.now, due))


# --- what the ticket's state and its chain do to clocks ---------------------------------------------------------------------


def turned(scene: Scene, before: State) -> None:
    """Follow a ticket that was closed, or opened again; a closing answer counts when the relay has it (`app.results`)."""
    ticket = scene.subject()
    if ticket.state is before:
        return
    if ticket.state is State.CLOSED:
        go_on(scene, GoOn(scene.now, "the ticket was closed"))
        if outbox.queued_answer(scene.tx, ticket.number) is None:
            close(scene, scene.actor)
    elif before is State.CLOSED:
        _reopen(scene)


def close(scene: Scene, who: str) -> None:
    """Stop what ends with the ticket: it is resolved, and no update is owed."""
    for effect in promises.closed(scene.clocks(), scene.now, who):
        if isinstance(effect, StopClock):
            stop(scene, effect)
        else:
            cancel(scene, effect)


def _reopen(scene: Scene) -> None:
    last = promises.last(scene.clocks(), ClockKind.RESOLUTION)
    if last is None or last.state in promises.UNMET or last.stopped_at is None:
        return
    mail, contract, priority = scene.about(), scene.contract, scene.subject().priority
    at = max(last.stopped_at, min(mail.received_at, scene.now) if mail is not None else scene.now)
    said = {"since": last.stopped_at.isoformat(), "for": course.CLOSED, "reason": "the ticket was closed"}
    scene.log(course.PAUSED, scene.actor, said, at=at)
    held = course.held_up(_turns(scene), ClockKind.RESOLUTION, last.cycle + 1, contract, at)
    again = promises.opened_again(last, contract, priority, at, held)
    if again is None:
        return
    if again.respite is not None:
        _note_respite(scene, ClockKind.RESOLUTION, last.cycle + 1, again.respite)
    start(scene, again.start)


def chain_moved(scene: Scene, chain: Chain) -> None:
    """An escalation has its clock from the opening of its chain until that is over."""
    running = promises.unmet(scene.clocks(), ClockKind.ESCALATION_CLOSE)
    if chain.state is ChainState.RESOLVED:
        if running is not None:
            stop(scene, StopClock(ClockKind.ESCALATION_CLOSE, scene.now, "the chain is over"))
    elif running is None:
        for effect in promises.escalation_close(scene.contract, scene.subject().priority, chain.opened_at):
            start(scene, effect)


def inherit(scene: Scene, other: int) -> None:
    """Keep what held up the ticket that is merged into this one: its resolution goes on here."""
    lines = history.lines_of(scene.tx, other, course.TURNS)
    for one in course.waits(Turn(line.at, line.event, line.data) for line in lines):
        if one.waiting_for == course.HOLD and one.end is not None:
            said = {"until": one.end.isoformat(), "reason": f"on ticket {other}: {one.reason}"}
            scene.log(course.CLOCK_HELD, scene.actor, said, at=one.start)
        elif one.end is not None:
            said = {"since": one.start.isoformat(), "for": one.waiting_for, "reason": f"on ticket {other}: {one.reason}"}
            scene.log(course.PAUSED, scene.actor, said, at=one.end)


# --- rows ---------------------------------------------------------------------------------------------------------------


def held(scene: Scene, one: Clock) -> course.HeldUp:
    """Return what held that cycle up until now."""
    return course.held_up(_turns(scene), one.kind, one.cycle, scene.contract, scene.now)


def _turns(scene: Scene) -> tuple[Turn, ...]:
    lines = history.lines_of(scene.tx, scene.number, course.TURNS)
    return tuple(Turn(line.at, line.event, line.data) for line in lines)


def _move(scene: Scene, before: Clock, changed: ClockChange) -> None:
    """Write what a clock became; one that changed meanwhile stays as it is."""
    if not changed.changed:
        return
    after = changed.clock
    if after.state is ClockState.CANCELLED:
        clocks.stop_clock(scene.tx, before.id, scene.now, after.state, changed.reason)
    else:
        running = after.state is ClockState.RUNNING
        warn_at = _warning(scene, after) if running else None
        clocks.move(scene.tx, before, after.state, after.due_at, warn_at, changed.reason)
    scene.forget_clocks()


def _first_warning(scene: Scene, effect: StartClock, cycle: int) -> datetime | None:
    contract = scene.contract
    if not contract.warn_at:
        return None
    turns = _turns(scene) if effect.kind in PAUSABLE else ()
    known = course.held_up(turns, effect.kind, cycle, contract, scene.now)
    return warning.next_at(contract, effect.kind, effect.started_at, effect.due_at, held=known)


def _warning(scene: Scene, one: Clock) -> datetime | None:
    contract = scene.contract
    if not contract.warn_at:
        return None
    return warning.next_at(contract, one.kind, one.started_at, one.due_at, one.warned, held(scene, one))


def _note_what_is_given(scene: Scene, effect: StartClock, cycle: int) -> None:
    """A cycle that gets more time than its promise, which is over, keeps that when it is reckoned anew."""
    held_by = course.held_up(_turns(scene), effect.kind, cycle, scene.contract, scene.now)
    due = clock.reckoned(scene.contract, effect.kind, scene.subject().priority, effect.started_at, held_by)
    if due is not None and due <= scene.now < effect.due_at:
        _note_respite(scene, effect.kind, cycle, (scene.now, effect.due_at))


def _note_respite(scene: Scene, kind: ClockKind, cycle: int, given: tuple[datetime, datetime]) -> None:
    since, until = given
    scene.log(course.RESPITE, scene.actor, {"clock": str(kind), "cycle": cycle, "until": until.isoformat()}, at=since)
