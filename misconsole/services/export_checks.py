"""What stands before an export: a wish that the format cannot serve, a report that is not accepted, and a set
of files that would take people away from its reader unseen."""

from __future__ import annotations

from data.tables import School
from misconsole.errors import Held, MisconsoleError, NotFound, Usage
from misconsole.exports.shapes import Format, Said
from misconsole.rules import limits
from misconsole.services.export_changes import marks
from misconsole.services.export_roster import Allowed
from misconsole.services.export_views import Ready, Wish
from misconsole.services.schools import options_of


def wish_fits(wish: Wish, chosen: Format) -> None:
    for role in wish.roles:
        if role not in chosen.roles:
            words = ", ".join(chosen.roles)
            raise Usage(f"{chosen.title} has no place for {role[:20]} accounts.", mend=f"Roles: {words}.")
    if wish.fresh_only and chosen.whole_set:
        raise Usage(
            f"{chosen.title} takes whoever is missing for gone, so --new would take all others away.",
            mend="Leave --new out.",
        )
    if wish.leavers and not chosen.leavers:
        raise Usage(
            f"{chosen.title} leaves leavers out; that is how it takes them away.",
            mend="Leave --leavers out.",
        )


def flows(school: School, chosen: Format, may: Allowed) -> None:
    if chosen.id == "contacts" and "contact" not in may.accepted:
        raise MisconsoleError(
            f"{school.name} has not accepted the report Contacts, so none may be exported.",
            mend="Accept it first (misconsole reports SCHOOL accept contacts).", code="report_not_accepted",
        )  # fmt: skip


def held(school: School, ready: Ready, wish: Wish) -> None:
    """Nothing to export, fewer files than the last time, or too many who would go: somebody has to look."""
    people = [len(table.rows) for table in ready.made.tables if of_people(ready.chosen, table.spec.name)]
    if not sum(people):
        raise NotFound(
            f"{school.name} has nobody to put into this export; nothing was written.",
            mend="Look at what it leaves out (misconsole export SCHOOL --format F).",
            code="nothing_to_export",
        )  # fmt: skip
    told = set(ready.before.detail.get("tables", ())) if ready.before else set()
    gone = sorted(told - set(marks(ready.made)))
    if gone and ready.chosen.whole_set and not wish.fewer_files:
        raise Held(
            f"The last export had {', '.join(gone)}; this one would not, and the reader takes that for gone.",
            mend="Ask for the same as the last time, or say --fewer-files.", code="fewer_files",
        )  # fmt: skip
    for each in ready.view.changes:
        before = each.rows - each.added + each.removed
        limit = options_of(school).limit("unallocate")
        matters = ready.chosen.whole_set and of_people(ready.chosen, each.file)
        if matters and not wish.accept_removals and limits.trips(each.removed, before, limit):
            raise Held(
                f"{each.removed} of {before} would be missing in {each.file}; nothing was written.",
                mend="Look at who (without --out), then say --accept-removals.", code="many_removals",
            )  # fmt: skip


def standing(school: School, ready: Ready, wish: Wish) -> tuple[Said, ...]:
    """What ``held`` would say now, to be shown beforehand."""
    try:
        held(school, ready, wish)
    except (Held, NotFound) as reason:
        return (Said(code=reason.code, message=f"{reason.message} {reason.mend}".strip()),)
    return ()


_PEOPLE = ("users", "students", "staff", "Student", "Teacher", "create", "accounts", "people", "contacts")


def of_people(chosen: Format, file: str) -> bool:
    """Whether a file's rows are people; the classes of the plain table count as such."""
    stem = file.removesuffix(".csv").removesuffix("-{n}")
    return stem.rpartition("-")[2] in _PEOPLE or (chosen.id == "classes" and stem == "classes")
