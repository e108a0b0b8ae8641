"""Many usernames changed at once, rehearsed line by line before anything is written (M14, O3, O4, O8).

Decisions
  * A name ever held stays its holder's (Z8): nobody gets the old name of somebody else in the same batch,
    so no order of writing can go wrong; one's own earlier name may be taken back.
  * Whoever has a name of the wanted format already keeps it, number and all: run again, nothing changes.
  * Typed names come before made ones; the made are given out in a fixed order (kind, family name, given
    name, account), so that the same rehearsal twice is the same.
  * A line that cannot be done says why and keeps the old name; a line to be asked about can be done.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from misconsole.rules import suitable, usernames
from misconsole.rules.names import fold
from misconsole.rules.rename_lines import STAYING, WORDS, Ground, Line, Look, Rehearsal, Subject
from misconsole.rules.usernames import Format, FormatError

ALLOWED = frozenset("abcdefghijklmnopqrstuvwxyz0123456789.-_")


NAMELESS = "It has no person's name to make one of, so it stays as it is; type a name if it is to change."


def wrong_shape(name: str) -> str:
    """Why no account can be called that, "" if one can (M8, M7 for typed names, Z7)."""
    if not 1 <= len(name) <= usernames.MAX_LENGTH:
        return f"A username has 1 to {usernames.MAX_LENGTH} characters; this one has {len(name)}."
    if strange := sorted(set(name.lower()) - ALLOWED):
        return f"“{strange[0]}” may not stand in a username."
    return ""


def rehearse(
    subjects: Iterable[Subject],
    *,
    ground: Ground,
    formats: Mapping[str, Format],
    typed: Mapping[int, str] | None = None,
) -> Rehearsal:
    """Every line old -> new. ``formats`` by kind: a kind without one keeps its names unless typed.

    ``typed`` names go before the format; an empty one keeps the account as it is.
    """
    work = _Work(ground, dict(typed or {}))
    ordered = sorted(subjects, key=_order)
    for subject in ordered:
        if subject.account_id in work.typed:
            work.put(_typed(subject, work))
    rest = [each for each in ordered if each.account_id not in work.typed]
    work.find_keepers(rest, formats)
    for subject in rest:
        work.put(_made(subject, formats.get(subject.kind), work))
    lines = tuple(sorted(work.lines, key=lambda each: each.look))
    return Rehearsal(lines=lines, downstream=tuple(_downstream(ordered, lines, ground)))


def _order(subject: Subject) -> tuple[str, str, str, int]:
    return (subject.kind, fold(subject.family), fold(subject.given), subject.account_id)


class _Work:
    """What was given out so far in this rehearsal, on top of the ground."""

    def __init__(self, ground: Ground, typed: dict[int, str]) -> None:
        self.ground = ground
        self.typed = typed
        self.lines: list[Line] = []
        self.given: dict[str, int] = {}
        self.keepers: set[int] = set()
        self.twice = _twice(typed)

    def put(self, line: Line) -> None:
        self.lines.append(line)
        self.given.setdefault(line.new.lower(), line.account_id)

    def find_keepers(self, subjects: Sequence[Subject], formats: Mapping[str, Format]) -> None:
        """Those who have a name of their format already; first of all, so that nobody is moved off it."""
        for each in subjects:
            form = formats.get(each.kind)
            if (
                form is not None
                and _of_format(each, form)
                and self.owner(each.username, each) == each.account_id
            ):
                self.keepers.add(each.account_id)

    def owner(self, name: str, subject: Subject) -> int | None:
        """Whose the name is: the subject's own id when it may have it, else another's, 0 when forgotten."""
        key, me = name.lower(), subject.account_id
        if self.given.get(key, me) != me:
            return self.given[key]
        holder = self.ground.held.get(key, me)
        if holder != me:
            return holder or 0
        return self.ground.addresses.get(self.address(key).lower(), me) if self.ground.domain else me

    def address(self, name: str) -> str:
        return usernames.email(name, self.ground.domain) if self.ground.domain else ""


class _TakenFor:
    """What is taken, as seen by one account: its own names are not."""

    def __init__(self, work: _Work, subject: Subject) -> None:
        self._work, self._subject = work, subject

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and self._work.owner(name, self._subject) != self._subject.account_id


def _twice(typed: Mapping[int, str]) -> set[str]:
    seen: set[str] = set()
    return {key for each in typed.values() if (key := each.strip().lower()) in seen or seen.add(key)}  # type: ignore[func-returns-value]


def _of_format(subject: Subject, form: Format) -> bool:
    base = _base(subject, form)
    return usernames.sequence(subject.username, base, form) is not None


def _base(subject: Subject, form: Format) -> usernames.Base:
    year = subject.year_of_entry if subject.kind == "pupil" else None
    return usernames.base(form, given=subject.given, family=subject.family, year_of_entry=year)


def _typed(subject: Subject, work: _Work) -> Line:
    name = work.typed[subject.account_id].strip()
    if not name or name == subject.username:
        return _line(subject, work, subject.username, Look.SAME, typed=True)
    if wrong := wrong_shape(name):
        return _refused(subject, wrong, typed=True)
    if name.lower() in work.twice:
        return _refused(subject, f"{name} is typed for two accounts.", typed=True)
    if work.owner(name, subject) != subject.account_id:
        return _refused(subject, _whose(name, work), typed=True)
    return _judged(subject, work, name, [], typed=True)


def _whose(name: str, work: _Work) -> str:
    key = name.lower()
    if key in work.given:
        return f"{name} goes to another line of this rehearsal."
    if key in work.ground.held:
        return f"{name} is or was somebody else's and is never given out again."
    return f"The address {work.address(name)} is somebody else's."


def _made(subject: Subject, form: Format | None, work: _Work) -> Line:
    if form is None or subject.account_id in work.keepers:
        return _line(subject, work, subject.username, Look.SAME)
    if not fold(subject.given) and not fold(subject.family):
        return _line(subject, work, subject.username, Look.NAMELESS, [NAMELESS])
    try:
        form.for_role("pupil" if subject.kind == "pupil" else "staff")
        base = _base(subject, form)
        name = usernames.unique(base, form, _TakenFor(work, subject))
    except FormatError as problem:
        return _refused(subject, str(problem))
    if name == subject.username:
        return _line(subject, work, name, Look.SAME)
    said: list[tuple[Look, str]] = []
    if name != base.text:
        said.append((Look.COLLISION, f"{base.text} is or was somebody else's, so it gets a number."))
    if base.review:
        said.append((Look.ASK, base.review))
    if usernames.cut(base, form):
        said.append((Look.CUT, f"The name is cut to {usernames.MAX_LENGTH} characters."))
    return _judged(subject, work, name, said)


def _judged(
    subject: Subject, work: _Work, name: str, said: list[tuple[Look, str]], *, typed: bool = False
) -> Line:
    if asked := suitable.question(name, given=subject.given, family=subject.family):
        said.append((Look.ASK, asked))
    said.sort(key=lambda each: each[0])
    look = said[0][0] if said else Look.CHANGE
    return _line(subject, work, name, look, [text for _, text in said], typed=typed)


def _refused(subject: Subject, why: str, *, typed: bool = False) -> Line:
    return Line(
        account_id=subject.account_id, name=subject.name, kind=subject.kind, old=subject.username,
        new=subject.username, look=Look.PROBLEM, said=(why,), old_email=subject.email or "",
        email=subject.email or "", typed=typed,
    )  # fmt: skip


def _line(
    subject: Subject, work: _Work, name: str, look: Look, said: Sequence[str] = (), *, typed: bool = False
) -> Line:
    changes = look not in STAYING
    why = (subject.why,) if subject.why else ()
    return Line(
        account_id=subject.account_id, name=subject.name, kind=subject.kind, old=subject.username, new=name,
        look=look, said=(*why, *said), old_email=subject.email or "",
        email=(work.address(name) if changes else "") or subject.email or "", typed=typed,
    )  # fmt: skip


def _downstream(subjects: Sequence[Subject], lines: Sequence[Line], ground: Ground) -> Iterable[str]:
    changed = {each.account_id for each in lines if each.changes}
    moved = [each for each in subjects if each.account_id in changed]
    in_use = sum(each.in_use for each in moved)
    aliases = sum(bool(each.alias) for each in lines)
    if not moved:
        return
    if in_use:
        yield f"In use: {in_use:,}; whoever has them signs in with the new name from then on."
    if len(moved) > in_use:
        yield f"Never handed out: {len(moved) - in_use:,}; nobody has to be told."
    if aliases:
        yield f"New addresses: {aliases:,}; the old ones stay as aliases and still reach them."
    if not ground.domain:
        yield "The school has no e-mail domain, so addresses stay as they are."
    yield "Directories and exports that go by account id rename; what goes by username takes them for new."


__all__ = [
    "ALLOWED", "STAYING", "WORDS", "Ground", "Line", "Look", "Rehearsal", "Subject", "rehearse", "wrong_shape"
]  # fmt: skip
