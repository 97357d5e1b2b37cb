"""Replies as mail programs write them: their quote of our mail, their marks in HTML, their signatures and tails.

Each function takes the mail that is answered and the author's words (as HTML and as text), and returns the MIME body of the
reply. The shapes are those that the programs write; the names of their marks are the facts here, the looks are shortened.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable
from email.encoders import encode_base64
from email.message import EmailMessage, Message
from email.mime.base import MIMEBase
from email.mime.image import MIMEImage
from email.mime.multipart import MIMEMultipart
from email.utils import format_datetime

from stories.world import Sent, World

WHEN, WANN = "Mon, Nov 23, 2026 at 10:00 AM", "Mo., 23. Nov. 2026 um 10:00 Uhr"
SIGNED = "Anna Berg\nAcme Support\nanna@acme.example\n+49 30 1234567"

Client = Callable[[Sent, str, str], EmailMessage]


def _who(mail: Sent) -> tuple[str, str]:
    return str(mail.message["From"]).partition(" <")[0].strip('"'), str(mail.message["Reply-To"] or mail.message["From"])


def _quoted(text: str) -> str:
    return "\n".join(f"> {line}" if line else ">" for line in text.splitlines())


def _inner(mail: Sent) -> str:
    """Our HTML as programs put it into theirs: what stands in its body; or its text, where there is none."""
    html = mail.html or f"<pre>{mail.text}</pre>"
    found = re.search(r"<body[^>]*>(.*)</body>", html, re.DOTALL)
    return found[1] if found else html


def _alternative(text: str, html: str) -> EmailMessage:
    message = EmailMessage()
    message.set_content(text)
    message.add_alternative(html, subtype="html")
    return message


def gmail(mail: Sent, html: str, text: str) -> EmailMessage:
    """Gmail in a browser, with a signature."""
    name, address = _who(mail)
    lead = f"On {WHEN} {name} <{address}> wrote:"
    wrapped = "\n".join(textwrap.wrap(lead, 76, break_long_words=False, break_on_hyphens=False))
    plain = f"{text}\n\n-- \n{SIGNED}\n\n\n{wrapped}\n\n{_quoted(mail.text)}\n"
    signature = SIGNED.replace("\n", "<br>")
    page = (
        f'<div dir="ltr">{html}<div><br></div><span class="gmail_signature_prefix">-- </span><br>'
        '<div dir="ltr" class="gmail_signature" data-smartmail="gmail_signature">'
        f'<div dir="ltr">{signature}</div></div></div><br>'
        f'<div class="gmail_quote gmail_quote_container"><div dir="ltr" class="gmail_attr">On {WHEN} {name} &lt;<a '
        f'href="mailto:{address}">{address}</a>&gt; wrote:<br></div><blockquote class="gmail_quote" style="margin:0px 0px 0px '
        f'0.8ex;border-left:1px solid rgb(204,204,204);padding-left:1ex"><u></u>\n\n{_inner(mail)}\n\n</blockquote></div>\n'
    )
    return _alternative(plain, page)


def gmail_in_german(mail: Sent, html: str, text: str) -> EmailMessage:
    """Gmail as a German writes with it, without a signature."""
    name, address = _who(mail)
    plain = f"{text}\n\nAm {WANN} schrieb {name} <\n{address}>:\n\n{_quoted(mail.text)}\n"
    page = (
        f'<div dir="ltr">{html}</div><br><div class="gmail_quote gmail_quote_container">'
        f'<div dir="ltr" class="gmail_attr">Am {WANN} schrieb {name} &lt;<a href="mailto:{address}">{address}</a>&gt;:<br>'
        '</div><blockquote class="gmail_quote" style="margin:0px 0px 0px 0.8ex;border-left:1px solid rgb(204,204,204);'
        f'padding-left:1ex">{_inner(mail)}</blockquote></div>'
    )
    return _alternative(plain, page)


def _outlook_lead(mail: Sent, labels: tuple[str, str, str, str]) -> tuple[list[tuple[str, str]], str]:
    name, address = _who(mail)
    values = (f"{name} <{address}>", "Monday, November 23, 2026 10:00 AM", "Anna Berg <anna@acme.example>", mail.subject)
    pairs = list(zip(labels, values, strict=True))
    return pairs, "\n".join(f"{label} {value}" for label, value in pairs)


ENGLISH, GERMAN = ("From:", "Sent:", "To:", "Subject:"), ("Von:", "Gesendet:", "An:", "Betreff:")


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def outlook(mail: Sent, html: str, text: str, labels: tuple[str, str, str, str] = ENGLISH) -> EmailMessage:
    """Outlook for Windows with Word inside: conditional comments, MsoNormal, and a border above the mail answered to."""
    pairs, lead = _outlook_lead(mail, labels)
    plain = f"{text}\n\nKind regards,\n{SIGNED}\n\n{lead}\n\n{mail.text}\n"
    heading = "<br>".join(f"<b><span lang=EN-US>{label}</span></b><span lang=EN-US> {_escaped(v)}</span>" for label, v in pairs)
    signature = "".join(f"<p class=MsoNormal>{line}<o:p></o:p></p>" for line in SIGNED.split("\n"))
    page = (
        '<html xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office"><head><meta http-equiv='
        'Content-Type content="text/html; charset=utf-8">'
        "<!--[if !mso]><style>v\\:* {behavior:url(#default#VML);}</style><![endif]-->"
        "<style><!-- p.MsoNormal {margin:0cm;font-size:11.0pt} --></style><!--[if gte mso 9]><xml><o:shapedefaults canary/></xml>"
        '<![endif]--></head><body lang=DE link="#0563C1" style="word-wrap:break-word"><div class=WordSection1>'
        f"{html}<p class=MsoNormal><o:p>&nbsp;</o:p></p><p class=MsoNormal>Kind regards,<o:p></o:p></p>{signature}"
        "<div><div style='border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm'>"
        f"<p class=MsoNormal>{heading}<o:p></o:p></p></div></div>"
        f"<p class=MsoNormal><o:p>&nbsp;</o:p></p>{_inner(mail)}</div></body></html>"
    )
    return _alternative(plain, page)


def outlook_in_german(mail: Sent, html: str, text: str) -> EmailMessage:
    """The same, in German."""
    return outlook(mail, html, text, GERMAN)


def new_outlook(mail: Sent, html: str, text: str) -> EmailMessage:
    """The new Outlook and Outlook on the web."""
    pairs, lead = _outlook_lead(mail, ENGLISH)
    plain = f"{text}\n\n________________________________\n{lead}\n\n{mail.text}\n"
    heading = "<br>".join(f"<b>{label}</b>&nbsp;{_escaped(value)}" for label, value in pairs)
    page = (
        '<html><head><meta http-equiv="Content-Type" content="text/html; charset=utf-8"><style type="text/css" '
        'style="display:none;"> P {margin-top:0;margin-bottom:0;} </style></head><body dir="ltr"><div class="elementToProof" '
        f'style="font-family: Aptos, Calibri, sans-serif; font-size: 12pt; color: rgb(0, 0, 0);">{html}</div>'
        '<div id="appendonsend"></div><hr style="display:inline-block;width:98%" tabindex="-1"><div id="divRplyFwdMsg" dir="ltr">'
        f'<font face="Calibri, sans-serif" style="font-size:11pt" color="#000000">{heading}</font><div>&nbsp;</div></div>'
        f"<div>{_inner(mail)}</div></body></html>"
    )
    return _alternative(plain, page)


def outlook_for_mac(mail: Sent, html: str, text: str) -> EmailMessage:
    """Outlook for Mac."""
    pairs, lead = _outlook_lead(mail, ENGLISH)
    plain = f"{text}\n\n{lead}\n{mail.text}\n"
    heading = "<br>".join(f"<b>{label} </b>{_escaped(value)}" for label, value in pairs)
    page = (
        '<html><head></head><body lang="EN-GB" style="word-wrap:break-word"><div class="WordSection1">'
        f'{html}<p class="MsoNormal">&nbsp;</p><div id="mail-editor-reference-message-container"><div><div>'
        '<div style="border:none;border-top:solid #B5C4DF 1.0pt;padding:3.0pt 0cm 0cm 0cm"><p class="MsoNormal">'
        f"{heading}</p></div>{_inner(mail)}</div></div></div></div></body></html>"
    )
    return _alternative(plain, page)


def apple_mail(mail: Sent, html: str, text: str) -> EmailMessage:
    """Mail on a Mac."""
    name, address = _who(mail)
    lead = f"On 23. Nov 2026, at 10:00, {name} <{address}> wrote:"
    plain = f"{text}\n\n> {lead}\n> \n{_quoted(mail.text)}\n\n"
    page = (
        '<html><head><meta http-equiv="content-type" content="text/html; charset=utf-8"></head><body style="overflow-wrap: '
        'break-word; -webkit-nbsp-mode: space; line-break: after-white-space;">'
        f'{html}<br id="lineBreakAtBeginningOfMessage"><div><br><blockquote type="cite">'
        f'<div>{_escaped(lead)}</div><br class="Apple-interchange-newline"><div>{_inner(mail)}</div>'
        "</blockquote></div><br></body></html>"
    )
    return _alternative(plain, page)


def iphone(mail: Sent, html: str, text: str) -> EmailMessage:
    """Mail on an iPhone."""
    name, address = _who(mail)
    lead = f"On 23 Nov 2026, at 10:00, {name} <{address}> wrote:"
    plain = f"{text}\n\nSent from my iPhone\n\n> {lead}\n> \n> \ufeff\n{_quoted(mail.text)}\n"
    page = (
        '<html><head><meta http-equiv="content-type" content="text/html; charset=utf-8"></head><body dir="auto">'
        f'{html}<br id="lineBreakAtBeginningOfSignature"><div dir="ltr">Sent from my iPhone</div><div dir="ltr"><br>'
        f'<blockquote type="cite">{_escaped(lead)}<br><br></blockquote></div><blockquote type="cite"><div dir="ltr">\ufeff'
        f"{_inner(mail)}</div></blockquote></body></html>"
    )
    return _alternative(plain, page)


def thunderbird(mail: Sent, html: str, text: str) -> EmailMessage:
    """Thunderbird, writing HTML."""
    name, _ = _who(mail)
    lead = f"On 23/11/2026 10:00, {name} wrote:"
    plain = f"{text}\n\n{lead}\n{_quoted(mail.text)}\n"
    page = (
        '<!DOCTYPE html><html><head><meta http-equiv="Content-Type" content="text/html; charset=UTF-8"></head><body>'
        f'{html}<div class="moz-cite-prefix">{lead}<br></div><blockquote type="cite" cite="mid:{mail.message["Message-ID"]}">'
        f"{_inner(mail)}</blockquote></body></html>"
    )
    return _alternative(plain, page)


def thunderbird_text(mail: Sent, html: str, text: str) -> EmailMessage:
    """Thunderbird, writing flowed text (RFC 3676), with a signature."""
    name, _ = _who(mail)
    flowed = "\n".join(" \n".join(textwrap.wrap(line, 70)) for line in text.split("\n"))
    body = f"{flowed}\n\nOn 23/11/2026 10:00, {name} wrote:\n{_quoted(mail.text)}\n\n-- \n{SIGNED}\n"
    message = EmailMessage()
    message.set_content(body)
    message.set_param("format", "flowed")
    return message


def k9(mail: Sent, html: str, text: str) -> EmailMessage:
    """K-9, which is Thunderbird for Android."""
    name, address = _who(mail)
    lead = f"On 23 November 2026 10:00:00 CET, {name} <{address}> wrote:"
    plain = f"{text}\n-- \nSent from my Android device with K-9 Mail. Please excuse my brevity.\n\n{lead}\n{_quoted(mail.text)}\n"
    page = (
        f'<!DOCTYPE html><html><body>{html}<div class="k9mail-signature">-- <br>Sent from my Android device with K-9 Mail. '
        f'Please excuse my brevity.</div><br><br><div class="gmail_quote"><div dir="auto">{_escaped(lead)}</div>'
        '<blockquote class="gmail_quote" style="margin: 0pt 0pt 0pt 0.8ex; border-left: 1px solid rgb(204, 204, 204); '
        f'padding-left: 1ex;">{_inner(mail)}'
        "</blockquote></div></body></html>"
    )
    return _alternative(plain, page)


def html_alone(mail: Sent, html: str, text: str) -> EmailMessage:
    """A web mailer that sends HTML without a text beside it."""
    name, address = _who(mail)
    message = EmailMessage()
    quote = f'<blockquote type="cite">{_inner(mail)}</blockquote>'
    message.set_content(
        f"<html><body>{html}<p>On 23 Nov 2026 10:00, {name} &lt;{address}&gt; wrote:</p>{quote}</body></html>", subtype="html"
    )
    return message


RICH: tuple[Client, ...] = (
    *(gmail, gmail_in_german, outlook, outlook_in_german, new_outlook, outlook_for_mac, apple_mail, iphone, thunderbird, k9),
    html_alone,
)
EVERY: tuple[Client, ...] = (*RICH, thunderbird_text)


def with_pictures(body: Message, pictures: dict[str, bytes], subtype: str = "related") -> Message:
    """The reply with pictures as multipart/related; the boundary and the Content-IDs name the machine that they come from."""
    related = MIMEMultipart(subtype, boundary=f"----=_canary_{subtype}_boundary")
    related.attach(body)
    for cid, data in pictures.items():
        part = MIMEImage(data, "png", name=cid.partition("@")[0])
        part["Content-ID"] = f"<{cid}>"
        part["Content-Disposition"] = f'inline; filename="{cid.partition("@")[0]}"'
        related.attach(part)
    return related


def with_file(body: Message, name: str, data: bytes, kind: str = "application/octet-stream", **headers: str) -> Message:
    """The reply with a file."""
    mixed = MIMEMultipart("mixed", boundary="----=_canary_mixed_boundary")
    mixed.attach(body)
    part = MIMEBase(*kind.split("/"), name=name)
    part.set_payload(data)
    encode_base64(part)
    part["Content-Disposition"] = f'attachment; filename="{name}"'
    for header, value in headers.items():
        part[header.replace("_", "-")] = value
    mixed.attach(part)
    return mixed


def sends(desk: World, person: str, mail: Sent, body: Message, **more: str) -> None:
    """Somebody sends a reply, with the headers that programs and servers on the way add; it arrives now."""
    original, number = str(mail.message["Message-ID"]), len(list(desk.folder.rglob("*.eml")))
    headers = {
        "Received": "from canary-pc.acme.example ([10.0.0.7]) by mail.acme.example; Mon, 23 Nov 2026 10:00:00 +0000",
        "From": f"Anna Berg <{person}>",
        "Sender": person,
        "To": str(mail.message["Reply-To"] or mail.message["From"]),
        "Subject": mail.subject if mail.subject.lower().startswith("re:") else f"Re: {mail.subject}",
        "Message-ID": f"<canary-{number}@anna-laptop.acme.example>",
        "In-Reply-To": original,
        "References": f"{mail.message.get('References', '')} {original}".strip(),
        "X-Originating-IP": "[10.0.0.7]",
        "X-Canary": "canary",
        "User-Agent": "canary/1.0",
        "Date": format_datetime(desk.clock.at),
        **more,
    }
    raw = "".join(f"{name}: {value}\r\n" for name, value in headers.items()).encode()
    del body["MIME-Version"]
    desk.arrives(raw + b"MIME-Version: 1.0\r\n" + body.as_bytes())
