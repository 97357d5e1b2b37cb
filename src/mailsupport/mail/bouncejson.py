"""What does a bounce notification of Amazon SES say? It comes as JSON in a mail of Amazon SNS, with or without SNS's envelope.

In: the readable text of a mail from SNS. Out: the recipients and the Message-ID of the mail that bounced, or None. Complaints and
deliveries are no bounces. For editing here: nothing in the JSON is of the kind it should be until it was looked at; a line may
have been folded inside a string.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from mailsupport.core.clean import clean_line
from mailsupport.core.model import BouncedRecipient
from mailsupport.core.references import message_id

SENDER = "@sns.amazonaws.com"
"""From whom such mails come."""
_LIMIT = 256 * 1024


def read_notification(text: str) -> tuple[tuple[BouncedRecipient, ...], str] | None:
    """Return who was not reached and the Message-ID of that mail ("" when not told); None when this is no bounce."""
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
    return recipients, _original_id(_mapping(told, "mail"))


def _original_id(mail: Mapping[str, Any]) -> str:
    """The header's Message-ID is the sender's; `mail.messageId` is only Amazon's."""
    stated = next((_text(field, "value") for field in _list(mail, "headers") if _text(field, "name").lower() == "message-id"), "")
    return clean_line(message_id(stated or _text(_mapping(mail, "commonHeaders"), "messageId")))


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
