"""Two hundred ways to mistype a command: of none does a word leave the house, and nothing changes (P7, E5).

The mails are made from the verbs themselves, by a seeded hand that slips: letters lost, doubled, swapped and struck beside their
key, wrong signs in front, commands in the wrong place, words of languages that nobody here has.
"""

from __future__ import annotations

import random
from collections.abc import Iterator

from mailsupport.core.reading.commands import VERBS, fold, read_request, verb_of
from mailsupport.mail.commandwords import command_words
from mailsupport.store.schema import chain, clock, log, outbox, participant, ticket
from stories.test_commands_by_mail import ANNA, ERIKA, JO, asked, rows
from stories.world import World

HOW_MANY = 200
TEXT = "The canary is repaired, and the belt as well."
WORDS = command_words(None)
SIGNS = ("//", "\\", "##", ".", "-", "+", "$", "%", "&", "~", "|", ">", "§", "\uff0f", "/ /")
FOREIGN = (
    "/fermer", "/cerrar", "/chiudi", "/sluiten", "/stäng", "/zamknij", "/закрыть", "/kapat", "/nota-interna", "/priorité",
    "/prendre", "/tomar", "/annuler", "/attendre", "/aide", "/помощь", "/關閉",
)  # fmt: skip
NEAR = {"a": "sq", "c": "xv", "e": "wr", "i": "uo", "l": "ko", "n": "bm", "o": "ip", "r": "et", "s": "ad", "t": "ry", "u": "yi"}


def slips(rng: random.Random, word: str) -> str:
    """The word with one slip of the hand."""
    at = rng.randrange(len(word))
    kind = rng.choice(("lost", "doubled", "swapped", "beside"))
    if kind == "lost" and len(word) > 3:
        return word[:at] + word[at + 1 :]
    if kind == "doubled":
        return word[: at + 1] + word[at:]
    if kind == "swapped" and at + 1 < len(word):
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    return word[:at] + rng.choice(NEAR.get(word[at], "xq")) + word[at + 1 :]


def mistyped(rng: random.Random) -> Iterator[str]:
    """Mails that were meant to hold a command, and hold none that can be read."""
    verbs = list(VERBS)
    for verb in verbs * 2:
        word = slips(rng, verb) if rng.random() < 0.6 else slips(rng, slips(rng, verb))
        if verb_of(word, WORDS) is None and fold(word) != verb:
            yield f"/{word}\n{TEXT}"
    for verb in verbs:
        yield f"{rng.choice(SIGNS)}{verb}\n{TEXT}"
    for verb in verbs:
        place = rng.choice(("{0}\n/{1}", "{0} /{1}", "Hello Erika,\n/{1} now\n{0}", "{0}\n\n#{1}", "{0}\n!{1} 2d"))
        yield place.format(TEXT, verb)
    yield from (f"{word}\n{TEXT}" for word in FOREIGN)
    for verb in verbs:
        yield f"/take\n/{slips(rng, verb)}x\n{TEXT}"
    yield from verbs


def state(desk: World) -> list[object]:
    """Everything that a command could change."""
    return [
        rows(
            desk, ticket.c.number, ticket.c.state, ticket.c.priority, ticket.c.assignee, ticket.c.revision, ticket.c.merged_into
        ),
        rows(desk, ticket.c.waiting_for, ticket.c.hold_alerts_until, ticket.c.related, ticket.c.closed_at),
        rows(desk, clock.c.state, clock.c.due_at, clock.c.stopped_at),
        rows(desk, participant.c.ticket, participant.c.email),
        rows(desk, chain.c.ticket, chain.c.state),
        [kind for kind in rows(desk, outbox.c.kind) if kind == "answer"],
        [event for event in rows(desk, log.c.event) if event not in ("mail", "held", "notified", "noted")],
    ]


def test_two_hundred_mistyped_commands_leave_nothing_and_change_nothing(desk: World) -> None:
    """Each is held, its author asked; the customer hears nothing, colleagues neither, and the ticket is as it was."""
    notice = asked(desk)
    rng = random.Random(5)
    mails = [text for text in mistyped(rng) if fold(text) not in ("help",)]
    chosen = list(dict.fromkeys(mails))
    rng.shuffle(chosen)
    before = state(desk)
    readable = [text for text in chosen if read_request(text, WORDS).commands]
    assert (len(chosen) >= HOW_MANY, []) == (True, readable)

    for text in chosen[:HOW_MANY]:
        desk.replies(ANNA, notice, text)
    desk.works()

    desk.expect_no_mail(ERIKA)
    desk.expect_no_mail(JO)
    assert HOW_MANY == len(desk.mails(ANNA, "held"))
    assert before == state(desk)
    desk.passes("4h")
    assert desk.mails(kind="escalated"), "nothing of this was an answer: the promise lapses"
