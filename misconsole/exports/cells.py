"""Values on their way into somebody else's file: one line, harmless in a spreadsheet, never another identity.

Two kinds.  *Text* (names, titles) is mended: control characters, line ends and direction overrides go, and
so do leading signs that a spreadsheet would run as a formula.  *Identity* (ids, sign-in names, addresses) is
never altered: what does not fit leaves its row out, with the reason.
"""

from __future__ import annotations

import re
import unicodedata

from misconsole.exports.roster import Holder
from misconsole.exports.shapes import LeftOut, Made, Said

SIGNS = "=+-@＝＋－＠"  # what a spreadsheet takes for the beginning of a formula, full width too
ADDRESS = re.compile(r"[A-Za-z0-9][A-Za-z0-9._'+-]{0,63}@[A-Za-z0-9](?:[A-Za-z0-9-]*\.)+[A-Za-z0-9-]{2,63}")
LOCAL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._'+-]{0,63}")
_JOINERS = "\u200c\u200d"  # belong to the spelling of some names


def line(value: str | None) -> str:
    """``value`` on one line without anything that does not show."""
    if not value:
        return ""
    shown = (_kept(char) for char in value)
    return " ".join("".join(shown).split())


def _kept(char: str) -> str:
    kind = unicodedata.category(char)
    if kind in ("Cc", "Zl", "Zp"):
        return " "
    return "" if kind[0] == "C" and char not in _JOINERS else char


def safe(value: str | None) -> str:
    """``line`` without the signs that would make it a formula."""
    return line(value).lstrip(SIGNS + " ")


def address(value: str | None) -> str:
    """The address as it is, or "" where it is none that every reader takes."""
    return value if value and len(value) <= 113 and ADDRESS.fullmatch(value) else ""


def e164(phone: str | None, *, code: str = "44") -> str:
    """A number with its country's code ("+447700900441"), "" where that cannot be told."""
    text = line(phone)
    digits = re.sub(r"[^0-9]", "", text.replace("(0)", ""))
    if text.startswith("+"):
        found = digits
    elif digits.startswith("00"):
        found = digits[2:]
    else:
        found = code + digits[1:] if digits.startswith("0") else ""
    return f"+{found}" if 10 <= len(found) <= 15 and not found.startswith("0") else ""


class Sieve:
    """Gathers what was mended and whom a format left out, so that nothing is changed unseen."""

    def __init__(self, made: Made) -> None:
        self.made = made
        self._mended: dict[str, list[str]] = {}

    def text(self, label: str, column: str, value: str | None, *, longest: int = 0) -> str:
        """Mended text; what was taken off or cut is told by ``close``."""
        plain, kept = line(value), safe(value)
        if kept != plain:
            self._note("formula", f"{label} ({column})")
        if longest and len(kept) > longest:
            self._note("cut", f"{label} ({column})")
            kept = kept[:longest].rstrip()
        return kept

    def phone(self, label: str, value: str | None) -> str:
        """The number with its country's code; told where it had to be left out."""
        found = e164(value)
        if line(value) and not found:
            self._note("phone", label)
        return found

    def _note(self, code: str, where: str) -> None:
        self._mended.setdefault(code, []).append(where)

    def drop(self, holder: Holder, reason: str, mend: str) -> None:
        self.made.left_out.append(
            LeftOut(number=holder.number, label=holder.username, reason=reason, mend=mend)
        )

    def close(self) -> Made:
        told = {
            "formula": "A sign that a spreadsheet would run as a formula was taken off the beginning of",
            "phone": "Without the telephone number, whose country code is not certain:",
            "cut": "Too long for this format, and cut:",
        }
        for code, places in self._mended.items():
            more = f" and {len(places) - 5} more" if len(places) > 5 else ""
            self.made.notices.append(Said(code=code, message=f"{told[code]} {', '.join(places[:5])}{more}."))
        return self.made


def sign_in(holder: Holder, sieve: Sieve) -> str:
    """The full sign-in name, or "" with the holder left out."""
    found = address(holder.address)
    if not found:
        told = (
            f"“{holder.address}” is no address" if holder.address else "There is no sign-in name with domain"
        )
        sieve.drop(holder, f"{told}.", "Set the school's domain, or correct the account's address.")
    return found
