"""What a customer gets who asked for somebody above: who sees to it now, and when they hear of it. A role, never an address (P7).

Comes in: a scene whose chain has begun, or gone on. Goes out: a letter through `app.letters.post`, in the customer's own
conversation.
"""

from __future__ import annotations

from mailsupport.app.letters.facts import zone_of
from mailsupport.app.letters.post import send
from mailsupport.app.letters.to_customer import letter
from mailsupport.app.presence import present
from mailsupport.app.scene import Scene
from mailsupport.core.guard import ClockState
from mailsupport.core.judging import tokens
from mailsupport.core.orders import AssureCustomer
from mailsupport.core.reaching import timetable
from mailsupport.core.reaching.timetable import Entry, EntryKind
from mailsupport.core.timing.promises import RESPONSES
from mailsupport.mail.contexts import EscalatedContext
from mailsupport.store import chains


def assure(scene: Scene, effect: AssureCustomer) -> None:
    """Tell the customer who is told now, and when."""
    ticket, following = scene.subject(), _next(scene)
    running = (clock for clock in scene.clocks() if clock.kind in RESPONSES and clock.state is ClockState.RUNNING)
    due = (clock.due_at for clock in running if clock.due_at > scene.now)
    context = EscalatedContext(
        tag=tokens.number_tag(scene.service.keys, ticket.number),
        desk=scene.service.name,
        contact=scene.box.address,
        zone=zone_of(scene, None),
        name=effect.to.name,
        subject=ticket.subject,
        role=_role(scene, following.step) if following else "",
        told_at=following.at if following and following.at > scene.now else None,
        answer_by=min(due, default=None),
    )
    send(scene, letter(scene, ticket, "receipt", context, (effect.to,)))
    scene.log("assured", effect.to.email, {"role": context.role})


def _next(scene: Scene) -> Entry | None:
    """Return the step that fires next, or None when everybody has been told."""
    chain = chains.chain(scene.tx, scene.number)
    if chain is None:
        return None
    rest = timetable.remaining(chain, scene.contract, scene.customer_of(scene.subject()), present(scene))
    return next((entry for entry in rest if entry.kind is EntryKind.ALERT), None)


def _role(scene: Scene, step: int) -> str:
    """The role that a step tells; "" where it names people, whom a customer does not learn of."""
    desk = scene.service.desk
    named = scene.contract.steps[step].targets if step < len(scene.contract.steps) else ()
    return next((t for t in named if "@" not in t and t not in desk.people and t not in desk.rotations), "")
