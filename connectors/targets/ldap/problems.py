"""What a directory answers when it does not do what was asked, told so that an operator can act."""

from __future__ import annotations

from collections.abc import Iterable

from connectors.errors import (
    BadAnswer,
    BadSettings,
    ConnectorError,
    NotAuthorised,
    TlsBlocked,
    TooLarge,
    Unreachable,
)
from connectors.http import CUT
from connectors.targets.base import EntryGone, NameTaken, TargetRefused

SUCCESS, NO_SUCH_OBJECT, ALREADY_EXISTS, NOT_LEAF = 0, 32, 68, 66

#: Result codes of RFC 4511 -> error and what happened.
_CODES: dict[int, tuple[type[ConnectorError], str]] = {
    1: (BadAnswer, "The directory could not do it"),
    2: (BadAnswer, "The directory did not understand"),
    3: (TooLarge, "The directory's time limit was reached before everything was read"),
    4: (TooLarge, "The directory's size limit was reached before everything was read"),
    7: (BadSettings, "The directory takes no sign-in by password"),
    8: (TlsBlocked, "The directory wants an encrypted connection"),
    10: (TargetRefused, "The directory refers us to another server, where we do not follow"),
    11: (TooLarge, "An administrative limit of the directory was reached"),
    13: (TlsBlocked, "The directory wants an encrypted connection"),
    19: (TargetRefused, "The directory's own rules say no"),
    NO_SUCH_OBJECT: (EntryGone, "There is no such entry"),
    48: (NotAuthorised, "The directory refuses this way of signing in"),
    49: (NotAuthorised, "The directory refuses the sign-in name or its password"),
    50: (TargetRefused, "Our sign-in has not the right to do this"),
    51: (Unreachable, "The directory is busy"),
    52: (Unreachable, "The directory is not available"),
    53: (TargetRefused, "The directory is unwilling"),
    NOT_LEAF: (TargetRefused, "There are other entries below this one"),
    ALREADY_EXISTS: (NameTaken, "There is another entry of this name"),
}
_MENDS: dict[int, str] = {
    3: "Choose a narrower base, or raise the limit for our sign-in in the directory. Nothing was changed.",
    4: "Allow our sign-in to read by pages without a limit, or choose a narrower base. Nothing was changed.",
    11: "Set page lower, or raise the limit for our sign-in in the directory. Nothing was changed.",
    8: "Set url to ldaps://, or leave plain at no.",
    13: "Set url to ldaps://, or leave plain at no.",
    10: "Set url to a server that holds the base itself and may write.",
    48: "Check bind_dn and bind_password of the target.",
    49: "Check bind_dn and bind_password of the target, and that the account is neither locked nor expired.",
    50: "Give our sign-in the right to do this there, or let the entry be: it may belong to somebody else.",
}


def problem(code: int, message: str, *, dn: str, doing: str, secrets: Iterable[str] = ()) -> ConnectorError:
    """The error for a result code; ``message`` is the directory's own and never repeats a secret."""
    kind, what = _CODES.get(code, (TargetRefused, "The directory refused"))
    told = clean(message, secrets)
    text = (
        f"{what}, while {doing}"
        + (f" {shown(dn)}" if dn else "")
        + (f": {told}" if told else f" (code {code})")
    )
    return kind(f"{text.rstrip('.')}.", mend=_MENDS.get(code, ""))


def clean(message: str, secrets: Iterable[str] = ()) -> str:
    """A foreign message on one line, without what it must not repeat, and not long."""
    for secret in secrets:
        if secret:
            message = message.replace(secret, CUT)
    line = " ".join("".join(char if char.isprintable() else " " for char in message).split())
    return line if len(line) <= 240 else f"{line[:239]}…"


def shown(dn: str) -> str:
    return f"“{clean(dn)}”"


def lost(doing: str) -> Unreachable:
    """After a request was sent: nobody knows whether it was done."""
    return Unreachable(
        f"The connection to the directory was lost while {doing}; it may have happened or not.",
        mend="Push again: what is there is looked at first, and nothing is made twice.",
    )
