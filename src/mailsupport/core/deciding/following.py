"""What follows from a mail? Chooses who decides: by what the mail is, and by where it was found.

In: an `Arrival`. Out: a `Decision`. For editing here: this page only chooses; each rule stands in the module it chooses. Mail of
a Sent folder is trusted by its place, whatever a stranger could write into it.
"""

from __future__ import annotations

from dataclasses import replace

from mailsupport.core.deciding import behalf, customer_mail, digest_reply, own_address, robot_mail, staff_mail
from mailsupport.core.deciding.arrival import Arrival
from mailsupport.core.desk import Desk
from mailsupport.core.effects import Decision, Hold
from mailsupport.core.judging.tokens import Purpose
from mailsupport.core.model import PEOPLE, Kind

_OURS = frozenset({Kind.STAFF, Kind.CONTACT, Kind.OWN})
"""Kinds that no list of senders can silence: an answer, an acknowledgement, our own echo."""


QUESTIONS, UNPROVEN, REPLIES = 250, 10, 12
"""Held mails about which somebody is asked in an hour: their own, those that nothing proves theirs, and replies to questions.

A forger must not fill anybody's mailbox through us, nor a program that answers every mail go on for ever (attacks 22 and 35).
"""


def decide(arrival: Arrival, desk: Desk) -> Decision:
    """Return what follows from a mail."""
    decision = _decide(arrival, desk)
    if not any(isinstance(effect, Hold) for effect in decision.effects):
        return decision
    most = _questions_of(arrival)
    asked = (replace(effect, at_most=most) if isinstance(effect, Hold) else effect for effect in decision.effects)
    return replace(decision, effects=tuple(asked))


def _questions_of(arrival: Arrival) -> int:
    if not arrival.standing.power:
        return UNPROVEN
    return REPLIES if arrival.came_by(Purpose.CONFIRM) else QUESTIONS


def _decide(arrival: Arrival, desk: Desk) -> Decision:
    kind = arrival.verdict.kind
    if kind is Kind.OWN:
        return robot_mail.follow(arrival, desk)
    if arrival.from_sent:
        if kind in PEOPLE:
            return staff_mail.follow_sent(arrival, desk)
        return Decision("ignored", f"in the Sent folder, and no person's answer: {arrival.verdict.reason}")
    if arrival.route.ignored and kind not in _OURS and arrival.bounced is None:
        return Decision("ignored", arrival.route.ignored)
    several = digest_reply.follow(arrival, desk)
    if several is not None:
        return several
    if kind not in PEOPLE:
        return robot_mail.follow(arrival, desk)
    if kind in (Kind.STAFF, Kind.CONTACT):
        return behalf.decide(arrival, desk) or own_address.decide(arrival, desk) or staff_mail.follow(arrival, desk)
    return customer_mail.follow(arrival, desk)
