"""Commands of directories that accounts are written to: the targets, a push, their settings."""

from __future__ import annotations

from screens.commands import Command as C

TARGETS = (
    C(id="overview.targets", scope="overview", title="Targets", footer=5, keys=("t",),
      help="The directories this school's accounts are written to: set one up, rehearse a push, push."),
    C(id="targets.rehearse", scope="targets", title="Rehearse", footer=1, keys=("r",),
      help="What a push would do now, the troublesome first; so does Enter. Nothing is written anywhere."),
    C(id="targets.new", scope="targets", title="New", footer=2, writes=True, keys=("n",),
      help="Set up a directory: Active Directory or LDAP, Google Workspace, Microsoft 365."),
    C(id="targets.settings", scope="targets", title="Settings", footer=3, keys=("e",),
      help="Where the directory is, what goes there, where people live in it, its limits; and its test."),
    C(id="targets.last", scope="targets", title="Last push", footer=4, keys=("v",),
      help="The last push: stages, messages, whom a held one would touch; approve or reject it there."),
    C(id="targets.log", scope="targets", title="Log", footer=5, keys=("l",),
      help="What was asked of the directory, newest first: by whom, from what to what, what it answered."),
    C(id="targets.pause", scope="targets", title="Pause", footer=6, writes=True, keys=("p",),
      help="Pause the target under the cursor, or let it go on; a paused one is not written to."),
    C(id="targets.remove", scope="targets", title="Remove", footer=7, writes=True, keys=("x",),
      help="Forget the target here, after you confirm; nothing is touched there."),
    C(id="push.apply", scope="push", title="Push", footer=1, writes=True, keys=("a",),
      help="Write what the rehearsal shows, after you confirm; the limits guard it as they do a sync."),
    C(id="push.again", scope="push", title="Rehearse again", footer=2, keys=("r",),
      help="Read the directory again and work out anew what a push would do."),
    C(id="push.which", scope="push", title="Which", footer=3, keys=("w",),
      help="All, only what would be written, only what drifted there, only what can be adopted, in turn."),
    C(id="push.adopt", scope="push", title="Adopt", footer=4, writes=True, keys=("m",),
      help="Let the marked entries, or the one under the cursor, be ours: they were there before."),
    C(id="push.adopt-all", scope="push", title="Adopt exact", footer=5, writes=True, keys=("e",),
      help="Adopt every entry of the very same address and name in one go, where adopt=address is set."),
    C(id="target-settings.edit", scope="target-settings", title="Type", footer=1, writes=True, keys=("e",),
      help="Type another value for the line under the cursor; so does Enter. Secrets are never shown."),
    C(id="target-settings.test", scope="target-settings", title="Test", footer=2, keys=("t",),
      help="Test the connection and the rights there; nothing is written."),
)  # fmt: skip
