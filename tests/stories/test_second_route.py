"""A second relay for alerts and words to the operator, where the first does not take them in time (G6)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import select

from mailsupport.app.deliver import Relays, deliver
from mailsupport.app.looking.explain import explain_ticket
from mailsupport.app.looking.report import status
from mailsupport.ports import Handover, Outcome, Phase, RecipientResult
from mailsupport.store.schema import outbox
from stories.world import SETTINGS, RecordingSink, World

ERIKA, BEN, OPS = "erika@globex.example", "ben@acme.example", "ops@acme.example"
TWO_RELAYS = SETTINGS.replace('folder = "unused"', 'folder = "unused"\n[smtp.fallback]\nfolder = "second"')


@dataclass
class SilentSink(RecordingSink):
    """A relay that cannot be reached, until the story says so; or that takes a mail and never says so."""

    away: bool = True
    swallows: bool = False
    tried: int = 0
    shown: list[bytes] = field(default_factory=list)

    async def send(self, sender: str, recipients: Sequence[str], raw: bytes) -> Handover:
        self.tried += 1
        self.shown.append(raw)
        if not self.away:
            return await super().send(sender, recipients, raw)
        phase, outcome = (Phase.AFTER, Outcome.UNKNOWN) if self.swallows else (Phase.BEFORE, Outcome.DEFERRED)
        stage = "dot" if self.swallows else "connect"
        return Handover(phase, stage, tuple(RecipientResult(to, outcome, 0, "no answer") for to in recipients))


def overdue_with(desk_with: Callable[[str], World], first: SilentSink, settings: str = TWO_RELAYS) -> World:
    """A desk whose ticket lapses in this moment, and whose first relay is away from now on."""
    desk = desk_with(settings)
    desk.writes(ERIKA, "It prints blank pages.")
    desk.passes("3h59m")
    first.sent = desk.sink.sent
    desk.sink = first
    desk.passes("61s")
    return desk


def alerts_in(sink: RecordingSink) -> list[str]:
    """The subjects of the alerts that a relay took."""
    return [mail.subject for mail in sink.sent if mail.event == "escalated"]


def test_an_alert_goes_by_the_second_route_when_the_first_does_not_take_it(desk_with: Callable[[str], World]) -> None:
    """G6: For ten minutes the first relay is tried alone; then the same bytes go to the other, once."""
    desk = overdue_with(desk_with, SilentSink())
    desk.passes("9m")
    before = len(desk.second.sent)
    desk.passes("2m")
    with desk.assembly.service.store.read() as tx:
        row = tx.execute(select(outbox).where(outbox.c.kind == "alert")).one()

    assert (before, row.state, row.route) == (0, "done", "fallback")
    assert [mail.raw for mail in desk.second.sent if BEN in mail.recipients] == [row.data]


def test_what_is_said_to_the_operator_takes_the_second_route_too(desk_with: Callable[[str], World]) -> None:
    """G6: The word that a mail is stuck would be stuck itself."""
    desk = overdue_with(desk_with, SilentSink())
    desk.passes("40m")

    assert [mail.subject for mail in desk.second.sent if OPS in mail.recipients]


def test_other_mails_wait_for_the_first_route(desk_with: Callable[[str], World]) -> None:
    """G6: Receipts and notifications are no alerts: nothing of them leaves by the second relay."""
    desk = desk_with(TWO_RELAYS)
    desk.sink = SilentSink()
    desk.writes(ERIKA, "It prints blank pages.")
    desk.passes("3h")

    assert not [mail for mail in desk.second.sent if OPS not in mail.recipients]


def test_one_mail_is_never_on_both_routes_at_once(desk_with: Callable[[str], World]) -> None:
    """G6: While the second relay is away too, the two take turns: one attempt each, then the pause."""
    first, second = SilentSink(), SilentSink()
    desk = overdue_with(desk_with, first)
    desk.second = second
    desk.passes("9m")
    before = first.tried
    desk.passes("2h")
    with desk.assembly.service.store.read() as tx:
        rows = tx.execute(select(outbox.c.attempts, outbox.c.kind).where(outbox.c.kind.in_(["alert", "operator"]))).all()

    assert second.tried and first.tried > before
    assert first.tried + second.tried == sum(row.attempts for row in rows)


def test_the_first_route_takes_it_when_it_is_back_first(desk_with: Callable[[str], World]) -> None:
    """G6: Both were away; whichever takes the mail first has it, and it is not sent by the other as well."""
    first, second = SilentSink(), SilentSink()
    desk = overdue_with(desk_with, first)
    desk.second = second
    desk.passes("11m")
    first.away = False
    desk.passes("30m")

    assert len([subject for subject in alerts_in(first) if subject]) >= 1
    assert second.sent == []


def test_an_alert_that_may_have_arrived_goes_again_by_the_second_route(desk_with: Callable[[str], World]) -> None:
    """G6: The first relay swallowed its answer: an alert is sent again with the same Message-ID, after the time by the second."""
    desk = overdue_with(desk_with, SilentSink(swallows=True))
    desk.passes("12m")
    with desk.assembly.service.store.read() as tx:
        named = tx.execute(select(outbox.c.message_id).where(outbox.c.kind == "alert").order_by(outbox.c.id)).scalars().first()

    assert str(desk.second.sent[0].message["Message-ID"]) == f"<{named}>"


def test_a_route_that_the_settings_name_no_more_keeps_no_mail(desk_with: Callable[[str], World]) -> None:
    """G6: A mail that was to go by the second relay goes by the only one there is."""
    desk = overdue_with(desk_with, SilentSink())
    desk.second = SilentSink()
    desk.passes("11m")
    with desk.assembly.service.store.write() as tx:
        tx.execute(outbox.update().where(outbox.c.next_at.is_not(None)).values(route="fallback", next_at=desk.clock.at))
    only = RecordingSink()
    asyncio.run(deliver(desk.assembly.service, Relays(only, 1)))

    assert [mail for mail in only.sent if BEN in mail.recipients]


def test_explain_and_status_say_which_route(desk_with: Callable[[str], World]) -> None:
    """G6: `explain` names the relay of an alert that the first did not take; `status` says which relays take nothing."""
    desk = overdue_with(desk_with, SilentSink())
    desk.passes("11m")
    with desk.assembly.service.store.read() as tx:
        explained = explain_ticket(tx, 1, desk.assembly.service.desk)
        found = status(tx, desk.clock.at)

    assert explained is not None
    assert [told.route for step in explained.steps for told in step.told][:1] == ["fallback"]
    assert (found.relay is not None, found.second_relay) == (True, None)
    assert found.relay is None or desk.clock.at - found.relay.since < timedelta(minutes=20)


def test_every_attempt_is_the_same_mail(desk_with: Callable[[str], World]) -> None:
    """G2: Whatever the relay and however often: the same Message-ID, the same Date, the same bytes."""
    first, second = SilentSink(), SilentSink()
    desk = overdue_with(desk_with, first)
    desk.second = second
    desk.passes("1h")
    with desk.assembly.service.store.read() as tx:
        written = set(tx.execute(select(outbox.c.data)).scalars())

    assert len(first.shown) > 3 and second.shown
    assert {*first.shown, *second.shown} <= written
