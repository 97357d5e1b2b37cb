"""H8: Thanks, and nothing else: what is thanks, and what only begins like it."""

from __future__ import annotations

import pytest

from mailsupport.core.reading.thanks import LONGEST, only_thanks
from mailsupport.mail.sayings import read_sayings

SAYINGS = read_sayings(None)
NAMES = ("Erika Muster", "erika", "Anna Berg", "Acme Support")

THANKS = """
Thanks
Thanks!
THANKS A LOT!!!
Thank you.
Thank you very much!
Thank you so much, Anna
Many thanks
Many thanks for your help.
Thanks for the quick reply!
Thanks for your fast response :)
Thank you for the quick and friendly help
Thanks, it works now.
Thanks, works again!
Thank you, that helped.
Thank you. That did the trick.
Great, thanks!
Perfect, thank you!
Excellent. Thanks for your support
Hi Anna, / thank you! / Best regards / Erika
Hello Anna, / many thanks for the information. / Kind regards, / Erika Muster
Dear team, / thank you very much for your help. / Sincerely, / Erika Muster
Thanks again
Thanks everyone
thx
Thx, all good now
Cheers!
Much appreciated
I appreciate your help
We really appreciate it. Thank you!
Thank you for getting back to me
Thanks for letting me know.
Thank you for fixing it so quickly
Thanks, the problem is solved
Problem solved, thank you!
Thanks and regards / Erika
Thank you for your help / Erika
Thanks for the quick help / Erika Muster
Thank you 👍
Thanks, have a nice weekend!
Thank you and have a great day
Awesome, thanks a million
Good job, thanks
A big thank you to the whole team!
“Thank you”
Danke
Danke!
Danke schön
Vielen Dank!
Vielen Dank für die schnelle Hilfe!
Herzlichen Dank für Ihre Unterstützung.
Besten Dank
Danke, funktioniert wieder.
Danke, es funktioniert jetzt
Danke, hat geklappt!
Super, danke!
Perfekt, vielen Dank!
Prima, danke für die schnelle Rückmeldung
Hallo Frau Berg, / vielen Dank für Ihre schnelle Antwort. / Mit freundlichen Grüßen / Erika Muster
Sehr geehrte Frau Berg, / herzlichen Dank! / Mit freundlichen Grüßen / Erika Muster
Hallo zusammen, / danke für die prompte Hilfe. / Viele Grüße / Erika
Guten Tag, / vielen Dank für die Information. / Freundliche Grüße
Liebe Anna, / tausend Dank! / LG Erika
Danke, alles bestens.
Vielen lieben Dank und ein schönes Wochenende!
Danke, Problem gelöst.
Das hat geholfen, danke.
Ich danke Ihnen
Wir danken Ihnen sehr
Dankeschön 😊
Merci vielmals
Nochmals vielen Dank für Ihre Mühe
Vielen Dank, schönen Feierabend
Danke, läuft wieder einwandfrei
MfG / Danke / Erika Muster
"""

REQUESTS = """
Thanks, but it still fails
Thanks, but it still fails.
Thanks in advance
Many thanks in advance!
Thank you for your help in advance
Thanks, when will the technician come
Thanks. When will he come?
Thanks?
Thank you, please close the ticket
Thanks, please call me
No thanks
Thanks for nothing
Thanks, that did not help
Thank you, it does not work
Thanks, it works now but slowly
Thanks. One more thing: the scanner
Thanks, and what about the second printer
Thanks, we also need a new toner
Thank you for looking into this urgently
Thanks, I will try it and come back
Thank you, I am waiting for your call
Thanks for the invoice, the amount is wrong
Thanks, see attached
Thanks, my number is 030 1234567
Thanks, it happened again
Thanks, again broken
Thank you. Can you send me the manual
Thanks, could you check the other one as well
Thanks, I cannot log in
Thanks, works on Tuesday
Thanks https://example.org/broken
Thanks a lot, however the belt squeaks
Thanks, only floor 3 works
Thank you 👎
Thank you 😡
We would appreciate your help
I would appreciate a quick answer
Please help, thanks
Printer is broken. Thanks
Help! Thanks
Urgent! Thanks
Reopen please, thank you
Yes, please. Thanks
It works now
Good
Hello Anna
Best regards / Erika
Thanks to your update the server is down
Thanks for the update, the update broke it
Danke, und wann kommt der Techniker?
Danke, und wann kommt der Techniker
Danke im Voraus
Vielen Dank im Voraus!
Vielen Dank für Ihre Hilfe im Voraus
Vielen Dank vorab
Danke, funktioniert nicht
Danke, funktioniert leider nicht.
Danke, aber es geht immer noch nicht
Danke, bitte rufen Sie mich an
Nein danke
Danke für nichts
Danke, geht wieder nicht
Danke, das Problem besteht weiterhin
Danke, noch eine Frage
Danke, ich melde mich
Danke, der Drucker läuft, der Scanner nicht
Vielen Dank, ich brauche noch Toner
Vielen Dank, die Rechnung ist falsch
Danke, anbei das Bild
Bitte um Rückruf, danke
Drucker kaputt, danke
Dringend! Danke
Danke, am Montag 9 Uhr passt
Danke, seit heute geht es wieder los
Danke, jetzt geht gar nichts mehr
Hallo, der Drucker druckt nicht. Vielen Dank!
Herzlichen Dank für die schnelle Antwort. Leider hilft sie nicht.
Danke für die Rückmeldung, ich warte auf den Techniker
Danke, nur Etage 3 geht
Können Sie das prüfen? Danke!
Können Sie das prüfen. Danke!
Alles gut
Mit freundlichen Grüßen
"""


def lines(table: str) -> list[str]:
    """A mail a row; a slash parts its lines."""
    return [row.replace(" / ", "\n") for row in table.strip().split("\n")]


@pytest.mark.parametrize("text", lines(THANKS))
def test_it_is_thanks(text: str) -> None:
    """H8: Nobody has to answer it."""
    assert only_thanks(text, SAYINGS, NAMES)


@pytest.mark.parametrize("text", lines(REQUESTS))
@pytest.mark.parametrize("closed", [False, True])
def test_it_is_a_request(text: str, closed: bool) -> None:
    """H8: In doubt somebody reads it, and a clock runs."""
    assert not only_thanks(text, SAYINGS, NAMES, closed=closed)


@pytest.mark.parametrize(
    "text",
    [
        "Thanks. Invoice problem",
        "Invoice problem. Thanks",
        "Thanks, it works now, invoice",
        "Toner, thanks",
        "Thanks, all good, toner",
    ],
)
def test_a_name_is_said_where_people_are_called(text: str) -> None:
    """H8: Directly after thanks, a greeting or a farewell; whoever is called Toner asks for some elsewhere."""
    assert not only_thanks(text, SAYINGS, ("Invoice Problem", "Toner"), closed=True)


@pytest.mark.parametrize(
    "text", ["Hello Toner, thanks", "Thanks, Toner", "Thanks, all good. Regards, Toner", "Dear Mr Toner, thank you"]
)
def test_a_name_after_thanks_a_greeting_or_a_farewell_is_a_name(text: str) -> None:
    """H8: Whoever is called by it, or signs with it."""
    assert only_thanks(text, SAYINGS, ("Mia Toner",))


@pytest.mark.parametrize(
    "text", ["Ok, thanks", "Okay, danke!", "Yes, thank you", "Ja, vielen Dank", "Alles klar, danke", "Passt, danke"]
)
def test_a_bare_yes_may_answer_a_question_while_the_request_is_open(text: str) -> None:
    """H8: “Shall I restart it?” “Yes, thanks” is no thanks; when the request is closed nobody had asked anything."""
    assert not only_thanks(text, SAYINGS, NAMES)
    assert only_thanks(text, SAYINGS, NAMES, closed=True)


def test_names_are_those_of_people_who_are_known_here() -> None:
    """A word that nobody listed may be anything: also a name."""
    assert only_thanks("Thanks Anna", SAYINGS, NAMES)
    assert not only_thanks("Thanks toner", SAYINGS, NAMES)


def test_a_long_text_says_more() -> None:
    """However polite it is."""
    assert not only_thanks("Thank you very much! " * (LONGEST // 20), SAYINGS)


def test_without_lists_nothing_is_thanks() -> None:
    """A desk whose templates bring none treats every mail as a request."""
    from mailsupport.core.sayings import Sayings

    assert not only_thanks("Thanks", Sayings())


@pytest.mark.parametrize("seed", range(3))
def test_reading_stays_quick(seed: int) -> None:
    """A text at the limit, of phrases that could be parted in many ways, is read at once."""
    assert not only_thanks(("and " * 80)[:LONGEST], SAYINGS)
