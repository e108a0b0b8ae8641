"""Commands for looking at the columns of CSV files."""

from __future__ import annotations

from screens.commands import Command as C

MAPPING = (
    C(id="connect.columns", scope="connect", title="Columns", footer=11, keys=("l",),
      help="Look at the columns of the school's CSV files, and accept them."),
    C(id="moving.columns", scope="moving", title="Columns", footer=10, keys=("k",),
      help="Look at the columns of the CSV files the school moves to, and accept them."),
    C(id="columns.change", scope="columns", title="Change", footer=2, keys=("e",),
      help="Choose what the column under the cursor is, or what the file holds; so does Enter."),
    C(id="columns.leave-out", scope="columns", title="Leave out", footer=3, keys=("x",),
      help="Leave the column under the cursor out, or do not read the file at all."),
    C(id="columns.accept", scope="columns", title="Accept", footer=1, writes=True, keys=("a",),
      help="Accept all columns as they stand here; a sync reads by them."),
    C(id="columns.again", scope="columns", title="Guess again", footer=4, keys=("f5",),
      help="Read the files again and forget what was changed here and not accepted."),
)  # fmt: skip
