"""The script: who writes what when, and what they wait for. Read it from `play` downwards.

Rule for editing here: everybody acts upon what they see in their own mail, as people do, so the story keeps its order on any
machine; a pause is there for the reader's eyes, or because people are no robots. What comes out of it is judged by `verdict`.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from email.message import EmailMessage

from mailsupport.demo.cast import ANNA, BEN, CHAIN, CLEO, DOV, ERIKA, HUGO, JO, MIA, TOM, Player
from mailsupport.demo.mailroom import MailRoom, Post
from mailsupport.demo.people import MailClient
from mailsupport.demo.running import Running
from mailsupport.demo.timeline import CONTACT, CUSTOMER, STAFF, Timeline

PRINTER = "Printer prints blank pages"
LOGIN = "Nobody of us can log in"
INVOICE = "Question about our last invoice"
AWAY = "Out of office"

ANSWER_TO_ERIKA = "Please check the transfer belt: it has to click twice. I ordered a new one for you just in case."
CLICK_TWICE = "<b>click twice</b>"
"""How her answer shows what matters, in a client that writes with a layout."""
COMMAND_BY_JO = "/take"
ANSWER_TO_MIA = "The second line is the licence for March. I attach nothing here, the details are in your portal."
ANSWER_TO_HUGO = "Your certificate had run out. A new one is in place, please try again."
NOTE_BY_DOV = "Thanks, I am calling Anna now. Not for the customer's eyes."

THINKING = 2.6
"""Seconds before the director replies: one that comes within `ack_guard` is asked, not believed; it is 1 s here, and mailboxes
date mails in whole seconds."""

_PATIENCE = 20.0
"""Seconds after which what is waited for is given up."""


_WHAT = {
    "": "an answer",
    "new": "a notification",
    "done": "a confirmation",
    "warning_first_response": "a reminder",
    "escalated": "an alert",
    "answered": "the all-clear",
}
"""What people wait for, by the event that the mail names."""


class Missing(Exception):
    """Something that the story waits for did not happen."""


class Story:
    """The demo's people, acting."""

    def __init__(self, client: MailClient, room: MailRoom, running: Running, timeline: Timeline) -> None:
        self._client, self._room, self._running, self._timeline = client, room, running, timeline

    def play(self) -> None:
        """Act from beginning to end; raises Missing when something does not happen."""
        self._customers_write()
        self._staff_answer_two()
        self._nobody_answers_hugo()
        self._the_director_takes_notice()
        self._staff_answer_at_last()

    # --- the scenes -----------------------------------------------------------------------------------------------------

    def _customers_write(self) -> None:
        self._timeline.waits("customers write")
        self._writes(
            ERIKA, PRINTER, "Hello,\n\nsince this morning our printer on floor 3 prints blank pages. Can you help?\n\nErika"
        )
        self._pauses(0.5)
        self._writes(HUGO, LOGIN, "Good morning,\n\nnobody of us can log in since seven. We cannot work!\n\nHugo Brandt")
        self._pauses(0.5)
        self._mias_mail = self._writes(MIA, INVOICE, "Hi,\n\nwhat is the second line of our last invoice?\n\nMia")
        self._pauses(0.5)
        self._timeline.says("A robot", f"writes for {TOM.name}: he is away. It gets no receipt", "dim")
        self._client.write(TOM, AWAY, "I am away until Monday.", Auto_Submitted="auto-replied", X_Auto_Response_Suppress="All")

    def _staff_answer_two(self) -> None:
        self._timeline.waits("staff read their mail")
        notice = self._gets(ANNA, "new", PRINTER)
        self._pauses(0.7)
        self._timeline.says(ANNA.name, f"replies: “{ANSWER_TO_ERIKA.partition(':')[0]}…”, with bold words", STAFF)
        self._client.reply(ANNA, notice, ANSWER_TO_ERIKA, ANSWER_TO_ERIKA.replace("click twice", CLICK_TWICE))
        self._gets(ERIKA, "", PRINTER, lambda post: not post.is_receipt)
        invoice = self._gets(JO, "new", INVOICE)
        self._timeline.says(JO.name, f"replies {COMMAND_BY_JO} to the mail about {MIA.name}", STAFF)
        self._client.reply(JO, invoice, COMMAND_BY_JO)
        self._gets(JO, "done", INVOICE)
        self._pauses(0.5)
        self._timeline.says(JO.name, f"answers {MIA.name} from the shared mailbox; that counts", STAFF)
        self._client.reply_as_support(self._mias_mail, ANSWER_TO_MIA)

    def _nobody_answers_hugo(self) -> None:
        self._timeline.waits(f"nobody answers {HUGO.name}, who was promised an answer within 5 seconds")
        self._gets(ANNA, "warning_first_response", LOGIN)
        for player in (BEN, CLEO):
            self._gets(player, "escalated", LOGIN)
            self._timeline.waits(f"{player.name} does not react; 2 seconds later the next one is told")
        self._alert = self._gets(DOV, "escalated", LOGIN)

    def _the_director_takes_notice(self) -> None:
        self._timeline.waits(f"{DOV.name} reads the alert")
        self._pauses(THINKING)
        self._timeline.says(DOV.name, f"replies: “{NOTE_BY_DOV.partition('.')[0]}.”", CONTACT)
        self._client.reply(DOV, self._alert, NOTE_BY_DOV)
        self._gets(ANNA, "acknowledged", LOGIN)

    def _staff_answer_at_last(self) -> None:
        self._timeline.waits(f"{ANNA.name} writes the answer")
        self._pauses(1.0)
        notice = self._gets(ANNA, "new", LOGIN)
        self._timeline.says(ANNA.name, f"replies: “{ANSWER_TO_HUGO.partition('.')[0]}…”", STAFF)
        self._client.reply(ANNA, notice, ANSWER_TO_HUGO)
        self._gets(HUGO, "", LOGIN, lambda post: not post.is_receipt)
        for player in CHAIN:
            self._gets(player, "answered", LOGIN)

    # --- what people can do ---------------------------------------------------------------------------------------------

    def _writes(self, customer: Player, subject: str, text: str) -> EmailMessage:
        self._timeline.says(customer.name, f"of {customer.about} writes: “{subject}”", CUSTOMER)
        return self._client.write(customer, subject, text)

    def _gets(self, player: Player, event: str, about: str, like: Callable[[Post], bool] = lambda _: True) -> Post:
        """Wait until a mail of the program is there, and return it."""

        def wanted(post: Post) -> bool:
            return post.recipient == player.address and post.event == event and about in post.subject and like(post)

        end = time.monotonic() + _PATIENCE
        while time.monotonic() < end:
            found = self._room.wait_for(wanted, 0.5)
            if found is not None:
                return found
            if self._running.failure:
                raise Missing(self._running.failure)
        raise Missing(f"{player.name} waited {_PATIENCE:.0f} seconds for {_WHAT.get(event, event)} about “{about}” in vain")

    def _pauses(self, seconds: float) -> None:
        time.sleep(seconds)
