"""What the operator hears when very many deadlines pass, or very many chains come to their end: one mail, not hundreds.

Comes in: what a sweep found. Goes out: an effect for the operator, and the tally of each contract, kept as a fact so that a
restart neither forgets a flood nor tells of it twice. Each lapse and each firing has its own rows all the same.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from mailsupport.app.letters.post import tell_operator
from mailsupport.app.scene import Scene
from mailsupport.app.service import Service
from mailsupport.core.effects import TellOperator
from mailsupport.core.guard import Chain
from mailsupport.core.reaching.digests import recent
from mailsupport.core.reaching.flood import Lapse, Tally, counted, top
from mailsupport.core.timing.worktime import spoken
from mailsupport.store import Tx, digests, facts, leases

ENDED = "exhausted"
SINGLY = 5
"""Chains an hour of which the operator is told one by one that they have come to their end; the rest stand in a list."""


def whose(scene: Scene) -> str:
    """Return whose ticket it is, in a word: the customer's name, or the requester's domain."""
    ticket = scene.subject()
    customer = scene.customer_of(ticket)
    return customer.name if customer is not None else ticket.requester.email.rpartition("@")[2]


def note(service: Service, lapses: Sequence[tuple[str, Lapse]], now: datetime) -> None:
    """Count the lapses that a sweep found; a flood of one contract is told once."""
    if not lapses:
        return
    with service.store.write() as tx:
        for contract in sorted({name for name, _ in lapses}):
            leases.one_at_a_time(tx, f"flood:{contract}")
            tally = counted(_tally(tx, contract), [lapse for name, lapse in lapses if name == contract], now)
            if tally.is_flood:
                scene = Scene(service, tx, now, next(iter(service.desk.mailboxes)))
                tell_operator(scene, _flood(contract, tally))
                tally = replace(tally, told=True)
            facts.set_fact(tx, f"flood:{contract}", _written(tally), now)


def exhausted(scene: Scene, chain: Chain, reason: str) -> list[TellOperator]:
    """Return what the operator hears of a chain that has come to its end: some singly, and once that there are more."""
    before = recent(digests.mailed(scene.tx, ENDED, scene.service.desk.operator), scene.now)
    if len(before) > SINGLY:
        return []
    digests.note_mailed(scene.tx, ENDED, scene.service.desk.operator, (*before, scene.now), scene.now)
    told = "the whole chain was alerted, and nobody has answered" if chain.told else "nobody of the chain could be told"
    if len(before) < SINGLY:
        cure = f"see `mailsupport ticket show {scene.number}` and reach somebody yourself"
        return [TellOperator(f"exhausted:{scene.number}:{chain.cycle}", f"ticket {scene.number}: {told}", reason, cure)]
    what = f"ticket {scene.number} and more: {told}"
    why = f"more than {SINGLY} chains have come to their end within an hour; of further ones in this hour you are not told singly"
    cure = "see `mailsupport ticket list` and reach somebody yourself"
    return [TellOperator(f"exhausted:more:{scene.now:%Y-%m-%dT%H:%M}", what, why, cure)]


def _flood(contract: str, tally: Tally) -> TellOperator:
    count = sum(number for _, number in tally.at)
    oldest = f"the oldest is ticket {tally.oldest.ticket}, due {spoken(tally.oldest.due_at)}; " if tally.oldest else ""
    most = ", ".join(f"{customer or 'nobody known'} ({number})" for customer, number in top(tally))
    return TellOperator(
        f"flood:{contract}:{tally.at[0][0]:%Y-%m-%dT%H:%M}",
        f"{count} deadlines of contract {contract} passed within ten minutes",
        f"{oldest}most are of {most}",
        "see `mailsupport ticket list`; each contact gets the first alert at once and the others in one mail",
    )


def _tally(tx: Tx, contract: str) -> Tally:
    found = facts.fact(tx, f"flood:{contract}")
    if found is None:
        return Tally()
    said = json.loads(found[0])
    oldest = said["oldest"]
    return Tally(
        at=tuple((datetime.fromisoformat(at), count) for at, count in said["at"]),
        oldest=Lapse(oldest[0], oldest[1], datetime.fromisoformat(oldest[2])) if oldest else None,
        customers=said["customers"],
        told=said["told"],
    )


def _written(tally: Tally) -> str:
    oldest = tally.oldest
    said = {
        "at": [(at.isoformat(), count) for at, count in tally.at],
        "oldest": (oldest.ticket, oldest.customer, oldest.due_at.isoformat()) if oldest else None,
        "customers": tally.customers,
        "told": tally.told,
    }
    return json.dumps(said)
