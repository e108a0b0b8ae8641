"""Names of entries (RFC 4514) and values in filters (RFC 4515), from text that anybody may have written.

Whatever could mean something is written as its bytes in hexadecimal, so no name reaches out of its own
segment and no value out of its own comparison.
"""

from __future__ import annotations

import re

_PLAIN = re.compile(r"[A-Za-z0-9@._'-]")
_STEP = re.compile(rb"\\([0-9A-Fa-f]{2})|\\(.)", re.DOTALL)
_PART = re.compile(r"\s*([A-Za-z][A-Za-z0-9-]*|\d+(?:\.\d+)*)\s*=(.*)", re.DOTALL)


def escape(value: str) -> str:
    """A value fit to stand in a DN; spaces inside stay readable, letters beyond ASCII as they are."""
    last = len(value) - 1
    return "".join(
        char if _PLAIN.match(char) or char.isalnum() or (char == " " and 0 < at < last) else _hex(char)
        for at, char in enumerate(value)
    )


def rdn(attribute: str, value: str) -> str:
    return f"{attribute}={escape(value)}"


def literal(value: str | bytes) -> str:
    """A value fit to stand in a filter."""
    raw = value.encode() if isinstance(value, str) else value
    return "".join(f"\\{byte:02x}" if not _PLAIN.match(chr(byte)) else chr(byte) for byte in raw)


def equals(attribute: str, value: str | bytes) -> str:
    return f"({attribute}={literal(value)})"


def any_of(*filters: str) -> str:
    return f"(|{''.join(filters)})"


def all_of(*filters: str) -> str:
    return f"(&{''.join(filters)})"


def split(dn: str, at: str = ",") -> tuple[str, ...]:
    """A DN cut at its commas, escapes kept: the entry's own name first.  ``at=";"`` cuts a list of DNs."""
    parts, start, skip = [], 0, False
    for where, char in enumerate(dn):
        if skip:
            skip = False
        elif char == "\\":
            skip = True
        elif char == at:
            parts.append(dn[start:where])
            start = where + 1
    return tuple(part for part in (*parts, dn[start:]) if part.strip())


def pair(part: str) -> tuple[str, str]:
    """Attribute and value of one segment, the value as text. Raises ValueError if it is none."""
    found = _PART.fullmatch(part)
    if not found:
        raise ValueError("not a segment of a DN")
    return found[1], _unescape(found[2])


def parent(dn: str) -> str:
    return ",".join(split(dn)[1:])


def key(dn: str) -> tuple[tuple[str, str], ...]:
    """Two spellings of the same DN have the same key. Raises ValueError for what is no DN."""
    return tuple((attribute.lower(), fold(value)) for attribute, value in map(pair, split(dn)))


def within(dn: str, base: str) -> bool:
    """The base itself, or below it."""
    above = key(base)
    return key(dn)[-len(above) :] == above


def fold(value: str) -> str:
    """As directories compare text: without case, spaces folded."""
    return " ".join(value.split()).casefold()


def _hex(char: str) -> str:
    return "".join(f"\\{byte:02X}" for byte in char.encode())


def _unescape(value: str) -> str:
    """Spaces around a value mean nothing unless escaped."""
    bare = value.lstrip(" ")
    kept = bare.rstrip(" ")
    if len(kept) < len(bare) and (len(kept) - len(kept.rstrip("\\"))) % 2:
        kept += " "
    raw = _STEP.sub(lambda step: bytes.fromhex(step[1].decode()) if step[1] else step[2], kept.encode())
    return raw.decode("utf-8", "replace")
