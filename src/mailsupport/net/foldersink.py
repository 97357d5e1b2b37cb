"""A folder that mail is "sent" into: for the demo, for trying settings, for looking at what would go out."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path

from mailsupport.ports import Handover, Outcome, Phase, RecipientResult


class FolderSink:
    """A folder as a relay: each mail becomes `<n>-<message id>.eml`, byte for byte, its envelope a .json file beside it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._next = 0

    async def send(self, sender: str, recipients: Sequence[str], raw: bytes) -> Handover:
        """Write the mail down and accept it for everybody; deferred when it cannot be written."""
        try:
            name = self._write(raw, {"from": sender, "to": list(recipients)})
        except OSError as error:
            results = tuple(RecipientResult(to, Outcome.DEFERRED, 0, str(error)) for to in recipients)
            return Handover(Phase.BEFORE, "connect", results)
        return Handover(Phase.DONE, "", tuple(RecipientResult(to, Outcome.ACCEPTED, 250, name) for to in recipients))

    async def close(self) -> None:
        """Nothing is open."""

    def _write(self, raw: bytes, envelope: dict[str, object]) -> str:
        self._path.mkdir(parents=True, exist_ok=True)
        self._next = self._next or 1 + max((_number_of(file) for file in self._path.glob("*.eml")), default=0)
        name = f"{self._next:05d}-{_message_id(raw)}"
        self._next += 1
        _write_whole(self._path / f"{name}.json", json.dumps(envelope, ensure_ascii=False).encode("utf-8", "surrogateescape"))
        _write_whole(self._path / f"{name}.eml", raw)
        return name


def _write_whole(file: Path, content: bytes) -> None:
    part = file.with_name(f".{file.name}.part")
    part.write_bytes(content)
    part.replace(file)


def _number_of(file: Path) -> int:
    digits = file.name.split("-", 1)[0]
    return int(digits) if digits.isdecimal() else 0


def _message_id(raw: bytes) -> str:
    found = re.search(rb"(?im)^message-id:\s*<?([^>\r\n]*)", raw[:64_000].split(b"\r\n\r\n", 1)[0])
    return re.sub(r"[^A-Za-z0-9._@-]", "_", found[1].decode("ascii", "replace"))[:100] if found else "no-id"
