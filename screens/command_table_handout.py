"""Commands of new users and their hand-outs."""

from __future__ import annotations

from screens.commands import Command as C

HANDOUT = (
    C(id="new-users.hand-out", scope="new-users", title="Hand out", footer=1, writes=True, keys=("h",),
      help="Set first passwords and write them, for all who wait or those marked; shows first what happens."),
    C(id="new-users.rename", scope="new-users", title="Rename", footer=2, writes=True, keys=("r",),
      help="Give this account another username before it is handed out; the old one stays reserved."),
    C(id="new-users.no-slips", scope="new-users", title="No slips", footer=3, writes=True, keys=("f",),
      help="The marked ones, or the one under the cursor, need no slip and wait no longer; u takes it back."),
    C(id="new-users.log", scope="new-users", title="Log", footer=4, keys=("l",),
      help="Who printed passwords, when, and for whom."),
    C(id="handout.hand-out", scope="handout", title="Hand out", footer=1, writes=True, keys=("h",),
      help="Make the passwords, set and write them, after you type how many; it cannot be taken back."),
    C(id="handout.group", scope="handout", title="Whom", footer=2, keys=("g",),
      help="All who wait here, then each registration group, in turn."),
    C(id="handout.form", scope="handout", title="Form", footer=3, keys=("f",),
      help="Slips, a list, an upload for Google, Entra ID or School Data Sync, in turn."),
    C(id="handout.split", scope="handout", title="Split", footer=4, keys=("s",),
      help="One file for all, or a folder with one for each registration group."),
    C(id="handout.file", scope="handout", title="File", footer=5, keys=("p",),
      help="Type where the file is to be written; what is there already is never written over."),
    C(id="handout.lost", scope="handout", title="Lost slip", footer=6, writes=True, keys=("a",),
      help="A new password for somebody who was handed one already and lost it; type the username."),
)  # fmt: skip
