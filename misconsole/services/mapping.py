"""The columns of a school's CSV files: shown as guessed, changed, accepted, and kept with the connection.

Protects against reading wrong columns in silence: nothing is kept that a person has not accepted, a file
whose header changed is guessed anew (what was accepted of it stays as far as it fits), and a field never has
two columns.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

from connectors.csv_mapped.fields import FIELDS, KINDS, NOTHING
from connectors.csv_mapped.guess import ColumnGuess, FileGuess
from connectors.csv_mapped.mapping import FileMap, digest_of, dump, from_guess, parse, problems
from connectors.errors import BadSettings
from misconsole.errors import Conflict, NotFound, Usage
from misconsole.services import permits
from misconsole.services.desk import Desk
from misconsole.services.mapping_views import ColumnView, FieldChoice, FileView, MappingView

if TYPE_CHECKING:
    from connectors.delimited.table import Table

ROUTE = "csv"
SETTING = "mapping"
ACCEPTED, YOURS = "accepted", "yours"
SAMPLES = 3
Changes = Mapping[str, str]
NO_CHANGES: Changes = {}
Found = tuple[FileGuess, "Table"]


def columns(desk: Desk, school: str, *, changes: Changes = NO_CHANGES, move: bool = False) -> MappingView:
    """How the files would be read, with ``changes`` as if accepted; nothing is kept.

    ``move``: the files of the MIS that a prepared change moves to, instead of the connection in use.
    ``changes`` maps ``FILE`` → kind and ``FILE.COLUMN`` → field, or "-" to leave it out.  Raises Usage for
    a change that means nothing, ConnectorError for files that cannot be read.
    """
    path, confirmed = _settings(desk, school, move=move)
    found = _guessed(path, confirmed, changes)
    return _view(desk, school, path, confirmed, found)


def accept(
    desk: Desk, school: str, *, changes: Changes = NO_CHANGES, seen: str = "", move: bool = False
) -> MappingView:
    """Keep the columns as ``columns`` shows them with the same changes.

    ``seen``: the fingerprint of what the person looked at (``fingerprint``); Conflict when the files have
    other columns by now.  Raises Usage with the first reason why they cannot be read so.
    """
    permits.need(desk, "connect", school)
    path, confirmed = _settings(desk, school, move=move)
    found = _guessed(path, confirmed, changes)
    guesses = [each for each, _ in found]
    if seen and seen != _headers(guesses):
        raise Conflict("The files have changed since you looked at them.", mend="Look at the columns again.")
    files = from_guess(guesses)
    told = [said for key, each in files.items() for said in problems(key, each)]
    if told:
        raise Usage(told[0], mend="Change the columns named, or leave the file out.", code="bad_mapping")
    if all(each.kind == NOTHING for each in files.values()):
        raise Usage("No file would be read.", mend="Say what one of them holds.", code="bad_mapping")
    _keep(desk, school, {SETTING: dump(files)}, move=move)
    return _view(desk, school, path, files, _guessed(path, files, NO_CHANGES))


def _keep(desk: Desk, school: str, settings: Mapping[str, str], *, move: bool) -> None:
    """With the connection, or with the move; then access is asked again, for the files can be read now."""
    from misconsole.services import connect, move_prepare

    if move:
        move_prepare.correct(desk, school, settings, {})
        move_prepare.told_access(desk, school, None, ask=False)
    else:
        connect.set_settings(desk, school, settings=settings)
        connect.check_access(desk, school)


def fingerprint(view: MappingView) -> str:
    """Of the headers shown, to give to ``accept``."""
    return _together((file.key, tuple(each.label for each in file.columns)) for file in view.files)


def kinds() -> tuple[FieldChoice, ...]:
    """What a file can hold."""
    return tuple(FieldChoice(name=name, title=title) for name, title in KINDS.items())


def choices(kind: str) -> tuple[FieldChoice, ...]:
    """What a column of a file of that kind can be; leaving it out comes first."""
    rest = (FieldChoice(name=name, title=title) for name, title in FIELDS[kind].items())
    return (FieldChoice(name=NOTHING, title="left out"), *rest)


def _settings(desk: Desk, school: str, *, move: bool) -> tuple[str, dict[str, FileMap]]:
    """(path, accepted files); a mapping that cannot be read any more counts as none."""
    from misconsole.services import move_prepare
    from misconsole.services.access import setup_for

    route, setup = (move_prepare.setup_for if move else setup_for)(desk, school, lambda: False)
    if route != ROUTE:
        how = "moves to" if move else "is connected by"
        raise Usage(
            f"This school {how} {route}, where no columns need looking at.",
            mend=f"Only the route {ROUTE} has columns to accept.",
        )
    try:
        return setup.settings.get("path", ""), parse(setup.settings.get(SETTING, ""))
    except BadSettings:
        return setup.settings.get("path", ""), {}


def _guessed(path: str, confirmed: dict[str, FileMap], changes: Changes) -> list[Found]:
    from connectors.csv_mapped.opening import look
    from connectors.delimited.source import Source, whole_path

    with closing(Source(whole_path(path))) as source:
        plain = look(source)
        kinds_said, columns_said = _sorted_out([each for each, _ in plain], changes)
        said = {key: each.kind for key, each in confirmed.items()} | kinds_said
        found = look(source, kinds=said) if said else plain
    done = []
    for each, table in found:
        known = confirmed.get(each.key)
        before = known if known is not None and known.kind == each.kind else None
        done.append((_changed(_remembered(each, before), columns_said.get(each.key, {})), table))
    return done


def _sorted_out(
    guesses: list[FileGuess], changes: Changes
) -> tuple[dict[str, str], dict[str, dict[str, str]]]:
    """(kinds by file key, fields by file key and label) of what was said."""
    kinds_said: dict[str, str] = {}
    columns_said: dict[str, dict[str, str]] = {}
    for said, value in changes.items():
        file, label = _meant(guesses, said)
        if not label:
            if value not in KINDS:
                raise Usage(f"“{value[:40]}” is not a kind of file.", mend=f"Kinds: {', '.join(KINDS)}.")
            kinds_said[file.key] = value
        else:
            columns_said.setdefault(file.key, {})[label] = value
    return kinds_said, columns_said


def _meant(guesses: list[FileGuess], said: str) -> tuple[FileGuess, str]:
    """The file, and the column's label ("" for the file itself); file names and labels may have dots."""
    for each in guesses:
        for name in (each.file, each.key):
            if said.casefold() == name.casefold():
                return each, ""
            if said.casefold().startswith(f"{name.casefold()}."):
                return each, _label(each, said[len(name) + 1 :])
    files = ", ".join(each.file for each in guesses)
    raise NotFound(f"No file is meant by “{said[:60]}”.", mend=f"Write FILE.COLUMN=FIELD; files: {files}.")


def _label(file: FileGuess, said: str) -> str:
    labels = [column.label for column in file.columns]
    found = [each for each in labels if each == said] or [
        x for x in labels if x.casefold() == said.casefold()
    ]
    if not found:
        raise NotFound(
            f"{file.file} has no column “{said[:60]}”.", mend=f"Columns: {', '.join(labels)[:300]}."
        )
    return found[0]


def _remembered(guess: FileGuess, known: FileMap | None) -> FileGuess:
    """The guess, with what was accepted of the same columns before."""
    if known is None:
        return guess
    ours = FIELDS[guess.kind]
    fields = {label: name for label, name in known.columns.items() if name == NOTHING or name in ours}
    there = {column.label for column in guess.columns}
    taken = {name for label, name in fields.items() if label in there and name != NOTHING}
    columns_ = tuple(_kept(each, fields, taken) for each in guess.columns)
    return replace(guess, columns=columns_, score=1, reason=ACCEPTED)


def _kept(column: ColumnGuess, fields: Mapping[str, str], taken: set[str]) -> ColumnGuess:
    if column.label in fields:
        return replace(column, field=fields[column.label], score=1, reason=ACCEPTED, taken_by="")
    if column.field in taken:
        return replace(column, field=NOTHING, score=0.6, reason="its field was accepted for another column")
    return column


def _changed(guess: FileGuess, said: Mapping[str, str]) -> FileGuess:
    for label, value in said.items():
        field = _field(guess.kind, value)
        guess = replace(guess, columns=tuple(_column(each, label, field) for each in guess.columns))
    return guess


def _column(column: ColumnGuess, label: str, field: str) -> ColumnGuess:
    """The column said becomes the field; whichever had it is left out and says so."""
    if column.label == label:
        return replace(column, field=field, score=1, reason=YOURS, taken_by="")
    if field != NOTHING and column.field == field:
        return replace(
            column, field=NOTHING, score=1, reason=f"“{label}” is read as that now", taken_by=label
        )
    return column


def _field(kind: str, value: str) -> str:
    """By name or title."""
    value = value.strip()
    if value in ("", NOTHING, "left out"):
        return NOTHING
    for name, title in FIELDS[kind].items():
        if value.casefold() in (name.casefold(), title.casefold()):
            return name
    raise Usage(
        f"“{value[:40]}” is not a field of {KINDS[kind]}.",
        mend=f"Fields: {', '.join(name for name in FIELDS[kind] if '.' not in name)}; - leaves a column out.",
    )


def _view(
    desk: Desk, school: str, path: str, confirmed: dict[str, FileMap], found: list[Found]
) -> MappingView:
    from misconsole.services.schools import resolve

    with desk.store.read() as s:
        row = resolve(s, school)
    files = tuple(_file(each, table, confirmed.get(each.key)) for each, table in found)
    there = {each.key for each in files}
    missing = tuple(key for key, each in confirmed.items() if key not in there and each.kind != NOTHING)
    kept = bool(confirmed) and not missing and all(each.state == ACCEPTED for each in files)
    return MappingView(
        school=row.urn, school_name=row.name, path=path, accepted=kept, files=files, missing=missing
    )


def _file(guess: FileGuess, table: Table, known: FileMap | None) -> FileView:
    labels = [column.label for column in guess.columns]
    mapped = from_guess([guess])[guess.key]
    state = "new"
    if known is not None:
        state = ACCEPTED if known == mapped else "changed" if digest_of(labels) != known.head else "new"
    rows = table.sample()
    return FileView(
        key=guess.key, file=guess.file, kind=guess.kind, kind_title=KINDS[guess.kind],
        confidence=_sure(guess.confidence, guess.reason), reason=_why(guess.reason),
        written=table.described(), state=state, lost=_lost(mapped, known),
        problems=tuple(problems(guess.file, mapped)),
        columns=tuple(
            _column_view(each, guess.kind, [row[at] for row in rows])
            for at, each in enumerate(guess.columns)
        ),
    )  # fmt: skip


def _lost(now: FileMap, known: FileMap | None) -> tuple[str, ...]:
    """Titles of the fields that were accepted and have no column now."""
    if known is None or known.kind != now.kind:
        return ()
    have = now.fields()
    return tuple(FIELDS[now.kind].get(name, name) for name in known.fields() if name not in have)


def _column_view(column: ColumnGuess, kind: str, values: list[str | None]) -> ColumnView:
    title = "left out" if column.field == NOTHING else FIELDS[kind][column.field]
    samples = tuple(dict.fromkeys(each[:60] for each in values if each))[:SAMPLES]
    return ColumnView(
        label=column.label, field=column.field, title=title, samples=samples, taken_by=column.taken_by,
        confidence=_sure(column.confidence, column.reason), reason=_why(column.reason),
    )  # fmt: skip


def _sure(confidence: str, reason: str) -> str:
    return reason if reason in (ACCEPTED, YOURS) else confidence


def _why(reason: str) -> str:
    return {ACCEPTED: "as it was accepted", YOURS: "you said so"}.get(reason, reason)


def _headers(guesses: list[FileGuess]) -> str:
    return _together((each.key, tuple(column.label for column in each.columns)) for each in guesses)


def _together(files: Iterable[tuple[str, tuple[str, ...]]]) -> str:
    return digest_of([part for key, labels in files for part in (key, *labels)])
