"""A school's connection to its MIS: the catalogue's ways, the guide, settings, reports."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportField:
    name: str
    title: str
    state: str  # mandatory, uploaded, not uploaded (C6-C8)
    on_request: bool
    reason: str = ""  # why it does not reach us by this route, if so


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportView:
    report: str
    title: str
    purpose: str
    state: str  # accepted, available, not available (C3)
    reason: str  # why not available, or what is lost without it (C12, C13)
    accept_by: str  # any, headteacher (C11)
    fields: tuple[ReportField, ...]
    removes: int = 0  # records that go when it is declined: attendance marks


@dataclass(frozen=True, slots=True, kw_only=True)
class GuideStep:
    """One numbered step of connecting. ``kind``: read (do something elsewhere), input, reports,
    request, wait, test, sync.  ``state``: done, now, later, problem."""

    id: str
    number: int
    title: str
    text: str
    kind: str
    state: str
    link: str = ""
    fields: tuple[str, ...] = ()  # names of settings to type here
    message: str = ""
    mend: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingView:
    name: str
    title: str
    secret: bool
    required: bool
    value: str  # "" for secrets; see ``present``
    present: bool
    pattern: str = ""
    hint: str = ""
    help: str = ""
    once: bool = False  # used up by authorising, so needed until access is approved


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionView:
    school: str  # urn
    school_name: str
    mis: str
    mis_title: str
    route: str
    access: str
    message: str
    mend: str
    steps: tuple[GuideStep, ...]
    settings: tuple[SettingView, ...]
    reports: tuple[ReportView, ...]
    problem: str = ""  # code of the connector's error, when the call that gave this view met one


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeView:
    name: str
    ok: bool
    message: str
    mend: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteView:
    """One way to a MIS. ``available``: this console has a connector for it, else ``reason`` says why not.

    ``reports`` report -> yes, no, maybe or greyed, ``report_reasons`` why it is not yes;
    ``limits`` field -> why it does not reach us by this route;
    ``force_run`` yes, no, in-mis or on-site, with ``force_text`` to explain it (T15).
    """

    route: str
    title: str
    kind: str
    available: bool
    reason: str
    reports: dict[str, str]
    report_reasons: dict[str, str]
    limits: dict[str, str]
    schedule: str
    force_run: str
    force_text: str
    accept_by: str  # any, headteacher
    steps: tuple[GuideStep, ...]
    settings: tuple[SettingView, ...]
    notes: tuple[tuple[str, str], ...]  # situation, what to tell


@dataclass(frozen=True, slots=True, kw_only=True)
class MisView:
    """A MIS of the catalogue; ``names`` are the title and every other name it goes by (A4-A6)."""

    id: str
    title: str
    names: tuple[str, ...]
    shown_as: str
    kind: str
    installs: bool
    on_site_software: str
    dated: date
    routes: tuple[RouteView, ...]
    notes: tuple[tuple[str, str], ...]
