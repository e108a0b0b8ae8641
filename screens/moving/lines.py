"""A change of MIS in lines: what a rehearsal found, who is settled as whom, what is left to do afterwards."""

from __future__ import annotations

from misconsole.services.guided_views import MoveCandidate, MoveCase, MovePlan
from screens import glyphs
from screens.showing import Showing, counted, said_day
from screens.widgets.evidence import BANDS, field_lines, said_margin
from screens.widgets.lines import Line, Span, line, span, wrap

SHOWN = 5
KINDS = {
    "upn": "by UPN", "former_upn": "by former UPN", "local_upn": "by local UPN", "uln": "by ULN",
    "staff_code": "by staff code", "mis_id": "by MIS number",
}  # fmt: skip
REPORTS = {"yes": (glyphs.OK, "good"), "maybe": (glyphs.UNKNOWN, "warn")}


def choice_lines(plan: MovePlan, width: int) -> list[Line]:
    """What the operator should know before anything is typed: what goes on, what does not reach us."""
    lines = wrap(
        line(span(f"{plan.before} stays in use until you switch; this can be left and resumed.", "muted")),
        width,
    )
    for report, word in plan.supplies.items():
        if word == "yes":
            continue
        sign, kind = REPORTS.get(word, (glyphs.PROBLEM, "bad"))
        told = (
            f"{report.replace('-', ' ')}: {'perhaps not' if word == 'maybe' else 'not'} from {plan.mis_title}"
        )
        lines += wrap(line(span(f"{sign} {told}", kind)), width, indent=2)
    for route, text in plan.notes:
        where = f"{route}: " if route else ""
        lines += wrap(line(span(f"{glyphs.ATTENTION} {where}", "warn"), text), width, indent=2)
    return lines


def result_lines(plan: MovePlan, showing: Showing, width: int) -> list[Line]:
    """The numbers of the rehearsal, then who is concerned."""
    if plan.run is None or not plan.known:
        return []
    by = [(KINDS.get(kind, f"by {kind.replace('_', ' ')}"), n, "muted") for kind, n in plan.by.items()]
    waits = len(plan.short_list) - plan.open_cases
    rows = [
        ("people we know", plan.known, "strong"), ("found again for certain", plan.reanchored, "good"),
        *((f"  {words}", n, kind) for words, n, kind in by),
        ("to settle (short list)", plan.open_cases, "warn" if plan.open_cases else "good"),
        *([("settled by you", waits, "good")] if waits else []),
        ("not found; account stays", len(plan.lost), "warn" if plan.lost else "muted"),
        ("new people", plan.fresh, "muted"),
        *([("left, by the new MIS", plan.leavers, "warn")] if plan.leavers else []),
        ("accounts lost", plan.accounts_lost, _good_if_none(plan.accounts_lost)),
        ("accounts doubled", plan.accounts_doubled, _good_if_none(plan.accounts_doubled)),
    ]  # fmt: skip
    lines: list[Line] = [line(span("What the rehearsal found", "title"))]
    lines += [
        line(span(f"{words:<28} ", "muted"), span(f"{number:>6,}", kind)) for words, number, kind in rows
    ]
    if plan.held:
        lines += wrap(line(span(f"{glyphs.ATTENTION} {plan.held}", "warn")), width, indent=2)
    return lines + _sample(plan, showing, width) + _first_sync(plan, width)


def _good_if_none(number: int) -> str:
    return "bad" if number else "good"


def _sample(plan: MovePlan, showing: Showing, width: int) -> list[Line]:
    if not plan.lost:
        return []
    lines: list[Line] = [(), line(span("Not found", "strong"), span("  f shows all of them", "muted"))]
    for each in plan.lost[:SHOWN]:
        who = f"{glyphs.DOT} {showing.name(each.name)}, {each.role}"
        lines += wrap(line(who, span(f"  {showing.handle(each.username)}", "muted")), width, indent=2)
    return lines


def _first_sync(plan: MovePlan, width: int) -> list[Line]:
    run = plan.run
    if run is None:
        return []
    told = ", ".join(f"{n:,} {word}" for word, n in run.changes.items() if n and word != "unchanged")
    said = line(span("First sync then: ", "muted"), told or "nothing changed", span("  v shows it", "muted"))
    return [(), *wrap(said, width, indent=2)]


def done_lines(summary: str, plan: MovePlan, width: int) -> list[Line]:
    """After the switch: what was done, what to do next, and the key for each."""
    lines = wrap(line(span(f"{glyphs.OK} {summary}.", "good")), width, indent=2)
    lines += [(), line(span("What is left to do", "title"))]
    left = [("s", "the first sync, which reads the new MIS in full"),
            ("r", "goes to Non-MIS: review the accounts nobody has"),
            ("z", "takes the switch back, until the next sync")]  # fmt: skip
    for key, words in left:
        lines += wrap(line(span(key, "key"), f" {words}"), width, indent=2)
    for reminder in plan.reminders:
        lines += wrap(line(span(f"{glyphs.ATTENTION} ", "warn"), reminder), width, indent=2)
    return lines


def question_lines(plan: MovePlan) -> list[Line]:
    """The last look before the switch: numbers, what waits, what is held."""
    found = counted(plan.reanchored, "person is", "people are")
    lines = [line(f"{found} found again and keep account, exclusions and notes.")]
    if settled := sum(1 for case in plan.short_list if case.settled):
        lines.append(line(f"{counted(settled, 'case')} of the short list as you settled them."))
    if plan.open_cases:
        waits = counted(plan.open_cases, "case left open waits", "cases left open wait")
        lines.append(line(span(f"{waits} in Unmatched; accounts stay.", "warn")))
    if plan.lost:
        stays = counted(len(plan.lost), "account not found stays", "accounts not found stay")
        lines.append(line(f"{stays} in use, to be reviewed in Non-MIS."))
    if plan.leavers:
        goes = counted(plan.leavers, "account of a leaver is", "accounts of leavers are")
        lines.append(line(span(f"By the new MIS's dates {goes} unallocated by the first sync.", "warn")))
    lines.append(line(f"Accounts lost {plan.accounts_lost}, doubled {plan.accounts_doubled}."))
    if plan.held:
        lines.append(line(span(f"{glyphs.ATTENTION} {plan.held}", "warn")))
    return [*lines, line("History takes it back whole, until the next sync.")]


def case_lines(case: MoveCase, showing: Showing, width: int) -> list[Line]:
    """Somebody of the new MIS beside everybody they may be, as the unmatched queue shows it."""
    born = f"born {showing.birth(case.date_of_birth)}" if case.date_of_birth else "no date of birth"
    what = "member of staff" if case.role == "staff" else "pupil"
    who = line(span(showing.name(case.name), "strong"), span(f"   {what} {glyphs.DOT} {born}"))
    lines = wrap(who, width, indent=2)
    lines += wrap(settled_line(case), width)
    for number, one in enumerate(case.candidates[:9], start=1):
        lines += _candidate(number, one, case, showing, width)
    return lines


def settled_line(case: MoveCase) -> Line:
    if not case.settled:
        return line(span(f"{case.band}: ", BANDS.get(case.band, "muted")), span(case.reason, "muted"))
    words = "nobody of these; new to us" if case.settled == "new" else "settled"
    return line(
        span(f"{glyphs.OK} {words}", "good"), span(f"  by {case.settled_by}; u takes it back", "muted")
    )


STATES = {"same": ("the same person", "good"), "not-same": ("not the same", "muted"),
          "taken": ("settled as somebody else's", "muted")}  # fmt: skip


def _candidate(number: int, one: MoveCandidate, case: MoveCase, showing: Showing, width: int) -> list[Line]:
    account = showing.handle(one.username) or "no account"
    head: list[Span | str] = [
        span(f"{number} ", "key"),
        span(showing.name(one.name), "strong"),
        f"  {account}",
    ]
    if one.state:
        words, kind = STATES[one.state]
        head.append(span(f"  {words}", kind))
    level = said_margin(one, case.candidates)  # type: ignore[arg-type]
    head.append(span(f"  {one.score:.1f} bits, {level}", "muted"))
    fields = [field_lines(each, showing, width, 14 if width < 90 else 20) for each in one.evidence]
    return [*wrap(line(*head), width, indent=2), *(each for lines in fields for each in lines)]


def born(case: MoveCase, showing: Showing) -> str:
    return showing.birth(case.date_of_birth) if case.date_of_birth else said_day(None)
