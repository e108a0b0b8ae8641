"""What a school decides on first passwords: how they look, who gets them how, what a slip says (P)."""

from __future__ import annotations

from misconsole.rules import passwords
from misconsole.rules.setting import Setting

HANDOUT, FORGOTTEN = "handout", "forgotten"
NOTHING, HASH = "none", "hash"
USUAL = "the usual sign-in page"
STEPS = (
    "Go to the sign-in page.|Type your username as it stands here, then your password.|"
    "Keep this slip to yourself. Nobody from school will ask you for your password."
)
LINE_END = "|"
MOST_STEPS, LONGEST_STEP = 6, 100
_WHOM = {
    "infants": "pupils up to Year 2", "juniors": "pupils of Years 3 to 6",
    "seniors": "older pupils, and those of no known year", "staff": "staff and everybody else",
}  # fmt: skip


def steps(text: str) -> tuple[str, ...]:
    """The first steps, a line each."""
    return tuple(line.strip() for line in text.split(LINE_END) if line.strip())


def _check_steps(text: str) -> object:
    found = steps(text)
    if len(found) > MOST_STEPS or any(len(line) > LONGEST_STEP for line in found):
        raise ValueError(f"First steps are up to {MOST_STEPS} lines of up to {LONGEST_STEP} characters.")
    return _check_line(text)


def _check_line(text: str) -> object:
    if not text.strip() or not text.isprintable() or len(text) > (MOST_STEPS + 1) * LONGEST_STEP:
        raise ValueError("It is a text without line ends or control characters.")
    return text


def _check_place(text: str) -> object:
    if len(text) > LONGEST_STEP:
        raise ValueError(f"It has up to {LONGEST_STEP} characters.")
    return _check_line(text)


def _policy(kind: str) -> Setting:
    return Setting(
        name=f"password_{kind}", kind="text", default=passwords.DEFAULTS[kind], check=passwords.parse,
        takes="a policy: words=1 to 6, and if wanted digits=, least= (characters), classes= (kinds of them)",
        doc=f"First passwords of {_WHOM[kind]} (P3).",
    )  # fmt: skip


SETTINGS: tuple[Setting, ...] = (
    Setting(name="first_password", kind="choice", default=HANDOUT, choices=(HANDOUT, FORGOTTEN),
            doc="How people of new accounts get in: by a slip, or by Forgot password, without one (P8)."),
    *map(_policy, passwords.KINDS),
    Setting(name="password_change", kind="words", choices=passwords.KINDS, default=("staff",),
            doc="Who has to choose another password at the first sign-in, where a directory can ask it."),
    Setting(name="password_proof", kind="choice", default=NOTHING, choices=(NOTHING, HASH),
            doc="What is kept of a handed out password: nothing, or a slow salted hash to check one by."),
    Setting(name="sign_in_at", kind="text", default=USUAL, check=_check_place,
            takes="a line of up to 100 characters", doc="Where to sign in, for slips and lists."),
    Setting(name="first_steps", kind="text", default=STEPS, check=_check_steps,
            takes="up to six lines, with | between them", doc="What a slip tells to do first."),
)  # fmt: skip
