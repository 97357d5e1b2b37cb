"""What is this mail? An ordered list of questions; the first that has an answer decides, and says why.

In: a mail, the desk, and whether it carries our own signed id under our own name. Out: a `Verdict`. The order: own echo, bounce,
automatic reply, other robot, list, staff, contact, reaction, customer, unknown.

For editing here: add a row to `QUESTIONS` or a sign to a table; each question returns its reason or "". A person taken for a
robot gets no answer at all, a robot taken for a person gets one receipt: in doubt it is a person. `Auto-Submitted: no` and
`Precedence: first-class` are people; a field that asks robots for silence proves nothing about its sender. Of a sender whom the
settings allow, the signs in `WEAK` are not asked for.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from mailsupport.core.desk import Desk
from mailsupport.core.judging.routing import customer_of
from mailsupport.core.judging.senders import allowed
from mailsupport.core.judging.tokens import token_in_address
from mailsupport.core.model import PEOPLE, Kind, Mail, Verdict
from mailsupport.core.reading.reactions import is_reaction
from mailsupport.core.reading.robotwords import ABSENT, ANSWERING, CHALLENGES, NO_REPLY

_NO_REPLY_AND_MORE = tuple(word + sign for word in NO_REPLY for sign in "+-._=")
_AUTO_REPLY_FIELDS = (
    "x-autoreply",
    "x-auto-reply",
    "x-autorespond",
    "x-autoresponder",
    "x-auto-respond",
    "x-autoresponse",
    "x-autoreply-from",
    "x-mail-autoreply",
    "x-autoreply-domain",
    "x-vacation",
)
_MACHINE_FIELDS = ("x-fc-machinegenerated", "x-cron-env", "x-feedback-report", "feedback-type", "x-failed-recipients-report")
_LIST_FIELDS = ("list-id", "list-post", "list-unsubscribe", "mailing-list", "x-mailing-list", "x-beenthere", "list-help")
_BULK = ("bulk", "junk", "list")
_REPORT_TYPE = re.compile(r"report-type\s{0,4}=\s{0,4}\"?([\w-]{1,40})", re.IGNORECASE)
_REPORTS = {
    "disposition-notification": "a receipt that a mail was shown (RFC 8098)",
    "feedback-report": "a feedback report (RFC 5965)",
    "delivery-status": "a delivery report without failure (RFC 3464)",
    "tlsrpt": "a TLS report (RFC 8460)",
}


def classify(mail: Mail, desk: Desk, own_id_ok: bool) -> Verdict:
    """Return what a mail is, why, and whether a robot may answer it."""
    if own_id_ok:
        return Verdict(Kind.OWN, "a copy of a mail of ours: it bears our signature and comes from our address", False)
    person = allowed(mail, desk)
    for kind, question in QUESTIONS:
        if person and question in WEAK:
            continue
        reason = question(mail, desk)
        if reason:
            refusal = _not_answerable(mail, desk) if kind in PEOPLE else "robots are not answered"
            return Verdict(kind, reason, not refusal)
    raise AssertionError("the last question always has an answer")


def automatic_sign(mail: Mail) -> str:
    """Return the plainest sign in the header that no person sent this mail by hand, or "" (RFC 3834 §5)."""
    submitted = _first_word(mail.header("auto-submitted"))
    return f"Auto-Submitted: {submitted}" if submitted not in ("", "no") else ""


def _is_bounce(mail: Mail, desk: Desk) -> str:
    return f"reports a failed or delayed delivery ({mail.bounce.evidence})" if mail.bounce is not None else ""


def _says_auto_replied(mail: Mail, desk: Desk) -> str:
    """RFC 3834 §5."""
    submitted = _first_word(mail.header("auto-submitted"))
    return f"Auto-Submitted: {submitted}" if submitted.startswith(("auto-replied", "auto-reply")) else ""


def _is_auto_reply(mail: Mail, desk: Desk) -> str:
    """The fields of vendors that came before RFC 3834."""
    field = next((name for name in _AUTO_REPLY_FIELDS if name in mail.headers and _says_yes(mail.header(name))), "")
    if field:
        return f"header field {field}"
    if _precedence(mail) in ("auto_reply", "auto-reply", "autoreply"):
        return "Precedence: auto_reply"
    if mail.header("x-ms-exchange-inbox-rules-loop") and mail.header("x-auto-response-suppress"):
        return "an answer by an inbox rule of Exchange"
    if mail.header("x-post-messageclass").startswith("9") or "mailbox rules agent" in mail.header(_EXCHANGE_SOURCE).lower():
        return "marked as an automatic answer by its mail system"
    return _by_subject(mail)


_EXCHANGE_SOURCE = "x-ms-exchange-generated-message-source"


def _by_subject(mail: Mail) -> str:
    """Subjects of absence notices: some suffice, others need a second sign."""
    subject = mail.subject.lower()
    if subject.startswith(ANSWERING):
        return "its subject begins as automatic answers do"
    second = (
        mail.header("x-auto-response-suppress") or mail.return_path == "" or _precedence(mail) in _BULK or automatic_sign(mail)
    )
    return "an absence notice by its subject and header" if second and any(words in subject for words in ABSENT) else ""


def _is_report(mail: Mail, desk: Desk) -> str:
    if not mail.content_type.lower().startswith("multipart/report"):
        return ""
    found = _REPORT_TYPE.search(mail.header("content-type"))
    return _REPORTS.get(found[1].lower() if found else "", "a report of a mail system (RFC 6522)")


def _is_other_robot(mail: Mail, desk: Desk) -> str:
    sign = automatic_sign(mail)
    if sign:
        return sign
    field = next((name for name in (*_MACHINE_FIELDS, *CHALLENGES) if mail.header(name)), "")
    if field:
        return f"header field {field}"
    local = mail.sender.key.partition("@")[0]
    if local in ("mailer-daemon", "mailer_daemon", "mailerdaemon"):
        return "written by a mail system"
    if mail.sender.key.endswith("@sns.amazonaws.com"):
        return "a notification of Amazon SES"
    if mail.subject.lower().startswith("report domain:") and "report-id" in mail.subject.lower():
        return "a DMARC report (RFC 7489 §7.2.1.1)"
    return ""


def _is_null_sender_answer(mail: Mail, desk: Desk) -> str:
    """A null sender without any word of failure is how absence notices are sent (RFC 3834 §3.3)."""
    return "sent with the null sender, and reports no failure" if mail.return_path == "" else ""


def _is_mail_system_subject(mail: Mail, desk: Desk) -> str:
    """What mail systems write above reports that lost their form."""
    subject = mail.subject.lower()
    return "a subject that mail systems write" if subject.startswith(("delivery status notification", "undeliverable:")) else ""


def _is_list(mail: Mail, desk: Desk) -> str:
    """RFC 2369, RFC 2919, and Precedence; groups of our own put such fields on every customer's mail."""
    if _names_us(mail, desk):
        return ""
    field = next((name for name in _LIST_FIELDS if mail.header(name)), "")
    if field:
        return f"header field {field}"
    return f"Precedence: {_precedence(mail)}" if _precedence(mail) in _BULK else ""


def _names_us(mail: Mail, desk: Desk) -> bool:
    """Whether the list fields name one of our own addresses or a list id of the settings."""
    values = " ".join(value for name in _LIST_FIELDS for value in mail.headers.get(name, ())[:5]).lower()
    if not values:
        return False
    own_lists = {one.lower().strip("<>") for mailbox in desk.mailboxes.values() for one in mailbox.list_ids}
    ours = own_lists | desk.own_addresses | {address.replace("@", ".") for address in desk.own_addresses}
    named = set(re.split(r"[\s<>,;:()\"'?&=]+", values))
    return not named.isdisjoint(ours)


def _is_staff(mail: Mail, desk: Desk) -> str:
    person = desk.person_at(mail.sender.email)
    return f"{mail.sender.key} is {person.name or person.key}, staff" if person and person.key in desk.staff_keys else ""


def _is_contact(mail: Mail, desk: Desk) -> str:
    person = desk.person_at(mail.sender.email)
    return f"{mail.sender.key} is {person.name or person.key}, in a chain" if person and person.key in desk.contact_keys else ""


def _is_reaction(mail: Mail, desk: Desk) -> str:
    """One of us is asked what it was to be (`core.deciding.wanted`); anybody else has said nothing that waits for an answer."""
    return "a sign was pressed below a mail, and nothing said" if is_reaction(mail) else ""


def _is_customer(mail: Mail, desk: Desk) -> str:
    customer, why = customer_of(mail.sender.email, desk)
    return why if customer is not None else ""


def _is_unknown(mail: Mail, desk: Desk) -> str:
    return f"nobody known has the address {mail.sender.key}" if mail.sender.email else "no sender is named"


QUESTIONS: tuple[tuple[Kind, Callable[[Mail, Desk], str]], ...] = (
    (Kind.BOUNCE, _is_bounce),
    (Kind.AUTO_REPLY, _says_auto_replied),
    (Kind.AUTO_REPLY, _is_auto_reply),
    (Kind.AUTOMATIC, _is_report),
    (Kind.AUTOMATIC, _is_other_robot),
    (Kind.AUTO_REPLY, _is_null_sender_answer),
    (Kind.AUTOMATIC, _is_mail_system_subject),
    (Kind.LIST, _is_list),
    (Kind.STAFF, _is_staff),
    (Kind.CONTACT, _is_contact),
    (Kind.AUTOMATIC, _is_reaction),
    (Kind.CUSTOMER, _is_customer),
    (Kind.UNKNOWN, _is_unknown),
)
"""Asked in this order."""

WEAK = frozenset({_is_auto_reply, _is_other_robot, _is_null_sender_answer, _is_mail_system_subject, _is_list})
"""Signs that web forms and shops put on what people wrote."""


def _not_answerable(mail: Mail, desk: Desk) -> str:
    """Return why no robot may answer a person's mail, or "" (RFC 3834 §2)."""
    sender = mail.sender.key
    if len(mail.from_) != 1 or "@" not in sender:
        return "not exactly one sender"
    if mail.via:
        return "its author's address was typed into a form"
    if sender in desk.own_addresses or token_in_address(sender, desk.own_addresses) is not None:
        return "our own address"
    if _is_no_reply(sender.partition("@")[0]):
        return "an address that takes no answers"
    if mail.return_path == "" or _precedence(mail) in _BULK or mail.header("x-loop"):
        return "sent in a way that asks for no answer"
    suppress = mail.header("x-auto-response-suppress").lower()
    return "asks for no automatic answer" if "all" in suppress or "autoreply" in suppress else ""


def _is_no_reply(local: str) -> bool:
    """Whether a local part is, or begins with, one that takes no answers."""
    return local in NO_REPLY or local.startswith(_NO_REPLY_AND_MORE)


def _precedence(mail: Mail) -> str:
    return _first_word(mail.header("precedence"))


def _first_word(value: str) -> str:
    """Return a field's value without parameters and comments, lower case."""
    return re.split(r"[;(\s]", value.strip().lower(), maxsplit=1)[0]


def _says_yes(value: str) -> bool:
    return value.strip().lower() not in ("no", "false", "0", "none")
