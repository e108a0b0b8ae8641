"""Commands of privacy: what is held on a person, and who is due for erasure."""

from __future__ import annotations

from screens.commands import Command as C

PRIVACY = (
    C(id="app.due", scope="app", title="Due for erasure",
      help="Leavers of the school in front of you with the clock of each, and erasing those who are due."),
    C(id="why.held", scope="why", title="All held", footer=7, keys=("i",),
      help="Everything that is held on this person: values, where they are from, and what was sent out."),
    C(id="held.answer", scope="held", title="Answer", footer=1, writes=True, keys=("a",),
      help="Write the answer to a subject access request to a folder; nobody else is named in it."),
    C(id="held.erase", scope="held", title="Erase", footer=2, writes=True, keys=("x",),
      help="Erase this person on request, for good, after you confirm; refused while they are in the MIS."),
    C(id="due.held", scope="due", title="All held", footer=1, keys=("i",),
      help="Everything that is held on the person under the cursor."),
    C(id="due.erase", scope="due", title="Erase due", footer=2, writes=True, keys=("x",),
      help="Erase everybody who is due, for good, after you confirm their number."),
)  # fmt: skip
