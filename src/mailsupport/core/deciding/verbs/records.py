"""What is written down on a ticket: note, public, spent, cost, called, lesson; what is asked: history, status, mine, help."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType

from mailsupport.core.deciding import lifecycle
from mailsupport.core.deciding.answers import chain_over
from mailsupport.core.deciding.verbs.asked import Asked, Done, Refused, Verb
from mailsupport.core.effects import ChangeTicket, Effect, Log
from mailsupport.core.model import State
from mailsupport.core.orders import Tell
from mailsupport.core.reading.commands import SIGILS, nearest_verb, verb_of
from mailsupport.core.said import said
from mailsupport.core.timing import promises

MOST_SPENT = timedelta(hours=24)
"""More than a day in one line is a slip of the pen."""

SHOWN, LESSON = 200, 2000
"""Characters kept of a text: of what was said on the telephone, and of a lesson."""

_HOURS = r"(?:hours?|hrs?|h|stunden?|std\.?)"
_MINUTES = r"(?:minutes?|mins?\.?|minuten|m)"
_SPENT = re.compile(
    rf"(?:(?P<clock>\d{{1,2}}):(?P<past>[0-5]\d)(?:\s*{_HOURS})?"
    rf"|(?P<hours>\d{{1,3}}(?:[.,]\d{{1,2}})?)\s*{_HOURS}(?:\s*(?P<rest>\d{{1,2}})\s*{_MINUTES}?)?"
    rf"|(?P<minutes>\d{{1,4}})\s*{_MINUTES})(?=\s|[,;:]|$)[\s,;:]*(?P<what>.*)",
    re.IGNORECASE | re.DOTALL,
)
_SIGNS = MappingProxyType({"€": "EUR", "$": "USD", "£": "GBP", "¥": "JPY"})
_SIGN = rf"[{''.join(_SIGNS)}]|[A-Za-z]{{3}}(?![A-Za-z])"
_NUMBER = r"\d{1,3}(?:[.,' ]\d{3})+(?:[.,]\d{1,2})?|\d{1,9}(?:[.,]\d{1,2})?"
_COST = re.compile(
    rf"(?:(?P<before>{_SIGN})\s*(?P<one>{_NUMBER})|(?P<two>{_NUMBER})\s*(?P<after>{_SIGN}))(?=\s|[,;:]|$)[\s,;:]*(?P<what>.*)",
    re.DOTALL,
)


def note(asked: Asked) -> Done | Refused:
    """The text stays here; the others get it."""
    return Done(())


def public(asked: Asked) -> Done | Refused:
    """The text goes to the customer, wherever the mail was sent."""
    return Done(())


def spent(asked: Asked) -> Done | Refused:
    """Time worked: "30m repairing belt", "1h30", "1:30 on site"."""
    found = _SPENT.fullmatch(asked.value)
    time = _time(found) if found is not None else timedelta()
    if found is None or not timedelta() < time <= MOST_SPENT:
        return Refused(said("spent_needs_time", value=asked.value[:40]), said("spent_example"))
    data = {"seconds": int(time.total_seconds()), "what": found["what"].strip()}
    return Done((Log("spent", asked.person.key, data),), said("spent_noted", time=time))


def cost(asked: Asked) -> Done | Refused:
    """Money spent: "120 EUR part", "€ 14,50 parcel"."""
    found = _COST.fullmatch(asked.value)
    if found is None:
        return Refused(said("cost_needs_amount", value=asked.value[:40]), said("cost_example"))
    sign = (found["before"] or found["after"]).upper()
    amount, currency = _amount(found["one"] or found["two"]), _SIGNS.get(sign, sign)
    data = {"amount": amount, "currency": currency, "what": found["what"].strip()}
    return Done((Log("cost", asked.person.key, data),), said("cost_noted", amount=amount, currency=currency))


def called(asked: Asked) -> Done | Refused:
    """The customer was answered by telephone, just now; it counts as an answer where the contract says so."""
    arrival, key = asked.arrival, asked.person.key
    noted = Log("called", key, {"what": asked.value or asked.request.text[:SHOWN]})
    if not arrival.route.contract.phone_counts:
        return Done((noted,), said("called_noted"))
    state = lifecycle.follow(asked.ticket.state, lifecycle.Event.STAFF_ANSWERED)
    effects: list[Effect] = [noted, ChangeTicket("answered by telephone", state=state)]
    reason, closed = f"{key} answered by telephone", state is State.CLOSED
    contract, priority = arrival.route.contract, asked.ticket.priority
    effects += promises.answered(arrival.clocks, contract, priority, arrival.received_at, reason, closed)
    return Done((*effects, *chain_over(arrival, reason, key)), said("called_counted"))


def lesson(asked: Asked) -> Done | Refused:
    """Something to be remembered beyond this ticket."""
    text = asked.value or asked.request.text
    if not text:
        return Refused(said("lesson_needs_words"), said("write_behind", verb="lesson"))
    return Done((Log("lesson", asked.person.key, {"text": text[:LESSON]}),), said("lesson_noted"))


def page(asked: Asked) -> Done | Refused:
    """The author gets a page by mail: the ticket's history, the board, or their own tickets."""
    return Done((Tell(asked.person, asked.verb),))


def show_help(asked: Asked) -> Done | Refused:
    """The author gets the commands by mail, or one of them with examples."""
    word, known = asked.value.strip(f" .!?{SIGILS}"), asked.desk.command_words
    if not word:
        return Done((Tell(asked.person, "help"),))
    verb = verb_of(word, known)
    if verb is None:
        near = nearest_verb(word, known)
        return Refused(said("no_such_command", verb=word[:SHOWN]), said("did_you_mean", meant=f"/help {near}") if near else None)
    return Done((Tell(asked.person, "help", {"verb": verb}),))


def _time(found: re.Match[str]) -> timedelta:
    if found["clock"]:
        return timedelta(hours=int(found["clock"]), minutes=int(found["past"]))
    if found["hours"]:
        return timedelta(hours=float(found["hours"].replace(",", ".")), minutes=int(found["rest"] or 0))
    return timedelta(minutes=int(found["minutes"]))


def _amount(written: str) -> str:
    """Return a sum as "1234.50": the last mark before one or two digits parts the hundredths, the others are for the eye."""
    whole, mark, rest = written.replace(" ", "").replace("'", "").rpartition("," if "," in written[-3:] else ".")
    if not mark or len(rest) == 3:
        whole, rest = whole + rest, ""
    return f"{int(re.sub(r'[.,]', '', whole))}.{rest:0<2}"


VERBS: Mapping[str, Verb] = MappingProxyType(
    {
        "note": note,
        "public": public,
        "spent": spent,
        "cost": cost,
        "called": called,
        "lesson": lesson,
        "history": page,
        "status": page,
        "mine": page,
        "help": show_help,
    }
)
