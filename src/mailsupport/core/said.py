"""A short statement as a value: a code that templates put into words of the reader's language, and what it speaks of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Said:
    """`code` names a sentence in `words.toml`; `values` fill its {…}: text, numbers, and aware UTC instants."""

    code: str
    values: Mapping[str, object] = field(default_factory=dict)


def said(code: str, **values: object) -> Said:
    """Return a statement."""
    return Said(code, values)
