"""Who sees to an escalation: ack, snooze, notme, escalate, deescalate, excuse.

Whoever has power on the ticket may take notice of it and ask for more; only somebody of the chain, at its step or above, may end
it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType

from mailsupport.core.deciding.verbs.asked import Asked, Done, Refused, Verb
from mailsupport.core.deciding.verbs.asking import doubtful, reading
from mailsupport.core.effects import AllClear, ChangeChain, Effect, Log, OpenChain, TellOperator
from mailsupport.core.guard import Cause, Chain, ChainState, Told
from mailsupport.core.judging.tokens import Purpose
from mailsupport.core.orders import Excuse
from mailsupport.core.reaching import escalation
from mailsupport.core.reaching.contacts import resolve_target
from mailsupport.core.said import Said, said

LONGEST_SNOOZE = timedelta(days=7)
"""A chain that rests longer than this was meant to be ended."""

REASON = 200
"""Characters of a mail's text that an alert quotes as the reason."""

_UNDER_WAY = (ChainState.ACTIVE, ChainState.ACKNOWLEDGED, ChainState.EXHAUSTED)


def ack(asked: Asked) -> Done | Refused:
    """The chain rests for the time named, and at the most for what the contract gives an acknowledgement."""
    found = reading(asked, asked.value)
    if found.doubt is not None:
        return doubtful(found.doubt)
    most = _at_most(asked)
    return _rests(asked, min(found.at or most, most))


def snooze(asked: Asked) -> Done | Refused:
    """The chain rests until the time named, whatever the contract gives: at the most a week."""
    found = reading(asked, asked.value)
    if found.doubt is not None:
        return doubtful(found.doubt)
    if found.at is None:
        return Refused(said("snooze_needs_time"), said("write_a_time"))
    if found.at - asked.arrival.now > LONGEST_SNOOZE:
        return Refused(said("snooze_too_long"), said("write_a_time"))
    return _rests(asked, found.at)


def notme(asked: Asked) -> Done | Refused:
    """The next step is told now; nothing is held against the address of whoever says so."""
    chain, last = asked.arrival.chain, _told_last(asked)
    if chain is None or last is None:
        return Refused(said("not_alerted"))
    passed = escalation.pass_on(chain, asked.arrival.now, asked.person.key, last.step, last.round)
    log = Log("not_theirs", asked.person.key, {"reason": asked.value, "step": last.step})
    if not passed.changed:
        return Done((log,), said("passed_before"))
    return Done(
        (log, ChangeChain(passed.chain, "passed", asked.person.key, passed.reason)),
        said("passed_to_operator" if _is_last(asked, last) else "passed"),
    )


def _is_last(asked: Asked, told: Told) -> bool:
    """Whether nobody comes after that step in the chain's last round."""
    contract = asked.arrival.route.contract
    return told.step + 1 >= len(contract.steps) and told.round + 1 >= contract.rounds


def escalate(asked: Asked) -> Done | Refused:
    """The chain goes on now, or begins: whoever took notice before does not hold it any longer; a closed ticket has none."""
    if asked.over:
        return Refused(said("closed_since"), said("reopen_as_well"))
    key = asked.person.key
    cause = Cause.CONTACT if _is_contact(asked) else Cause.STAFF
    reason = _reason(asked)
    effects: list[Effect] = [OpenChain(cause, asked.arrival.now, reason, by=key)]
    chain = asked.arrival.chain
    if chain is not None and chain.state is ChainState.EXHAUSTED:
        effects.append(nobody_left(asked.ticket.number, key, reason))
        return Done(tuple(effects), said("escalated_to_operator"))
    return Done(tuple(effects), said("escalated"))


def nobody_left(ticket: int, by: str, reason: str) -> TellOperator:
    """Return what the operator hears when somebody escalates and the whole chain has been told before."""
    what = f"ticket {ticket}: {by} asks for escalation, and everybody of the chain has been told"
    cure = f"see `mailsupport ticket show {ticket}` and reach somebody yourself"
    return TellOperator(f"escalated:{ticket}:{by}", what, reason or "no reason given", cure)


def deescalate(asked: Asked) -> Done | Refused:
    """The chain ends without an answer, on the word of somebody at its step or above; everybody alerted hears why."""
    chain = asked.arrival.chain
    if chain is None or chain.state not in _UNDER_WAY:
        return Refused(said("no_chain"))
    reason = _reason(asked)
    if not reason:
        return Refused(said("deescalate_needs_reason"), said("write_behind", verb="deescalate"))
    if not _may_end(asked, chain):
        return Refused(said("deescalate_not_yours"), said("deescalate_who"))
    ended = escalation.resolve(chain, f"{asked.person.key}: {reason}")
    clear = AllClear(reason, asked.person.key, asked.arrival.now, how="deescalated")
    return Done((ChangeChain(ended.chain, "deescalated", asked.person.key, reason), clear), said("deescalated"))


def excuse(asked: Asked) -> Done | Refused:
    """A lapse is excused with a name and a reason, and stays on record."""
    if not asked.value:
        return Refused(said("excuse_needs_reason"), said("write_behind", verb="excuse"))
    if not any(clock.lapsed_at is not None and not clock.excused for clock in asked.arrival.clocks):
        return Refused(said("nothing_to_excuse"))
    return Done((Excuse(asked.person.name or asked.person.key, asked.value),), said("excused"))


def noticed(asked: Asked) -> tuple[Effect, ...]:
    """Return what follows for the chain when a contact takes the ticket: whoever takes over takes notice, too."""
    if not _is_contact(asked):
        return ()
    change = _frozen(asked, _at_most(asked))
    return (change,) if change is not None else ()


def _at_most(asked: Asked) -> datetime:
    """Until when the contract lets an acknowledgement hold the chain."""
    return asked.arrival.now + timedelta(seconds=asked.arrival.route.contract.ack_stops)


def _rests(asked: Asked, until: datetime) -> Done:
    change = _frozen(asked, until)
    if change is None:
        return Done((Log("acknowledged_nothing", asked.person.key, {"reason": "no chain is under way"}),), said("no_chain"))
    return Done((change,), _said(change.chain))


def _frozen(asked: Asked, until: datetime) -> ChangeChain | None:
    chain, key = asked.arrival.chain, asked.person.key
    frozen = escalation.acknowledge(chain, key, asked.arrival.now, until) if chain is not None else None
    if frozen is None or not frozen.changed:
        return None
    reason = f"{frozen.reason}: {asked.value}" if asked.value else frozen.reason
    return ChangeChain(frozen.chain, "acknowledged", key, reason)


def _said(chain: Chain) -> Said:
    return said("acknowledged_until", until=chain.acknowledged_until)


def _told_last(asked: Asked) -> Told | None:
    """The last alert that the author got of the chain under way."""
    chain = asked.arrival.chain
    mine = [t for t in chain.told if t.person == asked.person.key] if chain is not None else []
    return max(mine, key=lambda t: (t.round, t.step), default=None)


def _is_contact(asked: Asked) -> bool:
    return _stays_inside(asked) or _told_last(asked) is not None


def _reason(asked: Asked) -> str:
    """What stands behind the command, else the beginning of a text that stays inside."""
    return asked.value or (asked.request.text[:REASON] if _stays_inside(asked) else "")


def _stays_inside(asked: Asked) -> bool:
    """Whether the mail answers an alert: its words are nobody's but ours."""
    return asked.arrival.came_by(Purpose.ALERT)


def _may_end(asked: Asked, chain: Chain) -> bool:
    """Whether the author was told at the chain's step, or stands at it or above."""
    key = asked.person.key
    if any(t.person == key and (t.round, t.step) >= (chain.round, chain.step) for t in chain.told):
        return True
    above = asked.arrival.route.contract.steps[max(chain.step, 0) :]
    customer, now = asked.arrival.route.customer, asked.arrival.now
    names = (target for step in above for target in step.targets)
    return any(key == p.key for name in names for p in resolve_target(name, customer, asked.desk, now)[0])


VERBS: Mapping[str, Verb] = MappingProxyType(
    {"ack": ack, "snooze": snooze, "notme": notme, "escalate": escalate, "deescalate": deescalate, "excuse": excuse}
)
