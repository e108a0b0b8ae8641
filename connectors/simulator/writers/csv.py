"""The lists of a school as its MIS would export them by hand: each MIS in a dialect of its own."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import ClassVar

from connectors.simulator.csv_cells import Item, Lists
from connectors.simulator.csv_dialects import Dialect, Listing, dialect
from connectors.simulator.face import Typed, thinned
from connectors.simulator.faults import Fault
from connectors.simulator.schools import DemoSchool
from connectors.simulator.world import World


class CsvWriter:
    """``mapping`` is what the guess says, as if somebody had looked at it and accepted."""

    route: ClassVar[str] = "csv"

    def write(self, world: World, school: DemoSchool, folder: Path, spoilt: Sequence[Fault]) -> Typed:
        path = write_csv(world, school, folder, spoilt)
        return Typed(settings={"path": str(path), "mapping": accepted(path)})


def write_csv(world: World, school: DemoSchool, folder: Path, spoilt: Sequence[Fault] = ()) -> Path:
    """The folder, or the ZIP in it.  The fault "truncated" ends each file in the middle of a row."""
    how, lists = dialect(school.mis), Lists(world.roll(school.urn), dialect(school.mis))
    made = {
        name: table(how, file, thinned(list(lists.items(file.list)), spoilt))
        for name, file in how.files.items()
    }
    if any(fault.kind == "truncated" for fault in spoilt):
        made = {name: content[: len(content) * 2 // 3] for name, content in made.items()}
    if how.zipped:
        target = folder / f"{school.slug}-export.zip"
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in made.items():
                archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), content)
        return target
    for name, content in made.items():
        (folder / name).write_bytes(content)
    return folder


def table(how: Dialect, file: Listing, items: Sequence[Item]) -> bytes:
    """What the encoding does not have becomes a question mark, as it does in such exports."""
    text = io.StringIO(newline="")
    text.write("".join(f"{line}{how.newline}" for line in how.before))
    writer = csv.writer(
        text, delimiter=how.delimiter, lineterminator=how.newline,
        quoting=csv.QUOTE_ALL if how.quoted else csv.QUOTE_MINIMAL,
    )  # fmt: skip
    writer.writerow([caption for caption, _ in file.columns])
    writer.writerows([[item.get(name, "") for _, name in file.columns] for item in items])
    if how.after:
        text.write(f"{how.after.format(count=len(items))}{how.newline}")
    return text.getvalue().encode(how.encoding, "replace")


def accepted(path: Path) -> str:
    """The setting that accepting every guess gives."""
    from connectors.csv_mapped.mapping import dump, from_guess
    from connectors.csv_mapped.opening import look
    from connectors.delimited.source import Source

    with closing(Source(path)) as source:
        return dump(from_guess(found for found, _ in look(source)))


WRITER = CsvWriter()
