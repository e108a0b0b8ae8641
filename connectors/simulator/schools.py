"""The demo estate: fifteen invented schools, one at least for each MIS of the catalogue.

``Quirks`` are the ways in which one school's answers differ from the next one's (wonde.md §8, §10):
a reader that copes with all fifteen copes with what is known of the real interface.
``LIMITS`` says what a MIS cannot supply by this route (mis-catalogue.md §4.1, checklist E1-E5).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class Quirks:
    """How this school's Wonde answers look.

    ``birth_dates``      "london" or "utc" (PHP date objects), or "text" (plain YYYY-MM-DD)
    ``other_dates``      employment, admission and leaving dates: "text" or "london"
    ``empty_single``     an empty single include: "wrapped" is {"data": null}, "bare" is null
    ``withheld``         optional permissions the school never approves
    ``without_consent``  include without permission: "error" 403 for the call, or "missing" key
    ``error_shape``      "error" or "message": the key of an error body
    ``upper_gender``     MALE/FEMALE instead of male/female
    ``numeric_mis_id``   ``mis_id`` comes as a JSON number
    ``text_alternative`` a class's ``alternative`` comes as "true"/"false"
    ``pupil_emails``     "work", "email" or "" - where pupils' school addresses sit
    """

    birth_dates: str = "london"
    other_dates: str = "text"
    empty_single: str = "wrapped"
    withheld: frozenset[str] = frozenset()
    without_consent: str = "error"
    error_shape: str = "error"
    upper_gender: bool = False
    numeric_mis_id: bool = False
    text_alternative: bool = False
    pupil_emails: str = "work"


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoSchool:
    """One school of the estate. ``pupils`` is the roll, ``stages`` the first and last year taught.

    Stages count from Reception = 0 and Year 1 or P1 = 1; ``region`` is "" (UK) or "apse2".
    ``matching`` is how well its account directory agrees with the MIS: "usual" or "full".
    """

    number: int
    urn: str
    slug: str
    name: str
    mis: str
    mis_title: str
    phase: str
    pupils: int
    stages: tuple[int, int]
    la_code: str
    establishment_number: str
    domain: str
    town: str
    postcode: str
    country: str = "england"
    trust: str = ""
    timezone: str = "Europe/London"
    region: str = ""
    profile: str = "town"
    matching: str = "usual"
    independent: bool = False
    usernames: str = "year"
    quirks: Quirks = field(default_factory=Quirks)

    @property
    def wonde_id(self) -> str:
        return f"A{1482206000 + self.number * 791:010d}"

    @property
    def has_classes(self) -> bool:
        """Primaries publish no classes, only registration groups (wonde.md §12.1)."""
        return self.stages[1] > 7

    def has_future(self) -> bool:
        return self.mis in FUTURE

    def supplies(self, what: str) -> bool:
        return what not in LIMITS.get(self.mis, OTHER_LIMITS)


_NO_FLAG = frozenset({"teaching"})
OTHER_LIMITS = _NO_FLAG  # the teaching flag is a positive list (E2)
_IRIS = frozenset({"roles", "teaching", "hierarchy", "class_staff"})
LIMITS: dict[str, frozenset[str]] = {
    "sims": frozenset(),
    "sims-connected": frozenset(),
    "arbor": frozenset(),
    "cmis": frozenset(),
    "juniper-horizons": frozenset(),
    "progresso": _NO_FLAG,
    "bromcom": frozenset({"teaching", "hierarchy", "class_staff"}),
    "scholarpack": frozenset({"roles", "teaching", "photo", "class_staff"}),
    "wcbs": frozenset({"roles", "teaching", "hierarchy"}),
    "engage": frozenset({"roles", "teaching", "hierarchy"}),
    "isams": _IRIS,
    "edgen": _IRIS,
    "integris": frozenset({"roles", "teaching", "photo", "hierarchy", "class_staff", "priority"}),
}
FUTURE = frozenset({"sims", "sims-connected", "bromcom", "arbor", "cmis", "progresso", "isams"})
TRUST = "Ambleford Learning Trust"

ESTATE: tuple[DemoSchool, ...] = (
    DemoSchool(
        number=1, urn="990001", slug="larkmere", name="Larkmere Academy", mis="sims", mis_title="SIMS",
        phase="secondary", pupils=1240, stages=(7, 13), la_code="823", establishment_number="4017",
        domain="larkmere.example", town="Ambleford", postcode="AM4 7QT", trust=TRUST, profile="town",
    ),
    DemoSchool(
        number=2, urn="990002", slug="stonebeck", name="Stonebeck High School", mis="sims-connected",
        mis_title="SIMS Connected", phase="secondary", pupils=880, stages=(7, 11), la_code="380",
        establishment_number="4102", domain="stonebeck.example", town="Stonebeck", postcode="BD9 4ZZ",
        profile="city", usernames="dotted",
        quirks=Quirks(birth_dates="text", empty_single="bare", upper_gender=True, pupil_emails="email"),
    ),
    DemoSchool(
        number=3, urn="990003", slug="thornley-park", name="Thornley Park Primary School", mis="arbor",
        mis_title="Arbor", phase="primary", pupils=412, stages=(0, 6), la_code="823",
        establishment_number="2044", domain="thornleypark.example", town="Ambleford", postcode="AM4 2RD",
        trust=TRUST, profile="town", usernames="plain",
        quirks=Quirks(birth_dates="utc", pupil_emails="", error_shape="message"),
    ),
    DemoSchool(
        number=4, urn="990004", slug="eastmarsh", name="Eastmarsh Academy", mis="bromcom",
        mis_title="Bromcom", phase="secondary", pupils=1880, stages=(7, 13), la_code="330",
        establishment_number="4245", domain="eastmarsh.example", town="Eastmarsh", postcode="B9 9ZZ",
        profile="city", usernames="yearinitial",
        quirks=Quirks(other_dates="london", without_consent="missing",
                      withheld=frozenset({"medical", "photos"}), numeric_mis_id=True),
    ),
    DemoSchool(
        number=5, urn="990005", slug="holmwick", name="Holmwick CofE Primary School", mis="integris",
        mis_title="RM Integris", phase="primary", pupils=205, stages=(0, 6), la_code="815",
        establishment_number="3206", domain="holmwick.example", town="Holmwick", postcode="YO62 9ZZ",
        profile="shire", usernames="plain",
        quirks=Quirks(birth_dates="text", pupil_emails="", empty_single="bare"),
    ),
    DemoSchool(
        number=6, urn="990006", slug="saltmere", name="Saltmere Infant School", mis="scholarpack",
        mis_title="ScholarPack", phase="primary", pupils=92, stages=(-1, 2), la_code="925",
        establishment_number="2301", domain="saltmere.example", town="Saltmere", postcode="PE22 9ZZ",
        profile="shire", matching="full", usernames="plain", quirks=Quirks(error_shape="message"),
    ),
    DemoSchool(
        number=7, urn="990007", slug="whitebridge", name="Whitebridge Community Primary School",
        mis="juniper-horizons", mis_title="Juniper Horizons (formerly Pupil Asset)", phase="primary",
        pupils=318, stages=(-1, 6), la_code="823", establishment_number="2051",
        domain="whitebridge.example", town="Whitebridge", postcode="AM6 1AA", trust=TRUST, profile="town",
        usernames="dotted", quirks=Quirks(other_dates="london", pupil_emails=""),
    ),
    DemoSchool(
        number=8, urn="990008", slug="penhallow", name="Penhallow School", mis="isams", mis_title="iSAMS",
        phase="all-through", pupils=540, stages=(-2, 13), la_code="908", establishment_number="6012",
        domain="penhallow.example", town="Penhallow", postcode="TR4 9ZZ", profile="shire",
        independent=True, quirks=Quirks(birth_dates="utc", text_alternative=True, pupil_emails="email"),
    ),
    DemoSchool(
        number=9, urn="990009", slug="kingsdyke", name="Kingsdyke School", mis="edgen",
        mis_title="IRIS Ed:gen", phase="secondary", pupils=760, stages=(7, 11), la_code="874",
        establishment_number="4088", domain="kingsdyke.example", town="Kingsdyke", postcode="PE7 9ZZ",
        profile="town", usernames="yearinitial", quirks=Quirks(birth_dates="text", error_shape="message"),
    ),
    DemoSchool(
        number=10, urn="990010", slug="ridgemoor", name="Ridgemoor Academy", mis="cmis",
        mis_title="Facility CMIS", phase="secondary", pupils=640, stages=(7, 11), la_code="891",
        establishment_number="4451", domain="ridgemoor.example", town="Ridgemoor", postcode="NG17 9ZZ",
        profile="shire", usernames="dotted",
        quirks=Quirks(withheld=frozenset({"contacts"}), empty_single="bare"),
    ),
    DemoSchool(
        number=11, urn="990011", slug="fenwick-lane", name="Fenwick Lane Primary School",
        mis="cloud-school", mis_title="Cloud School", phase="primary", pupils=178, stages=(0, 6),
        la_code="391", establishment_number="2177", domain="fenwicklane.example", town="Fenwick",
        postcode="NE3 9ZZ", profile="town", matching="full", usernames="plain",
        quirks=Quirks(birth_dates="text", pupil_emails=""),
    ),
    DemoSchool(
        number=12, urn="990012", slug="st-oswins", name="St Oswin's College", mis="wcbs", mis_title="WCBS",
        phase="secondary", pupils=420, stages=(7, 13), la_code="840", establishment_number="6007",
        domain="stoswins.example", town="Oswinford", postcode="DH1 9ZZ", profile="shire", independent=True,
        usernames="dotted", quirks=Quirks(upper_gender=True, other_dates="london"),
    ),
    DemoSchool(
        number=13, urn="990013", slug="harbour-point", name="Harbour Point British School", mis="engage",
        mis_title="engage", phase="primary", pupils=150, stages=(-1, 6), la_code="", country="england",
        establishment_number="", domain="harbourpoint.example", town="Harbour Point", postcode="2000",
        timezone="Australia/Sydney", region="apse2", profile="overseas", independent=True,
        usernames="plain", quirks=Quirks(birth_dates="utc", pupil_emails="work"),
    ),
    DemoSchool(
        number=14, urn="990014", slug="deepdale", name="Deepdale High School", mis="progresso",
        mis_title="Progresso", phase="secondary", pupils=590, stages=(7, 11), la_code="888",
        establishment_number="4620", domain="deepdale.example", town="Deepdale", postcode="PR2 9ZZ",
        profile="city", usernames="yearinitial",
        quirks=Quirks(without_consent="missing", withheld=frozenset({"contacts"}), birth_dates="utc"),
    ),
    DemoSchool(
        number=15, urn="990015", slug="glenarvon", name="Glenarvon Academy", mis="seemis",
        mis_title="SEEMiS Click and Go", phase="all-through", pupils=460, stages=(1, 13), la_code="",
        establishment_number="5639", domain="glenarvon.example", town="Glenarvon", postcode="PH8 9ZZ",
        country="scotland", profile="scots", usernames="yearinitial",
        quirks=Quirks(birth_dates="text", pupil_emails="work"),
    ),
)  # fmt: skip


def academic_start(today: date, *, country: str = "england") -> date:
    """First day of the school year that ``today`` is in: 1 September; 16 August in Scotland (Z10)."""
    month, day = (8, 16) if country == "scotland" else (9, 1)
    first = date(today.year, month, day)
    return first if today >= first else date(today.year - 1, month, day)


def year_text(stage: int, *, country: str = "england") -> str:
    """``current_nc_year`` in the MIS's words: N1, N2, R, 1-13, or P1-P7 and S1-S6 (A11)."""
    if country == "scotland":
        return f"P{stage}" if stage < 8 else f"S{stage - 7}"
    return {-2: "N1", -1: "N2", 0: "R"}.get(stage, str(stage))


def year_name(stage: int, *, country: str = "england") -> str:
    if country == "scotland":
        return f"Primary {stage}" if stage < 8 else f"Secondary {stage - 7}"
    named = {-2: "Nursery 1", -1: "Nursery 2", 0: "Reception"}
    return named.get(stage) or f"Year {stage}"


def year_of_entry(stage: int, start: date) -> int:
    """The year in which the cohort starts Year 1 or P1 (N1)."""
    return start.year - (stage - 1)
