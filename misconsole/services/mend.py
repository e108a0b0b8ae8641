"""What was offered about the reason somebody has no account (``mend_offers``), carried out.

Each is a decision that exists anyway, so that it is signed, shows in the audit trail, and is taken back as it
would be elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from misconsole.services.desk import Desk
from misconsole.services.views import DecisionView, OfferView


@dataclass(frozen=True, slots=True)
class Done:
    """``said`` in a sentence; ``decision`` what takes it back, None where only its opposite does."""

    said: str
    decision: int | None = None


def carry_out(desk: Desk, school: str, offer: OfferView) -> Done:
    """Do it. Raises whatever the decision raises, with what mends it."""
    return DOERS[offer.does](desk, school, *offer.target)


def _do_accept_report(desk: Desk, school: str, report: str) -> Done:
    from misconsole.services import reports

    view = reports.accept(desk, school, report)
    return Done(f"Accepted the report {view.title}; it is read from the next sync on")


def _do_accept_field(desk: Desk, school: str, report: str, field: str) -> Done:
    from misconsole.services import reports

    view = reports.accept_field(desk, school, report, field)
    title = next(each.title for each in view.fields if each.name == field)
    return Done(f"Accepted the field {title} of {view.title}; it is read from the next sync on")


def _do_lift(desk: Desk, school: str, exclusion: str) -> Done:
    from misconsole.services import decide

    return _decided(decide.lift_exclusion(desk, school, int(exclusion)))


def _do_link(desk: Desk, school: str, person: str, account: str) -> Done:
    from misconsole.services import decide

    return _decided(decide.link(desk, school, int(person), int(account)))


def _do_create(desk: Desk, school: str, person: str) -> Done:
    from misconsole.services import decide

    return _decided(decide.create(desk, school, int(person)))


def _do_restore(desk: Desk, school: str, account: str) -> Done:
    from misconsole.services import decide

    return _decided(decide.restore(desk, school, int(account)))


def _decided(view: DecisionView) -> Done:
    return Done(view.summary, view.id)


def _do_set(desk: Desk, school: str, name: str, value: str) -> Done:
    from misconsole.services import schools

    schools.set_options(desk, school, {name: value})
    return Done(f"Set {name} to {value}; it counts from the next sync on")


def _do_mode(desk: Desk, school: str, mode: str) -> Done:
    from misconsole.services import modes

    return _decided(modes.change_mode(desk, school, mode))


def _do_sync(desk: Desk, school: str) -> Done:
    from misconsole.services import runs

    return Done(f"Started run {runs.start(desk, school)}")


DOERS: dict[str, Callable[..., Done]] = {
    "accept-report": _do_accept_report, "accept-field": _do_accept_field, "lift": _do_lift, "link": _do_link,
    "create": _do_create, "restore": _do_restore, "set": _do_set, "sync": _do_sync,
    "mode": _do_mode,
}  # fmt: skip
