"""Commands of the audit trail."""

from __future__ import annotations

from screens.commands import Command as C

AUDIT = (
    C(id="app.audit", scope="app", title="Audit trail",
      help="Who decided what, when, from where and on what evidence, over all schools."),
    C(id="history.audit", scope="history", title="Audit", footer=3, keys=("a",),
      help="The audit trail of this school: who decided what, from where and on what evidence."),
    C(id="audit.narrow", scope="audit", title="Narrow", footer=1, keys=("f",),
      help="By kind, by days, by who decided, by words and by evidence, over the whole trail."),
    C(id="audit.all", scope="audit", title="All", keys=("a",), help="Every decision again."),
    C(id="audit.verify", scope="audit", title="Verify", footer=2, keys=("v",),
      help="Look whether the whole trail is as it was sealed: nothing changed, missing or cut off."),
    C(id="audit.export", scope="audit", title="Export", footer=3, keys=("e",),
      help="Write what was asked for, or what the filter shows, to a .csv or .jsonl file, for you alone."),
    C(id="audit.again", scope="audit", title="Refresh", keys=("f5",), help="Read the trail again."),
)  # fmt: skip
