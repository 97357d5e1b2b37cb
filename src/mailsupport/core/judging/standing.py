"""May this mail be obeyed, and as whose? A From line alone never gives power (P8).

In: a mail, the token it was matched by, the desk. Out: a `Standing` with its reason. Power needs a token issued to a person who
still is one of us, AND one strictly read From mailbox among that person's addresses, AND, where the settings name a trusted
authserv-id, an aligned pass of that server. Reply-To is never an identity.

For editing here: what is read is claims (`mail.authentication` only tokenises them). A field is believed for its place, not for
its words: it must name a trusted authserv-id and stand above the first Received field written by a foreign host (RFC 8601 §5),
and only the fields nearest to the top may pass, since ours is written last. Conflicting results are a fail.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from mailsupport.core.desk import Desk, Person
from mailsupport.core.judging.tokens import Purpose, Token, belongs_to
from mailsupport.core.model import AuthenticationResult, Mail
from mailsupport.core.said import Said, said

PASS, FAIL, NONE = "pass", "fail", "none"


@dataclass(frozen=True, slots=True)
class Standing:
    """Whose mail it is taken for, whether it is obeyed, and whether the trusted server vouched for its From address."""

    person: Person | None
    power: bool
    reason: str
    authenticated: bool = False
    doubt: Said | None = None
    """The reason as its author reads it, where the mail has no power."""


def standing(mail: Mail, token: Token | None, desk: Desk) -> Standing:
    """Return whose mail this is and whether it may be obeyed."""
    vouched = not mail.from_doubt and aligned(mail, desk) == PASS
    claimed = desk.person_at(mail.sender.email)
    if token is None:
        return Standing(claimed, False, "no token of ours", vouched, said("no_token"))
    person = _holder(token, desk)
    if person is None:
        why = "the token was issued to nobody who is staff or a contact"
        return Standing(claimed, False, why, vouched, said("foreign_token"))
    doubt = _from_doubt(mail, person)
    if doubt:
        return Standing(claimed, False, doubt, vouched, said("not_your_token", address=mail.sender.email))
    distrust = authentication_doubt(mail, desk)
    reason = distrust or f"token and address of {person.name or person.key}"
    return Standing(person, not distrust, reason, vouched, said("not_vouched", address=mail.sender.email) if distrust else None)


def authentication_doubt(mail: Mail, desk: Desk) -> str:
    """Return why the trusted server's results do not vouch for the From address, "" when they do or none is named."""
    if not desk.trusted_authserv_ids:
        return ""
    verdict = aligned(mail, desk)
    if verdict == PASS:
        return ""
    if verdict == NONE and _is_internal(mail, desk):
        return "" if desk.internal_mail == "accept" else "internal mail without authentication results is held by the settings"
    found = "failed" if verdict == FAIL else "did not confirm"
    return f"the trusted server {found} the sender's domain"


def aligned(mail: Mail, desk: Desk) -> str:
    """Return "pass", "fail" or "none": what a trusted server found of the domain in From (RFC 7489 §3.1, relaxed)."""
    believed = [
        r for r in mail.authentication if r.authserv_id in desk.trusted_authserv_ids and r.below <= _foreign_from(mail, desk)
    ]
    domain = mail.sender.key.rpartition("@")[2]
    if not believed or not domain or len(mail.from_) != 1:
        return NONE
    nearest = min(result.below for result in believed)
    about = [(r, r.below == nearest) for r in believed if _is_about(r, mail.sender.key, domain)]
    dmarc = _sum_up([pair for pair in about if pair[0].method == "dmarc"])
    if dmarc != NONE:
        return dmarc
    others = [_sum_up([pair for pair in about if pair[0].method == method]) for method in ("dkim", "spf", "auth")]
    return PASS if PASS in others else FAIL if FAIL in others else NONE


def _holder(token: Token, desk: Desk) -> Person | None:
    """Return the one of us a token was issued to; rights count as they are now, not as they were when it was issued."""
    if token.purpose is Purpose.CUSTOMER:
        return None
    ours = desk.staff_keys | desk.contact_keys
    people = {person.key: person for person in (*desk.people.values(), *desk.by_address.values())}
    return next((p for p in people.values() if p.key in ours and belongs_to(token, p.key)), None)


def _from_doubt(mail: Mail, person: Person) -> str:
    """Return why the From field does not name that person, "" when it does."""
    if len(mail.from_) != 1 or mail.from_doubt:
        return f"the From field cannot be believed: {mail.from_doubt or 'not exactly one sender'}"
    if mail.sender.key not in person.addresses:
        return f"{mail.sender.email} is not among the addresses of {person.name or person.key}"
    return ""


def _sum_up(results: Sequence[tuple[AuthenticationResult, bool]]) -> str:
    """Return one method's finding: a pass among the nearest, unless any fails."""
    if any(result.result in ("fail", "softfail", "permerror", "policy") for result, _ in results):
        return FAIL
    return PASS if any(result.result == "pass" and near for result, near in results) else NONE


def _is_about(result: AuthenticationResult, sender: str, domain: str) -> bool:
    """Whether a result speaks of the sender's domain; `auth` must name the very address (RFC 8601 §2.7)."""
    say: dict[str, Callable[[], bool]] = {
        "dmarc": lambda: _related(result.properties.get("header.from", "").rpartition("@")[2], domain),
        "dkim": lambda: _related(_dkim_domain(result), domain),
        "spf": lambda: _related(result.properties.get("smtp.mailfrom", "").rpartition("@")[2], domain),
        "auth": lambda: result.properties.get("smtp.auth", "") == sender,
    }
    test = say.get(result.method)
    return test is not None and test()


def _dkim_domain(result: AuthenticationResult) -> str:
    """Return the domain that signed."""
    return result.properties.get("header.d", "") or result.properties.get("header.i", "").rpartition("@")[2]


def _related(one: str, two: str) -> bool:
    """Whether two domains are the same, or one lies below the other; a top-level domain is related to nothing."""
    one, two = one.strip("."), two.strip(".")
    if "." not in one or "." not in two:
        return one == two != ""
    return one == two or one.endswith("." + two) or two.endswith("." + one)


def _foreign_from(mail: Mail, desk: Desk) -> int:
    """Return how many Received fields stand above what a foreign host wrote.

    A field below the one by which a host of ours took the mail from a foreign host came with the mail, whatever names it uses.
    """
    for above, hop in enumerate(mail.hops):
        if not _is_ours(hop.by_host, desk):
            return above
        if not _is_ours(hop.from_host, desk):
            return above + 1
    return len(mail.hops)


def _is_internal(mail: Mail, desk: Desk) -> bool:
    """Whether every hop is ours and no server, trusted or not, left a result."""
    hosts = [host for hop in mail.hops for host in (hop.from_host, hop.by_host)]
    return bool(hosts) and not mail.authentication and all(_is_ours(host, desk) for host in hosts)


def _is_ours(host: str, desk: Desk) -> bool:
    """Whether a host is a trusted server, or beside or below one; bare numbers and names without a domain are its inside."""
    if "." not in host or host.replace(".", "").isdigit() or ":" in host:
        return True
    for trusted in desk.trusted_authserv_ids:
        parent = trusted.partition(".")[2]
        if host == trusted or host.endswith("." + trusted) or ("." in parent and (host == parent or host.endswith("." + parent))):
            return True
    return False
