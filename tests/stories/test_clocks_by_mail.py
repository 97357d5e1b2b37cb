"""The clocks, as the people at the desk see them: the solution, waiting, reminders, the next word to the customer, contracts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from mailsupport.app import act, merging
from mailsupport.app.looking.audit import audit
from mailsupport.app.looking.explain import explain_ticket
from mailsupport.app.scene import Scene
from mailsupport.cli.explained import explained_lines
from mailsupport.core.effects import Effect
from mailsupport.core.guard import Clock, ClockKind, ClockState
from mailsupport.core.model import Priority
from mailsupport.core.orders import Excuse, GoOn, SetPriority, Wait
from mailsupport.daemon.assembly import reassemble
from mailsupport.settings import load
from mailsupport.store import clocks, history, tickets
from stories.world import MONDAY, SETTINGS, World

ERIKA, ANNA, JO, BEN = "erika@globex.example", "anna@acme.example", "jo@acme.example", "ben@acme.example"
OPS = "ops@acme.example"
FIRST, NEXT, RESOLUTION, PROGRESS, ESCALATION = ClockKind
PROMISED = 'first_response = "4h"'


def with_keys(*lines: str) -> str:
    """The usual settings with more keys in the contract."""
    return SETTINGS.replace(PROMISED, "\n".join((PROMISED, *lines)))


def does(desk: World, *effects: Effect, number: int = 1) -> None:
    """Somebody of ours wants that of a ticket."""
    service = desk.assembly.service
    with service.store.write() as tx:
        act.perform(Scene(service, tx, desk.clock.at, "support", ticket=number, actor="anna"), effects)


def clocks_of(desk: World, kind: ClockKind, number: int = 1) -> list[Clock]:
    """Every cycle of a clock of a ticket."""
    with desk.assembly.service.store.read() as tx:
        return [one for one in clocks.clocks_of(tx, number) if one.kind is kind]


def hours(desk: World, one: Clock) -> float:
    """In how many hours from now a clock is due."""
    return (one.due_at - desk.clock.at) / timedelta(hours=1)


def asks(desk: World) -> None:
    """Erika asks, and Anna answers half an hour later."""
    desk.writes(ERIKA, "It prints blank pages.")
    desk.passes("30m")
    desk.replies(ANNA, desk.expect_mail(ANNA), "Which paper do you use?")
    desk.works()


# --- the solution ---------------------------------------------------------------------------------------------------------


def test_the_resolution_begins_with_the_ticket_and_ends_when_it_is_closed(desk_with: Callable[[str], World]) -> None:
    """An answer alone does not meet it; the answer that closes does, when the relay has it."""
    desk = desk_with(with_keys('resolution = "8h"'))
    asks(desk)
    [running] = clocks_of(desk, RESOLUTION)
    assert (running.state, hours(desk, running)) == (ClockState.RUNNING, 7.5)

    desk.passes("1h")
    desk.replies(ANNA, desk.mails(ANNA)[0], "/close\nThe belt was changed.")
    desk.works()

    [met] = clocks_of(desk, RESOLUTION)
    assert (met.state, met.stopped_at) == (ClockState.MET, desk.clock.at)


def test_a_resolution_that_lapses_alerts_until_the_ticket_is_closed(desk_with: Callable[[str], World]) -> None:
    """A further answer ends nothing; closing does, and whoever was alerted hears it."""
    desk = desk_with(with_keys('resolution = "2h"'))
    asks(desk)
    desk.passes("2h")
    alert = desk.expect_mail(BEN, "escalated")
    assert "is not solved" in alert.text

    desk.replies(ANNA, desk.mails(ANNA)[0], "We are still looking.")
    desk.works()
    assert not desk.mails(BEN, "answered")

    desk.replies(ANNA, desk.mails(ANNA)[0], "/close\nThe belt was changed.")
    desk.works()
    assert desk.mails(BEN, "answered")
    assert [ClockState.MET_LATE] == [one.state for one in clocks_of(desk, RESOLUTION)]


def test_waiting_for_the_customer_stops_the_resolution(desk_with: Callable[[str], World]) -> None:
    """Three hours of waiting, ended by their mail, are three hours more; nobody is alerted meanwhile."""
    desk = desk_with(with_keys('resolution = "2h"'))
    asks(desk)
    does(desk, Wait("customer", desk.clock.at, None, "asked for the paper"))
    assert [ClockState.PAUSED] == [one.state for one in clocks_of(desk, RESOLUTION)]
    desk.passes("3h")
    desk.nothing_new()
    desk.replies(ERIKA, desk.mails(ERIKA)[-1], "Plain paper.")
    desk.works()

    [running] = clocks_of(desk, RESOLUTION)
    assert (running.state, hours(desk, running)) == (ClockState.RUNNING, 1.5)
    assert not desk.mails(kind="escalated")


def test_the_wait_ends_when_the_server_received_the_mail(desk_with: Callable[[str], World]) -> None:
    """Not when it is read: a mailbox that was not read for an hour gives nobody an hour."""
    desk = desk_with(with_keys('resolution = "2h"'))
    asks(desk)
    does(desk, Wait("customer", desk.clock.at, None, "asked"))
    desk.passes("1h")
    desk.replies(ERIKA, desk.mails(ERIKA)[-1], "Plain paper.")
    desk.clock.at += timedelta(hours=1)
    desk.works()

    assert [0.5] == [hours(desk, one) for one in clocks_of(desk, RESOLUTION)]


def test_a_wait_with_an_end_ends_by_itself(desk_with: Callable[[str], World]) -> None:
    """Those who answer hear that it goes on; the time until then does not count."""
    desk = desk_with(with_keys('resolution = "2h"'))
    asks(desk)
    does(desk, Wait("customer", desk.clock.at, desk.clock.at + timedelta(hours=5), "asked"))
    desk.nothing_new()
    desk.passes("5h")

    assert "The waiting is over" in desk.expect_mail(ANNA, "wait_over").text
    assert [(ClockState.RUNNING, 1.5)] == [(one.state, hours(desk, one)) for one in clocks_of(desk, RESOLUTION)]


@pytest.mark.parametrize(
    ("pause_for", "whom", "left"),
    [('["customer"]', "vendor", 0.5), ('["customer", "vendor"]', "vendor", 1.5), ('"never"', "customer", 0.5)],
)
def test_the_contract_says_for_whom_it_pauses(desk_with: Callable[[str], World], pause_for: str, whom: str, left: float) -> None:
    """For the vendor only where it says so, and never where it says that."""
    desk = desk_with(with_keys('resolution = "2h"', f"pause_for = {pause_for}"))
    asks(desk)
    does(desk, Wait(whom, desk.clock.at, None, "waits"))
    desk.passes("1h")
    does(desk, GoOn(desk.clock.at, "goes on"))

    assert [left] == [hours(desk, one) for one in clocks_of(desk, RESOLUTION)]


def test_pause_and_resume_by_mail(desk_with: Callable[[str], World]) -> None:
    """E5: `/pause` with a question asks the customer and stops the resolution; `/resume` lets it go on, later by the pause."""
    desk = desk_with(with_keys('resolution = "8h"'))
    desk.writes(ERIKA, "It prints blank pages.")
    desk.passes("30m")
    desk.replies(ANNA, desk.mails(ANNA)[0], "/pause 2d\nWhich serial number does it have?")
    desk.works()
    assert "serial number" in desk.expect_mail(ERIKA).text
    assert [one.state for one in clocks_of(desk, RESOLUTION)] == [ClockState.PAUSED]

    desk.passes("1h")
    desk.replies(ANNA, desk.mails(ANNA)[0], "/resume")
    desk.works()

    [running] = clocks_of(desk, RESOLUTION)
    assert (running.state, hours(desk, running)) == (ClockState.RUNNING, 7.5)


def test_a_tier_is_recorded_and_confirmed(desk_with: Callable[[str], World]) -> None:
    """E5: who works on it next stands in the history; the customer hears nothing of it."""
    desk = desk_with(SETTINGS)
    desk.writes(ERIKA, "It prints blank pages.")
    desk.passes("30m")
    before = len(desk.mails(ERIKA))
    desk.replies(ANNA, desk.mails(ANNA)[0], "/tier T2 needs the vendor")
    desk.works()

    with desk.assembly.service.store.read() as tx:
        [line] = history.newest(tx, 1, {"tier"}, 5)
    assert (line.actor, line.data["tier"]) == ("anna", "T2")
    assert "T2" in desk.expect_mail(ANNA).text
    assert len(desk.mails(ERIKA)) == before


def test_a_first_response_never_pauses(desk_with: Callable[[str], World]) -> None:
    """Whoever is waited for, an answer is owed."""
    desk = desk_with(with_keys('resolution = "8h"'))
    desk.writes(ERIKA, "It prints blank pages.")
    desk.works()
    does(desk, Wait("customer", desk.clock.at, None, "waits"))
    desk.passes("4h")

    assert desk.mails(BEN, "escalated")


def test_a_ticket_that_is_opened_again_goes_on_without_the_closed_time(desk_with: Callable[[str], World]) -> None:
    """Half an hour was used before closing; after two days closed one and a half are left, and an answer is owed."""
    desk = desk_with(with_keys('resolution = "2h"'))
    desk.writes(ERIKA, "It prints blank pages.")
    desk.passes("30m")
    desk.replies(ANNA, desk.expect_mail(ANNA), "/close\nPlease restart it.")
    desk.works()
    desk.passes("2d")
    desk.replies(ERIKA, desk.mails(ERIKA)[-1], "It still does.")
    desk.works()

    first, again = clocks_of(desk, RESOLUTION)
    assert (first.state, again.state, hours(desk, again)) == (ClockState.MET, ClockState.RUNNING, 1.5)
    assert (again.started_at, [4.0]) == (first.started_at, [hours(desk, one) for one in clocks_of(desk, NEXT)])


def test_a_closing_answer_that_bounces_resolves_nothing(desk_with: Callable[[str], World]) -> None:
    """The resolution is due when it was, and so is the first answer."""
    desk = desk_with(with_keys('resolution = "8h"'))
    desk.writes(ERIKA, "It prints blank pages.")
    desk.passes("30m")
    desk.replies(ANNA, desk.expect_mail(ANNA), "/close\nPlease restart it.")
    desk.works()
    desk.passes("30m")
    desk.bounces(desk.mails(ERIKA)[-1])
    desk.works()

    for kind, left in ((RESOLUTION, 7.0), (FIRST, 3.0)):
        void, running = clocks_of(desk, kind)
        assert (void.state, running.state, hours(desk, running)) == (ClockState.CANCELLED, ClockState.RUNNING, left)


# --- the next word to the customer --------------------------------------------------------------------------------------


def test_the_customer_hears_something_within_the_time_of_an_update(desk_with: Callable[[str], World]) -> None:
    """Each answer begins it anew; when it is over, the chain is alerted, and an answer ends that."""
    desk = desk_with(with_keys('progress_update = "6h"'))
    asks(desk)
    desk.passes("5h")
    desk.replies(ANNA, desk.mails(ANNA)[0], "We have ordered a part.")
    desk.works()
    desk.passes("5h59m")
    assert not desk.mails(kind="escalated")
    desk.passes("1m")
    assert "has heard nothing from us" in desk.expect_mail(BEN, "escalated").text

    desk.replies(ANNA, desk.mails(ANNA)[0], "It came.")
    desk.works()
    assert desk.mails(BEN, "answered")
    states = [one.state for one in clocks_of(desk, PROGRESS)]
    assert states == [ClockState.MET, ClockState.MET_LATE, ClockState.RUNNING]


def test_no_update_is_owed_while_we_wait_for_the_customer_or_when_it_is_closed(desk_with: Callable[[str], World]) -> None:
    """It pauses like the resolution, and ends with the ticket."""
    desk = desk_with(with_keys('progress_update = "6h"'))
    asks(desk)
    does(desk, Wait("customer", desk.clock.at, None, "asked"))
    desk.passes("2d")
    assert not desk.mails(kind="escalated")
    desk.replies(ANNA, desk.mails(ANNA)[0], "/close\nWe close this.")
    desk.works()

    assert [ClockState.MET] == [one.state for one in clocks_of(desk, PROGRESS)]


# --- reminders ------------------------------------------------------------------------------------------------------------


def test_staff_are_reminded_once_for_each_threshold(desk_with: Callable[[str], World]) -> None:
    """H4: At half of the time and at the last half hour, everybody who answers, and nobody of the chain."""
    desk = desk_with(with_keys('warn_at = ["50%", "-30m"]'))
    desk.writes(ERIKA, "It prints blank pages.")
    desk.passes("1h59m")
    assert not desk.mails(kind="warning_first_response")
    desk.passes("1m")
    warned = desk.expect_mail(ANNA, "warning_first_response")
    assert "the first answer is due soon" in warned.text and "It prints blank pages." in warned.text
    desk.passes("1h59m")

    assert (2, 2, 0) == tuple(len(desk.mails(who, "warning_first_response")) for who in (ANNA, JO, BEN))


def test_of_several_thresholds_at_once_only_the_highest_is_told(desk_with: Callable[[str], World]) -> None:
    """After an outage of three and a half hours: one mail."""
    desk = desk_with(with_keys('warn_at = ["25%", "50%", "80%"]'))
    desk.writes(ERIKA, "It prints blank pages.")
    desk.works()
    desk.clock.at += timedelta(hours=3, minutes=30)
    desk.works()

    assert len(desk.mails(ANNA, "warning_first_response")) == 1
    with desk.assembly.service.store.read() as tx:
        [line] = [line for line in history.history(tx, 1) if line.event == "warned"]
    assert (line.data["threshold"], "3 thresholds at once" in line.data["reason"]) == ("80%", True)


def test_a_warning_can_be_answered_to_the_customer(desk_with: Callable[[str], World]) -> None:
    """Its reply is the answer, like that to any notification."""
    desk = desk_with(with_keys('warn_at = ["50%"]'))
    desk.writes(ERIKA, "It prints blank pages.")
    desk.passes("2h")
    desk.replies(ANNA, desk.expect_mail(ANNA, "warning_first_response"), "Please check the belt.")
    desk.works()

    assert "Please check the belt." in desk.expect_mail(ERIKA).text
    assert [ClockState.MET] == [one.state for one in clocks_of(desk, FIRST)]


def test_an_answer_that_lies_unread_stops_the_warning(desk_with: Callable[[str], World]) -> None:
    """P5 holds for warnings: the mailbox is read up to that moment first."""
    desk = desk_with(with_keys('warn_at = ["50%"]'))
    desk.writes(ERIKA, "It prints blank pages.")
    desk.works()
    desk.clock.at += timedelta(hours=1, minutes=50)
    desk.replies(ANNA, desk.expect_mail(ANNA), "Please check the belt.")
    desk.clock.at += timedelta(minutes=20)
    desk.works()

    assert not desk.mails(kind="warning_first_response")


OFFICE = SETTINGS.replace('"24x7"', '"office"').replace(PROMISED, f'{PROMISED}\nwarn_at = ["50%", "-1h"]') + (
    '[calendar.office]\nopen = { mon = "08:00-17:00", tue = "08:00-17:00" }\n'
)


def test_a_warning_of_closed_hours_goes_at_opening(desk_with: Callable[[str], World]) -> None:
    """H4: Received at three, half of the time is over at closing: those who answer read it in the morning, two hours before."""
    desk = desk_with(OFFICE)
    desk.clock.at += timedelta(hours=6)
    desk.writes(ERIKA, "It prints blank pages.")
    desk.passes("2h30m")
    assert not desk.mails(kind="warning_first_response")
    desk.passes("14h30m")

    assert len(desk.mails(ANNA, "warning_first_response")) == 1
    assert desk.mails(ANNA, "warning_first_response")[0].message["Date"].datetime.hour == 8


def test_only_the_assignee_is_reminded(desk_with: Callable[[str], World]) -> None:
    """Whoever took it, and nobody else."""
    desk = desk_with(with_keys('warn_at = ["50%"]'))
    desk.writes(ERIKA, "It prints blank pages.")
    desk.works()
    with desk.assembly.service.store.write() as tx:
        tickets.change_ticket(tx, 1, assignee="jo")
    desk.passes("2h")

    assert (0, 1) == (len(desk.mails(ANNA, "warning_first_response")), len(desk.mails(JO, "warning_first_response")))


# --- priority, excuse, escalation -----------------------------------------------------------------------------------------


def test_another_priority_counts_from_the_start(desk_with: Callable[[str], World]) -> None:
    """With an hour promised and two gone, there are thirty minutes from now, and a line that says so."""
    desk = desk_with(with_keys().replace(PROMISED, 'first_response = { normal = "4h", critical = "1h" }'))
    desk.writes(ERIKA, "It prints blank pages.")
    desk.passes("2h")
    does(desk, SetPriority(Priority.CRITICAL, "the badges"))
    assert [0.5] == [hours(desk, one) for one in clocks_of(desk, FIRST)]
    does(desk, SetPriority(Priority.LOW, "not so urgent"))
    assert [2.0] == [hours(desk, one) for one in clocks_of(desk, FIRST)]

    with desk.assembly.service.store.read() as tx:
        assert 2 == len([line for line in history.history(tx, 1) if line.event == "recomputed"])


def test_an_excused_lapse_stays_a_lapse(desk_with: Callable[[str], World]) -> None:
    """The name and the reason stand beside it."""
    desk = desk_with(SETTINGS)
    desk.writes(ERIKA, "It prints blank pages.")
    desk.passes("4h")
    does(desk, Excuse("ben", "the relay was down", FIRST))

    [one] = clocks_of(desk, FIRST)
    assert (one.state, one.excused) == (ClockState.LAPSED, "ben: the relay was down")


def test_an_escalation_that_stays_open_is_told_to_the_people_above(desk_with: Callable[[str], World]) -> None:
    """The operator, the last contact alerted and the account manager hear of it, and no chain is opened over it."""
    desk = desk_with(with_keys('escalation_close = "2d"'))
    desk.writes(ERIKA, "It prints blank pages.")
    desk.passes("4h")
    desk.nothing_new()
    desk.passes("2d")

    assert "escalation of ticket 1" in desk.expect_mail(OPS).text or any(
        "escalation of ticket 1" in m.text for m in desk.mails(OPS)
    )
    told = desk.mails(kind="escalation_open")
    assert {("dov@acme.example",), ("cleo@acme.example",)} == {mail.recipients for mail in told}
    assert all("stays here as an internal note" in mail.text for mail in told)


def test_an_escalation_is_closed_by_its_answer(desk_with: Callable[[str], World]) -> None:
    """Its clock ends with its chain."""
    desk = desk_with(SETTINGS)
    desk.writes(ERIKA, "It prints blank pages.")
    desk.passes("4h")
    assert [ClockState.RUNNING] == [one.state for one in clocks_of(desk, ESCALATION)]
    desk.replies(ANNA, desk.mails(ANNA)[0], "Please check the belt.")
    desk.works()

    assert [ClockState.MET] == [one.state for one in clocks_of(desk, ESCALATION)]


# --- contracts ------------------------------------------------------------------------------------------------------------


def reloads(desk: World, settings: str) -> None:
    """The operator edits the settings, and the daemon reads them again."""
    path = desk.folder / "mailsupport.toml"
    path.write_text(settings)
    desk.assembly = reassemble(desk.assembly, load(path))


def test_an_edit_of_the_settings_touches_no_open_ticket(desk_with: Callable[[str], World]) -> None:
    """What was promised when it came counts, chain and all; the next ticket gets what is promised now."""
    desk = desk_with(SETTINGS)
    desk.writes(ERIKA, "It prints blank pages.")
    desk.works()
    reloads(desk, SETTINGS.replace('"4h"', '"1h"').replace('"project_manager", "account', '"account_manager", "project'))
    desk.writes(ERIKA, "Another matter.", "Invoice")
    desk.passes("1h")
    assert ["2"] == [mail.message["X-Mailsupport-Ticket"] for mail in desk.mails("cleo@acme.example", "escalated")]

    desk.passes("3h")
    assert "1" in [mail.message["X-Mailsupport-Ticket"] for mail in desk.mails(BEN, "escalated")]
    assert "1" not in [mail.message["X-Mailsupport-Ticket"] for mail in desk.mails("cleo@acme.example", "escalated")]


def test_a_contract_that_the_settings_dropped_governs_its_open_tickets(desk_with: Callable[[str], World]) -> None:
    """It goes on as it was agreed."""
    gold = SETTINGS + GOLD.replace("VALID", "")
    desk = desk_with(gold)
    desk.writes(ERIKA, "It prints blank pages.")
    desk.works()
    reloads(desk, SETTINGS)
    desk.passes("1h")

    assert desk.mails("cleo@acme.example", "escalated")


GOLD = """
[contract.gold]
calendar = "24x7"
first_response = "1h"
chain = ["account_manager"]
VALID
[customer.initech]
match = ["@initech.example"]
contract = "gold"
[[rule]]
from = ["@globex.example"]
contract = "gold"
"""


def test_a_contract_that_has_ended_is_told_of_once_and_its_customer_answered(desk_with: Callable[[str], World]) -> None:
    """From the day after its last on, requests get everybody's contract; what was open goes on under it."""
    desk = desk_with(SETTINGS + GOLD.replace("VALID", f'valid_to = "{desk_day()}"'))
    desk.clock.at += timedelta(hours=14, minutes=30)
    desk.writes(ERIKA, "It prints blank pages.")
    desk.works()
    desk.passes("45m")
    assert not desk.mails(OPS)
    for subject in ("Invoice", "Badges"):
        desk.writes(ERIKA, "Another matter.", subject)
        desk.passes("1d")

    promised = [(one.due_at - one.started_at) / timedelta(hours=1) for n in (1, 2, 3) for one in clocks_of(desk, FIRST, n)]
    assert promised == [1, 4, 4]
    assert 1 == len([mail for mail in desk.mails(OPS) if "contract gold does not hold" in mail.text])


def desk_day() -> str:
    """The day on which stories begin."""
    return f"{MONDAY:%Y-%m-%d}"


def test_a_merge_takes_the_earlier_resolution_and_its_pauses_along(desk_with: Callable[[str], World]) -> None:
    """The first request waited for an hour; merged into the second, it is due five hours after it came."""
    desk = desk_with(with_keys('resolution = "4h"'))
    desk.writes(ERIKA, "It prints blank pages.")
    desk.works()
    does(desk, Wait("customer", desk.clock.at, None, "asked by telephone"))
    desk.passes("1h")
    does(desk, GoOn(desk.clock.at, "they called"))
    desk.writes(ERIKA, "The one on floor 3.", "Printer again")
    desk.works()
    merging.merge(desk.assembly.service, 1, 2)

    [running] = [one for one in clocks_of(desk, RESOLUTION, 2) if one.state is ClockState.RUNNING]
    assert (hours(desk, running), running.started_at) == (4.0, MONDAY)
    does(desk, SetPriority(Priority.HIGH, "urgent"), number=2)
    assert [4.0] == [hours(desk, one) for one in clocks_of(desk, RESOLUTION, 2) if one.state is ClockState.RUNNING]


def test_whoever_waits_for_us_wakes_the_ticket_it_is_merged_into(desk_with: Callable[[str], World]) -> None:
    """Nobody is waited for when a request that nobody has answered is part of it."""
    desk = desk_with(with_keys('resolution = "4h"'))
    asks(desk)
    does(desk, Wait("customer", desk.clock.at, None, "asked"))
    desk.writes(ERIKA, "The one on floor 3.", "Printer again")
    desk.works()
    merging.merge(desk.assembly.service, 2, 1)

    assert ClockState.PAUSED not in [one.state for one in clocks_of(desk, RESOLUTION)]


def test_every_promise_is_kept_after_all_that(desk_with: Callable[[str], World]) -> None:
    """The audit finds nothing in a life of waiting, closing, opening again and bouncing."""
    desk = desk_with(
        with_keys('resolution = "8h"', 'progress_update = "6h"', 'next_response = "4h"', 'warn_at = ["50%", "-10m"]')
    )
    asks(desk)
    does(desk, Wait("customer", desk.clock.at, desk.clock.at + timedelta(hours=2), "asked"))
    desk.passes("3h")
    desk.replies(ERIKA, desk.mails(ERIKA)[-1], "Plain paper.")
    desk.passes("5h")
    desk.replies(ANNA, desk.mails(ANNA)[-1], "/close\nThe belt was changed.")
    desk.works()
    desk.bounces(desk.mails(ERIKA)[-1])
    desk.passes("9h")

    found = audit(desk.assembly.service.store, desk.clock.at)
    assert [line for promise in found for line in promise.findings] == []


def test_explain_shows_what_counted_what_did_not_and_what_changed_it(desk_with: Callable[[str], World]) -> None:
    """The wait with its reason, gross and net time, thresholds behind and ahead, and each recomputation."""
    desk = desk_with(with_keys('warn_at = ["50%", "-30m"]', 'resolution = { normal = "8h", high = "6h" }'))
    asks(desk)
    does(desk, Wait("customer", desk.clock.at, None, "anna: asked for the paper"))
    desk.passes("3h")
    desk.replies(ERIKA, desk.mails(ERIKA)[-1], "Plain paper.")
    desk.passes("1h")
    does(desk, SetPriority(Priority.HIGH, "visitors"))
    desk.passes("2h")
    with desk.assembly.service.store.read() as tx:
        found = explain_ticket(tx, 1, desk.assembly.service.desk)
    assert found is not None
    [clock] = [one for one in found.clocks if one.kind == RESOLUTION]

    assert (found.waited[0].reason, found.waited[0].counts) == ("anna: asked for the paper", True)
    assert (clock.seconds_to_due, clock.gross_seconds_to_due) == (6 * 3600, 9 * 3600)
    assert [("50%", True), ("-30m", False)] == [(one.threshold, one.passed) for one in clock.warnings]
    assert [True, True] == ["priority high instead of normal" in clock.changes[0], "50% of resolution" in clock.changes[1]]
    assert [1800, 5 * 3600 + 1800] == [one.seconds for one in clock.counted]
    text = "\n".join(explained_lines(found, "UTC"))
    assert "waited for the customer from Mon 2026-11-23 09:30 UTC" in text and "not counted (9 h with it)" in text


def test_a_solution_that_lapses_again_tells_everybody_again(desk_with: Callable[[str], World]) -> None:
    """P4, P6: steps are counted by the clock that is their cause, also where it joined the chain of another on the way."""
    slow = with_keys('resolution = "5h"').replace(PROMISED, 'first_response = "1h"').replace('"30m", "30m"', '"3h", "3h"')
    desk = desk_with(slow)
    desk.writes(ERIKA, "It prints blank pages.")
    desk.works()
    desk.replies(ANNA, desk.mails(ANNA)[0], "Please check the belt.")
    desk.works()
    desk.bounces(desk.mails(ERIKA)[-1])
    desk.passes("8h")
    desk.replies(ANNA, desk.mails(ANNA)[0], "/close\nThe belt was changed.")
    desk.works()
    assert len(desk.mails("dov@acme.example", "escalated")) == 1
    desk.replies(ERIKA, desk.mails(ERIKA)[-1], "It still does.")
    desk.works()
    desk.replies(ANNA, desk.mails(ANNA)[-1], "We are looking at it.")
    desk.passes("8h")

    assert len(desk.mails("dov@acme.example", "escalated")) == 2
