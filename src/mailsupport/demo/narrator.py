"""What the program does, told from its mails alone: a line for each, one for several that say the same to several people.

In: mails in the order of the SMTP server. Out: lines on the timeline. Rule for editing here: what a person's mail client sent is
told by the story; everything the program sends gets a line, also what nobody expected.
"""

from __future__ import annotations

from mailsupport.demo.cast import CHAIN, CUSTOMERS, EVERYBODY, PROMISED, STAFF, Player
from mailsupport.demo.mailroom import Post, is_support
from mailsupport.demo.timeline import ALARM, US, Timeline

_TOGETHER = {
    "new": (STAFF, "are notified by mail"),
    "warning_first_response": (STAFF, "are reminded: the first answer is due soon"),
    "acknowledged": (STAFF, "are told who has taken notice"),
    "answered": (CHAIN, "get the all-clear"),
}
"""What several people hear of, each in a mail of their own: one line when the last of them has it."""


class Narrator:
    """Hears every mail. Called by one thread."""

    def __init__(self, timeline: Timeline) -> None:
        self._timeline = timeline
        self._heard: dict[tuple[str, str], set[str]] = {}

    def hear(self, post: Post) -> None:
        """Tell what a mail of the program means."""
        player = EVERYBODY.get(post.recipient)
        if post.by_hand:
            return
        if is_support(post.recipient):
            self._timeline.says(US, "mails itself: do plus-addresses (support+…) arrive?")
        elif player in CUSTOMERS:
            self._to_customer(post, player)
        elif player in CHAIN and post.event == "escalated":
            self._alert(player)
        elif player in STAFF and post.event == "done":
            self._timeline.says(US, f"{player.name} gets it confirmed, with the next deadline")
        elif post.event in _TOGETHER:
            self._to_all(post, *_TOGETHER[post.event])
        else:
            self._timeline.says(US, f"mails {post.recipient}, which nobody expected: {post.subject}", ALARM)

    def _to_customer(self, post: Post, player: Player) -> None:
        if post.is_receipt:
            self._timeline.says(US, f"{player.name} gets a receipt: answer within {PROMISED[player]}")
        else:
            self._timeline.says(US, f"the answer goes to {player.name}; the clock stops")

    def _alert(self, player: Player) -> None:
        why = "no answer in time" if player == CHAIN[0] else "no answer yet"
        self._timeline.says(US, f"ALERT to {player.name}, {player.about}: {why}", ALARM)

    def _to_all(self, post: Post, people: tuple[Player, ...], words: str) -> None:
        heard = self._heard.setdefault((post.ticket, post.event), set())
        heard.add(post.recipient)
        if heard == {player.address for player in people}:
            *others, last = [player.name for player in people]
            self._timeline.says(US, f"{', '.join(others)} and {last} {words}")
