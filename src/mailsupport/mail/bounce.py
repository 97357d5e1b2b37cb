"""x"""

from mailsupport.core.model import Bounce
from mailsupport.mail.parts import Part


def read_bounce(raw: bytes, parts: tuple[Part, ...], subject: str, text: str) -> Bounce | None:
    return None
