"""What does a bounce notification of Amazon SES say? It comes as JSON in a mail of Amazon SNS, with or without SNS's envelope.

In: the readable text of a mail from SNS. Out: the recipients and the ids of the mail that bounced, or None. Complaints and
deliveries are no bounces. For editing here: nothing in the JSON is of the kind it should be until it was looked at; a line may
have been folded inside a string.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mailsupport.core.model import BouncedRecipient
from mailsupport.core.reading.clean import clean_line
from mailsupport.core.reading.references import message_id

SENDER = "@sns.amazonaws.com"
"""From whom such mails come."""
_LIMIT = 256 * 1024
_AMAZON_ID = re.compile(r"[0-9a-zA-Z-]{8,100}")
_REGION = re.compile(r"arn:aws[a-z-]*:ses:([a-z]{2}(?:-[a-z]+)+-\d):")
_FIRST_REGION = "us-east-1"


@dataclass(frozen=True, slots=True)
class Notification:
    """A bounce that was told: who was not reached, the id that the sender gave the mail ("" when not told), the one in our own
    field, and the one under which Amazon sent it."""

    recipients: tuple[BouncedRecipient, ...]
    original_id: str
    own_id: str
    provider_id: str


def read_notification(text: str) -> Notification | None:
    """Return what was told; None when this is no bounce."""
    told = _object(text)
    if isinstance(told.get("Message"), str):
        told = _object(told["Message"])
    if "Bounce" not in (told.get("notificationType"), told.get("eventType")):
        return None
    recipients = tuple(
        BouncedRecipient(address, clean_line(_text(one, "status"), 20), _text(one, "action").lower() or "failed")
        for one in _list(_mapping(told, "bounce"), "bouncedRecipients")
        if (address := clean_line(_text(one, "emailAddress"), 320).lower())
    )
    mail = _mapping(told, "mail")
    stated = _field(mail, "message-id") or _text(_mapping(mail, "commonHeaders"), "messageId")
    return Notification(recipients, _id(stated), _id(_field(mail, "x-mailsupport-id")), _provider_id(mail))


def _field(mail: Mapping[str, Any], name: str) -> str:
    return next((_text(field, "value") for field in _list(mail, "headers") if _text(field, "name").lower() == name), "")


def _id(stated: str) -> str:
    return clean_line(message_id(stated))


def _provider_id(mail: Mapping[str, Any]) -> str:
    """Amazon sends under `messageId` at a name of the region, the oldest region's being `email`; "" when one is not told."""
    id_, region = _text(mail, "messageId"), _REGION.match(_text(mail, "sourceArn"))
    if region is None or not _AMAZON_ID.fullmatch(id_):
        return ""
    return f"{id_}@{'email' if region[1] == _FIRST_REGION else region[1]}.amazonses.com"


def _object(text: str) -> dict[str, Any]:
    """Return the first JSON object in a text, {} when there is none."""
    start = text[:_LIMIT].find("{")
    if start < 0:
        return {}
    try:
        found, _ = json.JSONDecoder(strict=False).raw_decode(text[:_LIMIT], start)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _mapping(value: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = value.get(key)
    return found if isinstance(found, dict) else {}


def _list(value: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    found = value.get(key)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _text(value: Mapping[str, Any], key: str) -> str:
    found = value.get(key)
    return found if isinstance(found, str) else ""
