"""Whether a password is the one that was handed out, by a slow salted hash (scrypt), where one is kept."""

from __future__ import annotations

import base64
import hmac
from collections.abc import Callable

COST = 14  # log2 of scrypt's n: some 16 MB and a few hundredths of a second each
SALT, LENGTH = 16, 32


def proof(password: str, *, random: Callable[[int], bytes]) -> str:
    """What may be stored; ``random`` gives so many bytes."""
    salt = random(SALT)
    return f"scrypt${COST}${_text(salt)}${_text(_hash(password, salt, COST))}"


def holds(stored: str, password: str) -> bool:
    """Whether the proof is of that password; False for anything that is no proof."""
    try:
        name, cost, salt, kept = stored.split("$")
        if name != "scrypt" or not 10 <= int(cost) <= 20:
            return False
        return hmac.compare_digest(_hash(password, base64.b64decode(salt), int(cost)), base64.b64decode(kept))
    except ValueError:
        return False


def _hash(password: str, salt: bytes, cost: int) -> bytes:
    from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

    return Scrypt(salt=salt, length=LENGTH, n=2**cost, r=8, p=1).derive(password.encode())


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode()
