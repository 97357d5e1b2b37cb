"""An answer on its way to the customer: whole in its words, faithful in its layout, and with nothing of ours in it (P7)."""

from __future__ import annotations

import re

import pytest

from mailsupport.mail.htmltext import html_to_text
from stories import clients
from stories.clients import Client, sends, with_file, with_pictures
from stories.world import Sent, World

ERIKA, ANNA, JO = "erika@globex.example", "anna@acme.example", "jo@acme.example"

WORDS = (
    "Hello Ms Muster,",
    "please hold the green button for five seconds: the belt (part 4-711) then resets itself.",
    "Does that help? If not, we come at 14:30.",
)
TEXT = "\n\n".join(WORDS)
HTML = f"<p>{WORDS[0]}</p><p>{WORDS[1].replace('green button', '<b>green button</b>')}</p><p>{WORDS[2]}</p>"
PNG = b"\x89PNG\r\n\x1a\n" + b"picture" * 20
LOGO = b"\x89PNG\r\n\x1a\n" + b"logo" * 20


def asked(desk: World, words: str = "It prints blank pages.\nWhat can we do?", **more: str) -> Sent:
    """A customer asks; returns Anna's notification."""
    desk.writes(ERIKA, words, **more)
    desk.works()
    notice = desk.expect_mail(ANNA)
    desk.nothing_new()
    return notice


def answered(desk: World, client: Client, html: str = HTML, text: str = TEXT) -> Sent:
    """Anna answers with that program; returns what the customer gets."""
    notice = asked(desk)
    sends(desk, ANNA, notice, client(notice, html, text))
    desk.works()
    return desk.expect_mail(ERIKA)


def own(text: str) -> str:
    """What stands above our signature."""
    return re.split(r"^-- ?$", text.replace("\r", ""), maxsplit=1, flags=re.MULTILINE)[0].strip()


def files(mail: Sent) -> list[str]:
    """The names of the files of a mail."""
    return [str(part.get_filename()) for part in mail.message.walk() if part.get_filename()]


# --- replies as programs write them -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("client", clients.EVERY, ids=lambda c: c.__name__)
def test_the_words_arrive_whole_and_nothing_else(desk: World, client: Client) -> None:
    """E1, E7: The author's words, no signature, no notice; the text is complete in itself."""
    answer = answered(desk, client)

    assert own(answer.text).split("\n\n") == list(WORDS)


@pytest.mark.parametrize("client", clients.RICH, ids=lambda c: c.__name__)
def test_the_layout_arrives(desk: World, client: Client) -> None:
    """The HTML says the very words of the text, in the author's own layout."""
    answer = answered(desk, client)

    assert "<b>green button</b>" in answer.html
    assert [line for line in own(html_to_text(answer.html)).split("\n") if line] == list(WORDS)


def test_an_answer_written_as_text_is_text(desk: World) -> None:
    """Nobody laid anything out, so there is no HTML."""
    assert answered(desk, clients.thunderbird_text).html == ""


def test_the_customer_is_quoted_once(desk: World) -> None:
    """Below the answer, in text and HTML, the question stands once."""
    answer = answered(desk, clients.outlook)

    assert answer.text.count("It prints blank pages.") == 1
    assert answer.html.count("It prints blank pages.") == 1


def test_nobody_sees_who_wrote_from_where(desk: World) -> None:
    """E1: The support address writes, under the service's name; no header of the author's mail travels."""
    answer = answered(desk, clients.gmail)

    assert "support@acme.example" in str(answer.message["From"])
    assert {"Sender", "Received", "User-Agent", "X-Originating-IP", "X-Canary"}.isdisjoint(answer.message.keys())
    assert str(answer.message["Message-ID"]).endswith("@acme.example>") and "canary" not in str(answer.message["Message-ID"])


def test_the_answer_stays_in_the_customers_conversation(desk: World) -> None:
    """C9, E1: In-Reply-To names the customer's mail, References and Outlook's index go on, the subject stays."""
    index = "AdxdZ7r5sZ3b6v0TQ2mX8JYb1nq3zw=="
    notice = asked(desk, headers={"Thread-Index": index})
    sends(desk, ANNA, notice, clients.outlook(notice, HTML, TEXT))
    desk.works()
    answer = desk.expect_mail(ERIKA)

    assert answer.message["In-Reply-To"] == "<story-1@globex.example>"
    assert "<story-1@globex.example>" in str(answer.message["References"])
    assert str(answer.message["Thread-Index"]).startswith(index[:28])
    assert answer.subject == "Re: Printer on floor 3"


def test_people_in_copy_get_the_answer(desk: World) -> None:
    """E12: Whom the customer put in copy stays there; staff who were never do."""
    notice = asked(desk, cc=f"max@globex.example, {JO}")
    sends(desk, ANNA, notice, clients.apple_mail(notice, HTML, TEXT))
    desk.works()
    answer = desk.expect_mail(ERIKA)

    assert str(answer.message["Cc"]) == "max@globex.example"


# --- what a page hides --------------------------------------------------------------------------------------------------------

HIDDEN = {
    "not displayed": '<span style="display:none">The canary sings.</span>',
    "without size": '<span style="font-size:0">The canary sings.</span>',
    "too small": '<span style="font-size:1px">The canary sings.</span>',
    "white on white": '<span style="color:#ffffff">The canary sings.</span>',
    "white by an old tag": '<font color="white">The canary sings.</font>',
    "white on declared white": '<div style="background-color:white"><span style="color: rgb(255, 255, 255)">canary</span></div>',
    "transparent": '<span style="color:transparent">The canary sings.</span>',
    "far to the left": '<div style="position:absolute;left:-9999px">The canary sings.</div>',
    "clear": '<span style="color:rgba(0, 0, 0, 0)">The canary sings.</span>',
    "clear by its last digit": '<span style="color:#0000">The canary sings.</span>',
    "cut away": '<div style="clip-path:inset(100%)">The canary sings.</div>',
    "shrunk": '<div style="transform:scale(0)">The canary sings.</div>',
    "almost not there": '<div style="opacity:0.01">The canary sings.</div>',
    "by its class": '<style><!-- p.Mso{margin:0} .gone, p.away { display : none } --></style><p class="Mso AWAY">Canary.</p>',
    "by its id": '<style>@media print{.x{color:red}} #gone{font-size:0}</style><p id="gone">The canary sings.</p>',
    "a comment": "<!-- The canary sings. -->",
    "a conditional comment": "<!--[if mso]><p>The canary sings.</p><![endif]-->",
    "a title": '<p title="The canary sings.">&nbsp;</p>',
    "a script": "<script>canary()</script>",
    "a style": "<style>.canary{}</style>",
    "a class": '<p class="canary" id="canary" data-canary="canary">&nbsp;</p>',
    "a picture elsewhere": '<img src="https://track.example/canary.gif" width="1" height="1" alt="">',
    "a handler": '<p onclick="canary()">&nbsp;</p>',
    "a style that loads": '<p style="background:url(https://track.example/canary)">&nbsp;</p>',
    "a form": '<form action="https://evil.example/canary"><input name="canary" value="canary"></form>',
    "the name of a machine": '<img src="cid:image001.png@canary.acme.local" alt="canary">',
}


@pytest.mark.parametrize("name", HIDDEN)
@pytest.mark.parametrize("client", [clients.gmail, clients.html_alone], ids=["with text", "without text"])
def test_what_is_hidden_stays_here(desk: World, client: Client, name: str) -> None:
    """B6: Nothing that the author did not see in their own words leaves, in text or HTML."""
    answer = answered(desk, client, HTML + HIDDEN[name])

    assert "canary" not in answer.everything
    assert own(answer.text).split("\n\n")[: len(WORDS)] == list(WORDS)


def test_words_in_white_on_a_dark_ground_are_seen(desk: World) -> None:
    """A button of the author's is no secret."""
    button = '<table><tr><td bgcolor="#2f6fb3"><span style="color:#ffffff">Press me</span></td></tr></table>'
    answer = answered(desk, clients.html_alone, HTML + button)

    assert "Press me" in answer.text and "Press me" in answer.html


def test_html_that_says_more_than_the_text_is_left_out(desk: World) -> None:
    """Two forms that differ in words: the text goes out alone."""
    notice = asked(desk)
    body = clients.gmail(notice, HTML.replace("for five", "canary for five"), TEXT)
    sends(desk, ANNA, notice, body)
    desk.works()
    answer = desk.expect_mail(ERIKA)

    assert answer.html == "" and own(answer.text).split("\n\n") == list(WORDS)


def test_words_that_only_the_html_has_below_the_text_are_cut(desk: World) -> None:
    """Nobody can tell them from a signature; the layout of the others stays."""
    answer = answered(desk, clients.gmail, HTML + "<p>And by the way, the canary.</p>")

    assert "<b>green button</b>" in answer.html and "canary" not in answer.everything


def test_a_link_to_one_of_us_is_no_link(desk: World) -> None:
    """The words stay; the address behind them does not."""
    notice = asked(desk)
    html = HTML.replace("we come", '<a href="mailto:anna%40acme.example">we</a> come')
    sends(desk, ANNA, notice, clients.gmail(notice, html, TEXT))
    desk.works()
    answer = desk.expect_mail(ERIKA)

    assert "mailto" not in answer.html and "we come at 14:30" in html_to_text(answer.html)


# --- commands and addresses ---------------------------------------------------------------------------------------------------


def test_commands_are_cut_from_the_layout_too(desk: World) -> None:
    """What closes the ticket is not told to the customer as a command."""
    answer = answered(
        desk, clients.gmail, f"<div>/close Belt replaced.</div><div><br></div>{HTML}", f"/close Belt replaced.\n\n{TEXT}"
    )

    assert "close" not in answer.everything.partition("in-reply-to")[2]
    assert own(html_to_text(answer.html)).startswith("Belt replaced.")


def test_an_address_of_ours_in_the_words_is_asked_about_once(desk_with: object) -> None:
    """P7: The mail is held; a reply of its author sends it as it is."""
    from stories.world import SETTINGS

    settings = SETTINGS.replace('email = ["anna@acme.example"]', 'email = ["anna@acme.example", "service-hero@acme.example"]')
    desk: World = desk_with(settings)  # type: ignore[operator]
    notice = asked(desk)
    text = f"{TEXT}\n\nWrite to service-hero@acme.example directly."
    sends(desk, ANNA, notice, clients.gmail(notice, HTML + "<p>Write to service-hero@acme.example directly.</p>", text))
    desk.works()

    held = desk.expect_mail(ANNA, "held")
    assert "address of one of us" in held.text
    desk.expect_no_mail(ERIKA)
    desk.replies(ANNA, held, "Yes, she may have it.")
    desk.works()
    assert "service-hero@acme.example" in desk.expect_mail(ERIKA).text


# --- pictures and files -------------------------------------------------------------------------------------------------------

CID = "image001.png@01DC5B3E.7A1B2C30.anna-laptop"


def test_a_picture_of_the_answer_is_shown_in_it(desk: World) -> None:
    """B6: Carried inline under an id of ours, as multipart/related."""
    notice = asked(desk)
    body = clients.gmail(notice, f'{HTML}<div><img src="cid:{CID}" alt="image.png"></div>', f"{TEXT}\n\n[image: image.png]")
    sends(desk, ANNA, notice, with_pictures(body, {CID: PNG}))
    desk.works()
    answer = desk.expect_mail(ERIKA)

    shown = re.findall(r'src="cid:([^"]+)"', answer.html)
    parts = {str(p["Content-ID"]).strip("<>"): p.get_payload(decode=True) for p in answer.message.walk() if p["Content-ID"]}
    assert [parts[cid] for cid in shown] == [PNG]
    assert "anna-laptop" not in answer.everything
    assert any(p.get_content_type() == "multipart/related" for p in answer.message.walk())


def test_the_logo_of_a_signature_stays_here(desk: World) -> None:
    """B6: A picture below the words is no picture of the answer."""
    notice = asked(desk)
    signature = f'<p class=MsoNormal>Kind regards,</p><p class=MsoNormal>Anna Berg</p><img src="cid:{CID}">'
    page = HTML + signature
    body = clients.outlook_for_mac(notice, page, f"{TEXT}\n\nKind regards,\nAnna Berg\n[cid:{CID}]")
    sends(desk, ANNA, notice, with_pictures(body, {CID: LOGO}))
    desk.works()
    answer = desk.expect_mail(ERIKA)

    assert files(answer) == [] and "<b>green button</b>" in answer.html


def test_a_known_logo_is_left_out_wherever_it_stands(desk: World) -> None:
    """B6: Its bytes were seen in a signature before; under another id, among the words, it is still a logo."""
    test_the_logo_of_a_signature_stays_here(desk)
    desk.nothing_new()
    notice = desk.mails(ANNA)[0]
    body = clients.gmail(notice, f'{HTML}<div><img src="cid:other@x" alt="logo.png"></div>', f"{TEXT}\n\n[image: logo.png]")
    sends(desk, ANNA, notice, with_pictures(body, {"other@x": LOGO}))
    desk.works()

    assert files(desk.expect_mail(ERIKA)) == []


def test_pictures_of_the_customer_are_not_sent_back(desk: World) -> None:
    """B6: What stands in the quoted part only is not attached again."""
    notice = asked(desk)
    body = clients.apple_mail(notice, HTML, TEXT)
    html = body.get_body(("html",))
    assert html is not None
    page = html.get_content().replace(
        "<blockquote", '<blockquote type="cite"><img src="cid:theirs@globex.example"></blockquote><blockquote'
    )
    html.set_content(page, subtype="html")
    sends(desk, ANNA, notice, with_pictures(body, {"theirs@globex.example": PNG}))
    desk.works()

    assert files(desk.expect_mail(ERIKA)) == []


def test_a_file_travels_also_with_a_content_id(desk: World) -> None:
    """Gmail gives every file a Content-ID; what no HTML shows is a file."""
    notice = asked(desk)
    body = with_file(clients.gmail(notice, HTML, TEXT), "manual.pdf", b"%PDF-1.4", "application/pdf", Content_ID="<f_abc>")
    sends(desk, ANNA, notice, body)
    desk.works()

    assert files(desk.expect_mail(ERIKA)) == ["manual.pdf"]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("winmail.dat", "application/ms-tnef"),
        ("smime.p7s", "application/pkcs7-signature"),
        ("OpenPGP_0x1234.asc", "application/pgp-keys"),
    ],
)
def test_what_programs_add_by_themselves_stays_here(desk: World, name: str, kind: str) -> None:
    """Outlook's copy of the whole mail, certificates and keys name their owner; the answer itself goes out."""
    notice = asked(desk)
    sends(desk, ANNA, notice, with_file(clients.gmail(notice, HTML, TEXT), name, b"canary anna@acme.example", kind))
    desk.works()

    assert files(desk.expect_mail(ERIKA)) == []


def test_our_own_notice_is_never_a_file_of_an_answer(desk: World) -> None:
    """Attached by mistake, it is asked about; and even confirmed it stays here, with its token."""
    notice = asked(desk)
    sends(desk, ANNA, notice, with_file(clients.gmail(notice, HTML, TEXT), "notice.eml", notice.raw, "message/rfc822"))
    desk.works()
    held = desk.expect_mail(ANNA, "held")
    desk.expect_no_mail(ERIKA)
    desk.replies(ANNA, held, "Yes, send it.")
    desk.works()

    assert files(desk.expect_mail(ERIKA)) == []


def test_an_answer_that_is_too_large_comes_back(desk: World) -> None:
    """Nothing is sent, and its author hears why."""
    notice = asked(desk)
    sends(desk, ANNA, notice, with_file(clients.gmail(notice, HTML, TEXT), "video.mp4", bytes(21 << 20), "video/mp4"))
    desk.works()

    assert "too large" in desk.expect_mail(ANNA, "held").text
    desk.expect_no_mail(ERIKA)


def test_an_encrypted_answer_comes_back(desk: World) -> None:
    """Nobody could read what goes out."""
    notice = asked(desk)
    body = with_file(clients.thunderbird_text(notice, HTML, ""), "encrypted.asc", b"canary", "application/pgp-encrypted")
    sends(desk, ANNA, notice, body)
    desk.works()

    desk.expect_mail(ANNA, "held")
    desk.expect_no_mail(ERIKA)


def test_a_released_answer_keeps_its_layout_and_pictures(desk: World) -> None:
    """G7: Held because a colleague was faster, and confirmed: it is read again from its own bytes."""
    notice = asked(desk)
    desk.replies(JO, desk.mails(JO)[0], "Check the belt.")
    desk.works()
    desk.nothing_new()
    body = clients.gmail(notice, f'{HTML}<div><img src="cid:{CID}" alt="image.png"></div>', f"{TEXT}\n\n[image: image.png]")
    sends(desk, ANNA, notice, with_pictures(body, {CID: PNG}))
    desk.works()
    desk.replies(ANNA, desk.expect_mail(ANNA, "held"), "Send it as well.")
    desk.works()
    answer = desk.expect_mail(ERIKA)

    assert "<b>green button</b>" in answer.html and 'src="cid:' in answer.html


@pytest.mark.parametrize(("setting", "expected"), [("service", "Acme Support"), ("staff", "Anna Berg"), ("none", "")])
def test_the_signature_is_a_setting(desk_with: object, setting: str, expected: str) -> None:
    """The service's name, the author's, or nothing; never the author's own block, which holds their address."""
    from stories.world import SETTINGS

    desk: World = desk_with(SETTINGS.replace('name = "Acme Support"', f'name = "Acme Support"\nsignature = "{setting}"'))  # type: ignore[operator]
    answer = answered(desk, clients.gmail)
    foot = answer.text.replace("\r", "").partition("-- \n")[2].partition("\n\n")[0].split("\n")

    assert foot[:-1] == ([expected] if expected else [])


@pytest.mark.parametrize("client", [clients.gmail_in_german, clients.outlook_in_german, clients.iphone], ids=lambda c: c.__name__)
def test_a_german_notice_is_cut_like_an_english_one(desk_with: object, client: Client) -> None:
    """E1, E7: The reader's language is that of the notice, and nothing of it leaves."""
    from stories.world import SETTINGS

    desk: World = desk_with(SETTINGS.replace('name = "Anna Berg"', 'name = "Anna Berg"\nlanguage = "de"'))  # type: ignore[operator]
    answer = answered(desk, client)

    assert own(answer.text).split("\n\n") == list(WORDS) and "<b>green button</b>" in answer.html
