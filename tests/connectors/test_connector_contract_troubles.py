"""What every connector promises when its source fails it: an error that can be acted on, or everything.

Nothing between: a report that is ``Finished`` was read whole, whatever happened on the way (Z20).
"""

from __future__ import annotations

import inspect
import logging
import traceback
from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from harness import CANARY, PEOPLE, TODAY, Harness, Person, harnesses, read, records, reports_of
from troubles import (
    Answer,
    Expiring,
    Once,
    cut_off,
    each,
    in_the_middle,
    refused,
    too_often,
    unreadable,
)

from connectors import registry
from connectors.base import AccessState, FetchesContacts
from connectors.errors import AccessRefused, ConnectorError, EmptyExtract, NotAuthorised
from connectors.records import (
    Batch,
    Contact,
    ContactLink,
    ExtractRequest,
    Finished,
    Notice,
    Pupil,
    Report,
    Staff,
)

HARNESSES = harnesses()
FILES = sorted(r for r in HARNESSES if registry.declaration(r).kind == "files")
HTTP = sorted(set(HARNESSES) - set(FILES))
MANY = (
    *(Person(id=f"A{n}", given=f"Pupil{n}") for n in range(1, 13)),
    *(Person(id=f"S{n}", role="staff", given=f"Adult{n}") for n in range(1, 13)),
)  # fmt: skip


def same(source: Any) -> Any:
    return source


def of(harness: Harness, people: tuple[Person, ...], around: Any) -> tuple[list[Any], ConnectorError | None]:
    """What came before it ended, and the error it ended with."""
    came: list[Any] = []
    with harness.serve(people, around=around) as served:
        connector = harness.make(served.setup)
        try:
            for item in connector.extract(ExtractRequest(reports=reports_of(harness), today=TODAY)):
                came.append(item)
        except ConnectorError as problem:
            return came, problem
        finally:
            connector.close()
            assert list(served.writes()) == []
    return came, None


def finished(items: list[Any]) -> set[Report]:
    return {item.report for item in items if isinstance(item, Finished)}


def ids(items: list[Any], kind: type) -> list[str]:
    return sorted(one.source_id for one in records(items, kind))


def whole(items: list[Any], people: tuple[Person, ...]) -> None:
    """What is finished came once each and to the last."""
    for report, role, kind in ((Report.STUDENTS, "pupil", Pupil), (Report.STAFF, "staff", Staff)):
        if report in finished(items):
            assert ids(items, kind) == sorted(p.id for p in people if p.role == role), report


@pytest.mark.parametrize("route", sorted(HARNESSES))
def test_every_harness_offers_what_its_kind_of_source_can_suffer(route: str) -> None:
    harness = HARNESSES[route]
    assert "around" in inspect.signature(harness.serve).parameters, f"{route}: serve takes no around"
    assert harness.broken, f"{route}: nothing of its own is broken"
    if route in FILES:
        assert harness.roll, f"{route}: no file named that the pupils stand in"
    else:
        assert harness.page, f"{route}: no rows a page"
        ways = {"silence", "nonsense", "page", "elsewhere", "damaged gzip", "401", "403", "429", "500"}
        assert ways <= harness.broken.keys(), f"{route} lacks {sorted(ways - harness.broken.keys())}"


# -- who is let in --------------------------------------------------------------------


@pytest.mark.parametrize("route", HTTP)
def test_refused_credentials_are_a_state_and_an_error(route: str) -> None:
    harness = HARNESSES[route]
    with harness.serve(PEOPLE, around=refused) as served:
        connector = harness.make(served.setup)
        told = connector.access()
        connector.close()
    assert told.state in (AccessState.REFUSED, AccessState.REVOKED)
    assert told.message
    assert told.mend
    items, problem = of(harness, PEOPLE, refused)
    assert isinstance(problem, NotAuthorised | AccessRefused)
    assert not finished(items)


def _requests(harness: Harness) -> int:
    """How many a whole reading takes, those for a token left out."""
    counted = 0

    def counting(answer: Answer) -> Answer:
        def count(asked: Any) -> Any:
            nonlocal counted
            counted += asked.path != harness.token
            return answer(asked)

        return count

    items, problem = of(harness, MANY, counting)
    assert problem is None
    assert finished(items) >= {Report.STUDENTS, Report.STAFF}
    return counted


@pytest.mark.parametrize("part", [0.3, 0.6, 0.9])
@pytest.mark.parametrize("route", HTTP)
def test_access_that_ends_in_mid_run_ends_the_run(route: str, part: float) -> None:
    harness = HARNESSES[route]
    after = int(_requests(harness) * part)
    items, problem = of(harness, MANY, lambda answer: Expiring(answer, after, harness.token, for_good=True))
    assert isinstance(problem, NotAuthorised | AccessRefused), problem
    assert problem.mend
    whole(items, MANY)


@pytest.mark.parametrize("part", [0.3, 0.6, 0.9])
@pytest.mark.parametrize("route", [route for route in HTTP if HARNESSES[route].token])
def test_a_token_that_expires_in_mid_run_is_renewed_and_the_run_goes_on(route: str, part: float) -> None:
    harness = HARNESSES[route]
    after = int(_requests(harness) * part)
    items, problem = of(harness, MANY, lambda answer: Expiring(answer, after, harness.token, for_good=False))
    assert problem is None
    assert finished(items) >= {Report.STUDENTS, Report.STAFF}
    whole(items, MANY)


# -- pages ----------------------------------------------------------------------------


@pytest.mark.parametrize("pages", ["one short", "exactly one", "one more", "exactly two"])
@pytest.mark.parametrize("route", HTTP)
def test_everybody_comes_once_wherever_the_pages_end(route: str, pages: str) -> None:
    size = HARNESSES[route].page
    count = {"one short": size - 1, "exactly one": size, "one more": size + 1, "exactly two": 2 * size}[pages]
    people = tuple(Person(id=f"A{n}") for n in range(count)) + tuple(
        Person(id=f"S{n}", role="staff") for n in range(count)
    )
    items = read(HARNESSES[route], people)
    assert finished(items) >= {Report.STUDENTS, Report.STAFF}
    whole(items, people)


@pytest.mark.parametrize("route", HTTP)
def test_Z20_a_school_with_nobody_is_an_error(route: str) -> None:
    items, problem = of(HARNESSES[route], (), same)
    assert isinstance(problem, EmptyExtract)
    assert problem.mend
    assert not finished(items) & {Report.STUDENTS, Report.STAFF}


#: Pupils and staff stand in one table there, which is whole when it has only the one or the other.  It is
#: the sync that then refuses a report without anybody where there were people before.
ONE_TABLE = {"oneroster", "oneroster-csv"}


@pytest.mark.parametrize(
    ("route", "report"),
    [(route, Report.STUDENTS) for route in sorted(HARNESSES)] + [(route, Report.STAFF) for route in HTTP],
)
def test_Z20_nobody_in_a_report_is_never_a_school_that_everybody_left(route: str, report: Report) -> None:
    role, kind = ("pupil", Pupil) if report is Report.STUDENTS else ("staff", Staff)
    items, problem = of(HARNESSES[route], tuple(p for p in PEOPLE if p.role != role), same)
    if route in ONE_TABLE:
        assert (problem, ids(items, kind)) == (None, [])
        return
    assert report not in finished(items)
    told = [item for item in items if isinstance(item, Notice) and item.level == "error"]
    assert isinstance(problem, EmptyExtract) or told


# -- too often, and broken off --------------------------------------------------------


@pytest.mark.parametrize("wait", ["0", ""])
@pytest.mark.parametrize("route", HTTP)
def test_a_request_refused_for_too_many_is_asked_again(route: str, wait: str) -> None:
    """With a Retry-After and without one.  A token is asked for once: being refused it ends the run."""
    harness = HARNESSES[route]

    def around(answer: Answer) -> Answer:
        busy = too_often(wait)(answer)
        return Once(answer, lambda asked: answer(asked) if asked.path == harness.token else busy(asked))

    items, problem = of(harness, MANY, around)
    assert problem is None
    assert finished(items) >= {Report.STUDENTS, Report.STAFF}
    whole(items, MANY)


@pytest.mark.parametrize("route", HTTP)
def test_a_wait_of_hours_is_told_and_not_sat_out(route: str) -> None:
    items, problem = of(HARNESSES[route], PEOPLE, too_often("86400"))
    assert problem is not None
    assert problem.mend
    assert not finished(items)


@pytest.mark.parametrize("route", HTTP)
def test_an_answer_that_breaks_off_is_asked_for_again(route: str) -> None:
    items, problem = of(HARNESSES[route], MANY, lambda answer: Once(answer, cut_off(answer)))
    assert problem is None
    whole(items, MANY)


@pytest.mark.parametrize("route", HTTP)
def test_Z20_answers_that_break_off_for_good_finish_nothing(route: str) -> None:
    items, problem = of(HARNESSES[route], MANY, cut_off)
    assert problem is not None
    assert not finished(items)


@pytest.mark.parametrize("route", FILES)
def test_Z20_a_file_cut_off_in_its_last_row_loses_nobody_in_silence(route: str) -> None:
    """An error, a report that is not finished, or the row told as left out; never one pupil less."""
    harness = HARNESSES[route]
    items, problem = of(harness, MANY, lambda files: each(files, in_the_middle, harness.roll))
    left_out = [one for item in items if isinstance(item, Batch) for one in item.rejected]
    if problem is None and Report.STUDENTS in finished(items) and len(ids(items, Pupil)) < 12:
        assert left_out


@pytest.mark.parametrize("route", FILES)
def test_files_that_cannot_be_read_finish_nothing(route: str) -> None:
    harness = HARNESSES[route]
    items, problem = of(harness, MANY, lambda files: each(files, unreadable, harness.roll))
    assert problem is not None
    assert problem.mend
    assert not finished(items)


# -- and of all of it, nothing of a secret is told ------------------------------------

BAD: dict[str, Any] = {
    "refused": refused, "cut off": cut_off, "too often": too_often(""),
    "too often, by hours": too_often("86400"),
}  # fmt: skip


@pytest.mark.parametrize("way", [*BAD, "expired", "contacts"])
@pytest.mark.parametrize("route", HTTP)
def test_no_secret_is_told_whatever_goes_wrong(
    route: str, way: str, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    """Errors with their tracebacks, states, tests, and logs down to the last detail."""
    harness = HARNESSES[route]
    around = BAD.get(way) or (lambda answer: Expiring(answer, 3, harness.token, for_good=True))
    told = ""
    with caplog.at_level(logging.DEBUG), harness.serve(MANY, around=around) as served:
        connector = harness.make(served.setup)
        request = ExtractRequest(reports=reports_of(harness), today=TODAY)
        calls: list[Callable[[], Any]] = [
            connector.access, connector.request_access, connector.probe,
            lambda: list(connector.extract(request)),
        ]  # fmt: skip
        if isinstance(connector, FetchesContacts):
            calls.append(partial(connector.contacts_of, "A1"))
        for call in calls if way != "contacts" else calls[::-1]:
            try:
                told += repr(call())
            except ConnectorError as problem:
                assert problem.message
                told += f"{problem!r} {problem.mend} {problem.where} "
                told += "".join(traceback.format_exception(problem))
        connector.close()
    for text in (told, caplog.text, "".join(capsys.readouterr())):
        assert CANARY not in text


@pytest.mark.parametrize("route", sorted(HARNESSES))
def test_H10_one_pupils_contacts_are_asked_for_by_reading_alone(route: str) -> None:
    harness = HARNESSES[route]
    with harness.serve(PEOPLE) as served:
        connector = harness.make(served.setup)
        if not isinstance(connector, FetchesContacts):
            connector.close()
            pytest.skip("this interface has no contacts of one pupil")
        found = connector.contacts_of("A1")
        connector.close()
        assert list(served.writes()) == []
    assert all(isinstance(one, Contact | ContactLink) for one in found)
    assert {one.pupil_id for one in found if isinstance(one, ContactLink)} <= {"A1"}
    linked = {one.contact_id for one in found if isinstance(one, ContactLink)}
    assert Counter(one.source_id for one in found if isinstance(one, Contact)) == Counter(linked)
