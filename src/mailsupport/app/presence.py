"""Who is there? What people said by mail of being away, beside what the settings say.

Comes in: a transaction and a desk, or an order of somebody's. Goes out: the desk with every absence that is known, or rows.
Whoever resolves people (a step that fires, the plan an alert shows, somebody to be asked) asks `desk_now` first.
"""

from __future__ import annotations

from datetime import datetime

from mailsupport.app.scene import Scene, Tx
from mailsupport.core.desk import Desk
from mailsupport.core.orders import EndAbsence, NoteAbsence
from mailsupport.core.reaching.absences import merged
from mailsupport.store import absences

NOTICE = "notice"
"""The source of an absence that a mail system told."""


def desk_now(tx: Tx, desk: Desk, now: datetime) -> Desk:
    """Return the desk with the absences that were told by mail and are not over."""
    return merged(desk, absences.from_now_on(tx, now))


def present(scene: Scene) -> Desk:
    """Return the same for a scene, asked once for all the scenes of a sweep."""
    if scene.shared.desk is None:
        scene.shared.desk = desk_now(scene.tx, scene.service.desk, scene.now)
    return scene.shared.desk


def note(scene: Scene, effect: NoteAbsence) -> None:
    """Remember that somebody is away; what they said themselves counts more than a notice of their mail system."""
    absence = effect.absence
    known = (one for one in absences.from_now_on(scene.tx, scene.now) if one.person == absence.person)
    if effect.source == NOTICE and any(one.start <= scene.now for one in known):
        return
    absences.note(scene.tx, absence, effect.source, scene.now)
    scene.shared.desk = None
    said = {"from": absence.start, "until": absence.end, "deputy": absence.deputy, "source": effect.source}
    scene.log("away", absence.person, said)
    person = scene.service.desk.people.get(absence.person)
    if person is not None and absence.start <= scene.now < absence.end:
        from mailsupport.app import assigning  # which asks this module who is there

        assigning.leave_behind(scene, person)


def end(scene: Scene, effect: EndAbsence) -> None:
    """Remember that somebody is back."""
    absences.end(scene.tx, effect.person, effect.at)
    scene.shared.desk = None
    scene.log("back", effect.person, {})
