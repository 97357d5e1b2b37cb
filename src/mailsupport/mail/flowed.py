"""Which lines belong together? Undoes format=flowed (RFC 3676) and takes uuencoded files out of a text.

In: text of a part with its parameters. Out: text with paragraphs on one line, quote signs kept.
"""

from __future__ import annotations

_SIGNATURE = "-- "


def unflow(text: str, delete_space: bool) -> str:
    """Join the lines that a soft break ends (RFC 3676 §4); `delete_space` is DelSp=yes. A changed quote depth ends a line."""
    out: list[str] = []
    paragraph: list[str] = []
    depth_before = 0
    for line in text.split("\n"):
        depth, words = _unquoted(line)
        if paragraph and depth != depth_before:
            out.append(_prefix(depth_before) + "".join(paragraph))
            paragraph = []
        depth_before = depth
        if words == _SIGNATURE or not words.endswith(" "):
            out.append(_prefix(depth) + "".join([*paragraph, words]))
            paragraph = []
        else:
            paragraph.append(words[:-1] if delete_space else words)
    if paragraph:
        out.append(_prefix(depth_before) + "".join(paragraph))
    return "\n".join(out)


def _unquoted(line: str) -> tuple[int, str]:
    """Return a line's quote depth and its words, unstuffed (RFC 3676 §4.4, §4.5)."""
    words = line.lstrip(">")
    return len(line) - len(words), words.removeprefix(" ")


def _prefix(depth: int) -> str:
    return ">" * depth + " " if depth else ""
