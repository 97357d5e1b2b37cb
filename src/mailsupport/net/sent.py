"""Which folder holds what staff sent from their mail client? A flag of the server, else a name that mail clients use."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from imapclient import imap_utf7

SENT_NAMES = (
    "sent", "sent items", "sent messages", "sent mail",
    "gesendet", "gesendete elemente", "gesendete objekte", "gesendete nachrichten",
    "objets envoyés", "éléments envoyés", "messages envoyés", "envoyés",
    "enviados", "elementos enviados", "mensajes enviados", "correo enviado", "itens enviados", "mensagens enviadas",
    "inviati", "inviata", "posta inviata", "elementi inviati",
    "verzonden", "verzonden items", "verzonden berichten",
    "skickat", "skickade objekt", "sendt", "sendte elementer", "sendt post", "lähetetyt", "lähetetyt kohteet",
    "wysłane", "elementy wysłane", "odeslané", "odeslaná pošta", "odoslané", "elküldött elemek", "trimise",
    "отправленные", "надіслані", "gönderilmiş öğeler", "gönderilenler", "απεσταλμένα",
    "送信済み", "送信済みアイテム", "已发送", "已发送邮件", "寄件備份", "보낸 편지함",
)  # fmt: skip
"""What mail clients call the Sent folder, lower case, the likeliest first."""


@dataclass(frozen=True, slots=True)
class ListedFolder:
    """A line of the answer to LIST (RFC 3501 §7.2.2): attributes lower case, the server's separator, the whole name."""

    attributes: frozenset[str]
    separator: str
    name: str


def read_folder(attributes: Iterable[bytes], separator: bytes | None, name: bytes | str) -> ListedFolder | None:
    """Return a line of LIST as a value, or None when its name is no modified UTF-7 (RFC 3501 §5.1.3)."""
    try:
        text: str = imap_utf7.decode(name)
    except UnicodeError:
        return None
    flags = frozenset(flag.decode("ascii", "replace").lower() for flag in attributes)
    return ListedFolder(flags, (separator or b"").decode("ascii", "replace"), text)


def find_sent(folders: Iterable[ListedFolder]) -> str:
    """Return the name of the Sent folder, or "": RFC 6154 §2 \\Sent first, then the least nested known name."""
    usable = [folder for folder in folders if not folder.attributes & {"\\noselect", "\\nonexistent"}]
    marked = [folder.name for folder in usable if "\\sent" in folder.attributes]
    if marked:
        return marked[0]
    named = [(_depth(folder), SENT_NAMES.index(leaf), folder.name) for folder in usable if (leaf := _leaf(folder)) in SENT_NAMES]
    return min(named)[2] if named else ""


def _leaf(folder: ListedFolder) -> str:
    return (folder.name.rsplit(folder.separator, 1)[-1] if folder.separator else folder.name).casefold()


def _depth(folder: ListedFolder) -> int:
    return folder.name.count(folder.separator) if folder.separator else 0
