"""The text of the hand-out screen: who, as what, where, how passwords look, who is told; what was done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from screens import glyphs
from screens.showing import Showing, counted
from screens.widgets.lines import Line, line, span, wrap

if TYPE_CHECKING:
    from misconsole.services.handout_views import Done, LeftOut, Preview, Wish

MOST = 6
KINDS = {
    "infants": "up to Year 2", "juniors": "Years 3 to 6", "seniors": "older pupils", "staff": "staff, others"
}  # fmt: skip
FORMS = {
    "slips": "slips to print and cut (PDF)", "csv": "a list (CSV)", "google": "Google Workspace, bulk upload",
    "entra": "Entra ID, bulk create", "sds": "School Data Sync, a folder of files",
}  # fmt: skip


def before(seen: Preview, wish: Wish, path: str, whom: str, showing: Showing, width: int) -> list[Line]:
    """What a hand-out would do."""
    lines = [*_fact("Who", f"{whom}: {counted(seen.count, 'new user')}", width)]
    if len(seen.groups) > 1:
        groups = ", ".join(f"{each.name} {each.count}" for each in seen.groups)
        lines += _fact("", groups, width, "muted")
    if seen.starting_later:
        have = "has" if seen.starting_later == 1 else "have"
        lines += _fact("", f"{seen.starting_later} of them {have} not started yet", width, "warn")
    each_group = ", a file for each registration group" if wish.split else ""
    lines += _fact("As", FORMS[wish.form] + each_group, width)
    lines += _fact("File", path, width, "strong")
    lines += _fact("", "only you can read it; nothing there is written over", width, "muted")
    lines.append(())
    for policy in seen.policies:
        change = ", to be changed at the first sign-in" if policy.must_change else ""
        told = f"{KINDS[policy.kind]} ({policy.count}): {policy.told}{change}"
        lines += _fact("Passwords" if policy is seen.policies[0] else "", told, width)
        lines += _fact("", f"such as {policy.example}", width, "muted")
    told = ", ".join(seen.targets)
    lines += _fact(
        "Directories", f"set at once in {told}" if told else "none here: only the file has them", width
    )
    lines += left_out(seen.left_out, showing, width)
    for act in seen.earlier[:1]:
        when = showing.when(act.at)
        lines += _fact("Before", f"{counted(act.count, 'password')}, {when}, by {act.by}", width, "muted")
    return lines


def after(done: Done, showing: Showing, width: int) -> list[Line]:
    """What was done, and what to do with the file."""
    said = f"{glyphs.OK} {counted(done.count, 'password')} set and written."
    lines = [*wrap(line(span(said, "good")), width), ()]
    lines += _fact("File", done.file, width, "strong")
    secret = "It holds passwords and is secret: print it, hand it out, then delete it."  # noqa: S105
    lines += _fact("", secret, width, "warn")
    lines += _fact("", "They cannot be shown again; a lost slip is a new password (a).", width, "muted")
    for notice in done.notices:
        lines += _fact("", showing.prose(notice, otherwise="Some names are in plain letters."), width, "warn")
    return [*lines, *left_out(done.left_out, showing, width)]


def left_out(left: tuple[LeftOut, ...], showing: Showing, width: int) -> list[Line]:
    lines: list[Line] = []
    for each in left[:MOST]:
        reason = showing.prose(each.reason, otherwise="the reason names somebody")
        told = f"{glyphs.ATTENTION} {showing.handle(each.username)}: {reason}"
        lines += _fact("" if lines else "Left out", told, width, "warn")
    if len(left) > MOST:
        lines += _fact("", f"and {len(left) - MOST} more; they go on waiting", width, "warn")
    return lines


def _fact(title: str, value: str, width: int, kind: str = "") -> list[Line]:
    return wrap(line(span(f"{title:<12} ", "muted"), span(value, kind)), width, indent=13)
