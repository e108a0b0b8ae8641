"""Fetching with latency on every page: several pages under way, or the next one ahead, beside one at a time.

A server in a process of its own on loopback waits a while before each page.  "One at a time" is the least a
reader can do: ask for a page, take it in, ask for the next; its pages are the very same, and it does less
with them than ours.  Where an interface tells nothing ahead the bar is only that the next page travels
while this one is worked on.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from connectors.http import Limits
from tests.bench.show import interleaved, table, verdict

LATENCY = 0.040
PAGE = 200
BAR = 4.0
STAMP = "2026-01-09T07:31:12.000Z"
WONDE_ID = "A100200300"
ONEROSTER = "/ims/oneroster/rostering/v1p2/"


# -- the server, in a process of its own --------------------------------------------


class School:
    """Pages of pupils in the shape of Wonde and of OneRoster 1.2, rendered once."""

    def __init__(self, people: int) -> None:
        self.people = people
        self.made: dict[tuple[str, int, int], bytes] = {}

    def answer(self, path: str, asked: dict[str, str]) -> tuple[bytes, dict[str, str], bool]:
        """Body, headers, and whether it is a page of people (and so waits)."""
        if path == "/token":
            return _json({"access_token": "tok", "expires_in": 3600}), {}, False
        if path.startswith(ONEROSTER):
            return self._oneroster(path.removeprefix(ONEROSTER), asked)
        return self._wonde(path.removeprefix("/v1.0/"), asked)

    def _oneroster(self, name: str, asked: dict[str, str]) -> tuple[bytes, dict[str, str], bool]:
        if name in ("students", "users", "demographics"):
            offset, limit = int(asked.get("offset", "0")), int(asked.get("limit", "100"))
            kind = "users" if name == "students" else name
            make = _birth if name == "demographics" else _user
            body = self._page(kind, offset, limit, make, f'{{"{kind}":[', "]}")
            return body, {"X-Total-Count": str(self.people)}, True
        rows = [{"sourcedId": "sch", "name": "Test", "type": "school", "identifier": "990099"}]
        rows = rows if name == "orgs" else []
        return _json({name: rows}), {"X-Total-Count": str(len(rows))}, False

    def _wonde(self, path: str, asked: dict[str, str]) -> tuple[bytes, dict[str, str], bool]:
        school = {"id": WONDE_ID, "name": "Test", "urn": 990099, "mis": "SIMS", "region": {}}
        if path == f"schools/{WONDE_ID}/students":
            return self._pupils(asked), {}, True
        if path == f"schools/{WONDE_ID}/counts":
            return _json({"data": {"students": {"data": {"count": self.people}}}}), {}, False
        if path == f"meta/schools/{WONDE_ID}":
            return _json({"data": {"online": True, "approved": True}}), {}, False
        if path == f"schools/{WONDE_ID}":
            return _json({"data": school}), {}, False
        return _json({"data": [school] if path in ("schools", "schools/all") else []}), {}, False

    def _pupils(self, asked: dict[str, str]) -> bytes:
        size = int(asked["per_page"])
        start = int(asked["from"]) if "from" in asked else (int(asked.get("page", "1")) - 1) * size
        more = start + size < self.people
        kept = {k: v for k, v in asked.items() if k not in ("page", "from", "cursor")}
        kept |= {"page": str(start // size + 2)} if "page" in asked else {"from": str(start + size)}
        following = "/v1.0/schools/" + WONDE_ID + "/students?" + "&".join(f"{k}={v}" for k, v in kept.items())
        meta = {"pagination": {"more": more, "next": following if more else None, "per_page": size}}
        tail = f'],"meta":{json.dumps(meta)}}}'
        return self._page("pupils", start, size, _pupil, '{"data":[', tail)

    def _page(
        self, kind: str, start: int, size: int, make: Callable[[int], dict[str, Any]], head: str, tail: str
    ) -> bytes:
        key = (kind, start, size)
        if key not in self.made:
            rows = (make(n) for n in range(start, min(start + size, self.people)))
            self.made[key] = ",".join(json.dumps(row) for row in rows).encode()
        return head.encode() + self.made[key] + tail.encode()


def _json(value: Any) -> bytes:
    return json.dumps(value).encode()


def _user(number: int) -> dict[str, Any]:
    held = [{"roleType": "primary", "role": "student", "org": {"sourcedId": "sch", "type": "org"}}]
    return {
        "sourcedId": f"stu-{number}", "status": "active", "dateLastModified": STAMP, "metadata": {},
        "username": f"u{number}", "userIds": [{"type": "UPN", "identifier": f"D{number:012}"}],
        "enabledUser": "true", "givenName": f"Given{number}", "familyName": f"Family{number}",
        "middleName": "", "roles": held, "identifier": f"{number:06}", "email": f"u{number}@school.example",
        "agents": [], "grades": ["07"], "sms": "", "phone": "", "password": "",
    }  # fmt: skip


def _birth(number: int) -> dict[str, Any]:
    return {"sourcedId": f"stu-{number}", "status": "active", "birthDate": f"2014-{number % 12 + 1:02}-11"}


def _pupil(number: int) -> dict[str, Any]:
    return {
        "id": f"A1{number:09}", "upi": f"{number:032x}", "mis_id": str(number), "title": None,
        "initials": "AB", "surname": f"Family{number}", "forename": f"Given{number}", "middle_names": None,
        "legal_surname": f"Family{number}", "legal_forename": f"Given{number}",
        "date_of_birth": {"date": f"2014-{number % 12 + 1:02}-11 00:00:00.000000", "timezone": "UTC"},
        "updated_at": {"date": "2026-01-09 07:31:12.000000", "timezone_type": 3, "timezone": "UTC"},
    }  # fmt: skip


def serve(people: int) -> None:
    """Serves until its standard input ends; writes its port first."""
    school = School(people)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = 1 << 16
        disable_nagle_algorithm = True

        def log_message(self, *_: object) -> None: ...

        def do_GET(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            parts = urlsplit(self.path)
            body, headers, waits = school.answer(parts.path, dict(parse_qsl(parts.query)))
            if waits:
                time.sleep(LATENCY)
            self.send_response(200)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    print(server.server_address[1], flush=True)
    import threading

    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    sys.stdin.read()
    server.shutdown()


@contextmanager
def serving(people: int) -> Iterator[str]:
    command = [sys.executable, "-m", "tests.bench.fetch", str(people)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin
        assert process.stdout
        try:
            yield f"http://127.0.0.1:{int(process.stdout.readline())}"
        finally:
            process.stdin.close()


# -- the readers ----------------------------------------------------------------------


def one_at_a_time(url: str, people: int, path: str, params: dict[str, str], step: str) -> float:
    """The plain reader: one connection, one page, take it in, the next.  ``step`` page or offset."""
    import httpx
    from pydantic_core import from_json

    started, got = time.perf_counter(), 0
    with httpx.Client(timeout=30) as client:
        while got < people:
            place = str(got // PAGE + 1) if step == "page" else str(got)
            body = from_json(client.get(url + path, params={**params, step: place}).content)
            got += len(next(value for value in body.values() if isinstance(value, list)))
    assert got == people
    return time.perf_counter() - started


def ours(make: Callable[[], Any], people: int) -> float:
    """The connector, from its first question to the last record."""
    from connectors.records import Batch, ExtractRequest, Pupil, Report

    started, got = time.perf_counter(), 0
    connector = make()
    try:
        offer = connector.declaration.offer(Report.STUDENTS)
        unasked = frozenset(field.name for field in offer.fields if field.on_request)  # photos, as by default
        request = ExtractRequest(
            reports=frozenset({Report.STUDENTS}), declined={Report.STUDENTS: unasked}, today=date(2026, 1, 15)
        )
        for item in connector.extract(request):
            if isinstance(item, Batch):
                got += sum(isinstance(record, Pupil) for record in item.records)
    finally:
        connector.close()
    assert got == people
    return time.perf_counter() - started


def wonde(url: str, paging: str, parallel: int) -> Any:
    from connectors.base import SchoolRef, Setup
    from connectors.http import Limits
    from connectors.wonde import Wonde

    setup = Setup(
        school=SchoolRef(urn="990099", name="Test"), secrets={"token": "bench-token"},
        settings={"url": f"{url}/v1.0/", "paging": paging, "per_page": str(PAGE)},
        now=lambda: datetime(2026, 1, 15, tzinfo=UTC),
    )  # fmt: skip
    return Wonde(setup, limits=Limits(parallel=parallel))


def oneroster(url: str, parallel: int) -> Any:
    from connectors.base import SchoolRef, Setup
    from connectors.http import Limits
    from connectors.oneroster import OneRoster

    settings = {"url": url, "token_url": f"{url}/token", "client_id": "bench", "limit": str(PAGE)}
    setup = Setup(
        school=SchoolRef(urn="990099", name="Test"), settings=settings,
        secrets={"client_secret": "bench-secret"}, now=lambda: datetime(2026, 1, 15, tzinfo=UTC),
    )  # fmt: skip
    return OneRoster(setup, limits=Limits(parallel=parallel))


FLIGHTS = (Limits().parallel, 4)  # pages under way at once: as delivered, and half as many


@dataclass(frozen=True, slots=True)
class Race:
    """``plain`` the peer, ``ours`` the reader with so many pages in flight; each gives its seconds."""

    name: str
    pages: int
    bar: float
    plain: Callable[[], float]
    ours: Callable[[], float]


def races(url: str, people: int) -> list[Race]:
    pupils = f"/v1.0/schools/{WONDE_ID}/students"
    pages = -(-people // PAGE)

    def plain_wonde() -> float:
        return one_at_a_time(url, people, pupils, {"per_page": str(PAGE)}, "page")

    def plain_oneroster() -> float:
        asked = {"limit": str(PAGE)}
        paths = (f"{ONEROSTER}students", f"{ONEROSTER}demographics")
        return sum(one_at_a_time(url, people, path, asked, "offset") for path in paths)

    def by_wonde(paging: str, flight: int) -> Callable[[], float]:
        return lambda: ours(lambda: wonde(url, paging, flight), people)

    def by_oneroster(flight: int) -> Callable[[], float]:
        return lambda: ours(lambda: oneroster(url, flight), people)

    found = []
    for flight in FLIGHTS:
        name = f"{flight} in flight"
        found += [
            Race(f"Wonde, page mode, {name}", pages, BAR, plain_wonde, by_wonde("page", flight)),
            Race(f"OneRoster, {name}", 2 * pages, BAR, plain_oneroster, by_oneroster(flight)),
        ]
    return [*found, Race("Wonde, cursor mode", pages, 0.0, plain_wonde, by_wonde("cursor", FLIGHTS[0]))]


def main(*, quick: bool = False) -> None:
    people = 4_000 if quick else 20_000
    rows = []
    with serving(people) as url:
        for race in races(url, people):
            race.plain()  # the server renders its pages once, and libraries are imported
            race.ours()
            busy = time.process_time()
            race.ours()
            busy = time.process_time() - busy
            seen = interleaved({"plain": race.plain, "ours": race.ours}, rounds=1 if quick else 3)
            ratio = seen["plain"] / seen["ours"]
            told = (
                verdict(ratio, race.bar, at_most=False) if race.bar else "sequential: the next is prefetched"
            )
            figures = [f"{seen['ours']:.2f} s", f"{seen['plain']:.2f} s", f"{busy:.2f} s"]
            rows.append([f"{ratio:.2f}x", race.name, *figures, race.pages, told])
    print(f"{people:,} pupils in pages of {PAGE}, {LATENCY * 1000:.0f} ms a page; load {_load()}")
    print("OneRoster reads dates of birth (demographics) beside the pupils: twice the pages")
    table(["ratio", "reader", "ours", "one at a time", "our own work", "pages", "bar"], rows)


def _load() -> str:
    """How busy the machine is otherwise: the plain reader mostly sleeps, ours works."""
    import os

    return f"{os.getloadavg()[0]:.1f} on {os.cpu_count()} processors"


if __name__ == "__main__":
    serve(int(sys.argv[1]))
