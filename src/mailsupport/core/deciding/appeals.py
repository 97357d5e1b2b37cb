"""A customer asks for somebody above: was it that, and what follows?

In: an `Arrival` of a customer's mail on its ticket. Out: effects. The one word that a customer has stands alone on the first line
("escalate", "dringend"); it is never guessed from a text. It counts from whoever is on the ticket, never from a stranger or a
forger, and once while an escalation of theirs is under way: a second time it is noted.

For editing here: the words of a language with a folder of templates stand in its `words.toml` (`Desk.customer_words`); `WORDS`
are those of languages that have none, and of English and German for a desk without templates.
"""

from __future__ import annotations

from collections.abc import Collection

from mailsupport.core.deciding.arrival import Arrival
from mailsupport.core.deciding.verbs.chain import REASON, nobody_left
from mailsupport.core.effects import Effect, Log, OpenChain
from mailsupport.core.guard import Cause, ChainState
from mailsupport.core.model import Ticket
from mailsupport.core.orders import AssureCustomer

WORDS = frozenset(
    word.strip()
    for line in (
        "escalate; escalation; please escalate; urgent; very urgent",
        "eskalieren; eskalation; bitte eskalieren; dringend; sehr dringend; eilig; eilt",
        "escalader; escalade; urgent; très urgent",
        "escalar; urgente; muy urgente; muito urgente; molto urgente",
        "escaleren; escalatie; dringend; spoed",
    )
    for word in line.split(";")
)
"""What a customer may write, lower case."""

FIRST_LINE = 60
"""A line of more characters than this is a sentence, and not the word."""

_AROUND = " \t.!,;:*_-–\"'“”„»«/#"


def asked(new_text: str, further: Collection[str] = ()) -> bool:
    """Whether the first line is the word, and nothing else."""
    first = new_text.strip().partition("\n")[0]
    word = " ".join(first.strip(_AROUND).casefold().split())
    return 0 < len(first) <= FIRST_LINE and (word in WORDS or word in further)


def follow(arrival: Arrival, ticket: Ticket, further: Collection[str] = ()) -> list[Effect]:
    """Return what follows when the mail asks for somebody above; nothing when it does not, or may not."""
    contract, chain, who = arrival.route.contract, arrival.chain, arrival.mail.sender.email
    if arrival.match.is_stranger or not contract.customer_escalation or not asked(arrival.mail.new_text, further):
        return []
    if chain is not None and chain.state is not ChainState.RESOLVED and chain.cause is Cause.CUSTOMER:
        return [Log("escalated_again", who, {"reason": "an escalation of theirs is under way"})]
    reason = " ".join(arrival.mail.new_text.strip().partition("\n")[2].split())[:REASON]
    effects: list[Effect] = [OpenChain(Cause.CUSTOMER, arrival.now, reason, by=who), AssureCustomer(arrival.mail.sender)]
    if chain is not None and chain.state is ChainState.EXHAUSTED:
        effects.append(nobody_left(ticket.number, who, reason))
    return effects
