"""What the program does, told from its mails alone: a line for each, one for several that say the same to several people.

In: mails in the order of the SMTP server. Out: lines on the timeline. Rule for editing here: what a person's mail client sent is
told by the story; everything the program sends gets a line, also what nobody expected.
"""

from __future__ import annotations

from mailsupport.demo.cast import CHAIN, CUSTOMERS, EVERYBODY, STAFF, SUPPORT, Player
from mailsupport.demo.mailroom import Post
from mailsupport.demo.timeline import ALARM, US, Timeline

_PROMISED = {"globex.example": "30 seconds", "initech.example": "5 seconds", "umbrella.example": "30 seconds"}


class Narrator:
    """Hears every mail. Called by one thread."""

    def __init__(self, timeline: Timeline) -> None:
        self._timeline = timeline
        self._heard: dict[tuple[str, str], set[str]] = {}

    def hear(self, post: Post) -> None:
        """Tell what a mail of the program means."""
        if post.by_hand:
            return
        player = EVERYBODY.get(post.recipient)
        if player is None:
            self._to_nobody(post)
        elif player in STAFF:
            self._to_all(post, STAFF, _STAFF_HEARS.get(post.event, f"{{}} get mail: {post.subject}"))
        elif post.event == "escalated":
            self._alert(post, player)
        elif player in CHAIN:
            self._to_all(post, CHAIN, "the all-clear goes to {}")
        else:
            self._to_customer(post, player)

    def _to_customer(self, post: Post, player: Player) -> None:
        if post.is_receipt:
            promised = _PROMISED[player.address.partition("@")[2]]
            self._timeline.says(US, f"{player.name} gets a receipt: an answer is promised within {promised}")
        else:
            self._timeline.says(US, f"the answer goes to {player.name}, under the support address: the clock stops")

    def _alert(self, post: Post, player: Player) -> None:
        before = CHAIN[CHAIN.index(player) - 1].name if player in CHAIN[1:] else ""
        why = f"{before} has not reacted" if before else "the promised time is over, and nobody has answered"
        self._timeline.says(US, f"ALERT to {player.name}, {player.about}: {why}", ALARM)

    def _to_all(self, post: Post, people: tuple[Player, ...], words: str) -> None:
        """A line when the last of them has the mail."""
        heard = self._heard.setdefault((post.ticket, post.event), set())
        heard.add(post.recipient)
        if heard == {player.address for player in people}:
            self._timeline.says(US, words.format(_listed(people)))

    def _to_nobody(self, post: Post) -> None:
        if post.recipient.partition("+")[0] == SUPPORT.partition("@")[0]:
            self._timeline.says(US, "mails itself once, to learn whether plus-addresses (support+…) arrive here")
        else:
            self._timeline.says(US, f"mails {post.recipient}: {post.subject}", ALARM)


_STAFF_HEARS = {
    "new": "{} are notified; a plain reply is the answer",
    "acknowledged": "{} are told who has taken notice",
}


def _listed(people: tuple[Player, ...]) -> str:
    *others, last = [player.name for player in people]
    return f"{', '.join(others)} and {last}"


def told_of(customer: Player) -> str:
    """Return a customer as the timeline calls them."""
    assert customer in CUSTOMERS
    return f"{customer.name} ({customer.about})"
