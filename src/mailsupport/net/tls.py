"""May these bytes leave the machine? One place for TLS contexts and for the refusal of clear text.

Rules for editing: certificates and host names are always verified, TLS is 1.2 or newer, and clear text goes to this machine
only. There is no switch to weaken any of it; a private authority is named by `ca_file`.
"""

from __future__ import annotations

import ipaddress
import ssl
from typing import Literal

from mailsupport.errors import UnsafeConnection

Security = Literal["tls", "starttls", "none"]
"""TLS from the first byte, TLS after STARTTLS (never optional), or clear text (this machine only)."""


def client_context(ca_file: str = "") -> ssl.SSLContext:
    """Return a verifying context of TLS 1.2 or newer; raises UnsafeConnection when `ca_file` cannot be used."""
    try:
        context = ssl.create_default_context(ssl.Purpose.SERVER_AUTH, cafile=ca_file or None)
    except (OSError, ssl.SSLError) as error:
        raise UnsafeConnection(f"the certificates in {ca_file} cannot be read: {error}", "check ca_file") from error
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def is_loopback(host: str) -> bool:
    """Return whether that host name or address is this machine."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def refuse_clear_text(host: str, security: Security) -> None:
    """Raise UnsafeConnection when the settings ask for clear text to another machine."""
    if security == "none" and not is_loopback(host):
        raise UnsafeConnection(
            f"{host} would be spoken to in clear text",
            'set security to "tls" or "starttls"; "none" is for this machine only',
        )


def certificate_trouble(error: ssl.SSLError) -> str:
    """Return in a few words what is wrong with the server's TLS."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate cannot be trusted: {error.verify_message}"
    return f"TLS failed: {error.reason or error}"


def is_hang_up(error: BaseException) -> bool:
    """Return whether the server merely left in the middle of TLS, as one does that restarts: that is nothing unsafe."""
    return isinstance(error, ssl.SSLEOFError | ssl.SSLZeroReturnError)
