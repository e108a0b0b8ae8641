"""Commands of exports, and those of the Overview that lead to what goes downstream and to names."""

from __future__ import annotations

from screens.commands import Command as C

EXPORT = (
    C(id="overview.export", scope="overview", title="Export", footer=5, keys=("e",),
      help="Files for Google, Microsoft, Apple, OneRoster, Active Directory, and plain tables."),
    C(id="overview.proposed", scope="overview", title="Renames", footer=6, keys=("r",),
      help="Renames that are proposed because a surname changed in the MIS; nobody is renamed by itself."),
    C(id="overview.new-users", scope="overview", title="New users", footer=7, keys=("n",),
      help="Accounts that were made and not handed out yet."),
    C(id="exports.preview", scope="exports", title="Preview", footer=1, keys=("v",),
      help="What the format under the cursor would write, and what changed since the last time."),
    C(id="exports.whom", scope="exports", title="Whom", footer=2, keys=("r",),
      help="Everybody, pupils, staff, others, in turn, as far as the format has a place for them."),
    C(id="exports.new", scope="exports", title="New only", footer=3, keys=("n",),
      help="Only accounts that are not handed out yet, or all of them."),
    C(id="exports.leavers", scope="exports", title="Leavers", footer=4, keys=("l",),
      help="Unallocated accounts too, as suspended, where the format can say so."),
    C(id="exports.options", scope="exports", title="Options", footer=5, keys=("o",),
      help="Type the options of the format under the cursor."),
    C(id="export-preview.write", scope="export-preview", title="Write", footer=1, writes=True, keys=("w",),
      help="Write the files to a folder you type, whole or not at all; only you can read them."),
    C(id="export-preview.again", scope="export-preview", title="Again", footer=2, keys=("f5",),
      help="Make the preview again."),
)  # fmt: skip
