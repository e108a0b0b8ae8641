"""A tiny HTTP server on 127.0.0.1 whose answers a test writes, and a school of Wonde's made from rows."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from connectors.base import SchoolRef, Setup
from connectors.http import Limits
from connectors.records import Batch, ExtractRequest, Finished, Notice, Record, Rejected, Report
from connectors.wonde import Wonde

TOKEN = "canary-7f3a9be1c2d4"
QUICK = Limits(
    connect=2, read=2, retries=2, backoff=0.001, longest_wait=0.05, deadline=5, body=4 * 1024 * 1024
)
TODAY = date(2026, 1, 15)
NOW = datetime(2026, 1, 15, 9, 0, tzinfo=UTC)


@dataclass
class Asked:
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes = b""


@dataclass
class Reply:
    """``length`` overrides Content-Length; the connection ends after a body shorter than that."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    length: int | None = None


def as_json(value: Any, status: int = 200, **headers: str) -> Reply:
    return Reply(status, json.dumps(value).encode(), {"Content-Type": "application/json", **headers})


class Loopback:
    def __init__(self, answer: Callable[[Asked], Reply | None]) -> None:
        self.answer = answer
        self.asked: list[Asked] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True
            wbufsize = 1 << 16

            def log_message(self, *_: object) -> None: ...

            def _serve(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                parts = urlsplit(self.path)
                asked = Asked(
                    self.command, parts.path, dict(parse_qsl(parts.query)), dict(self.headers), body
                )
                outer.asked.append(asked)
                reply = outer.answer(asked)
                if reply is None:
                    self.close_connection = True
                    return
                try:
                    self.send_response(reply.status)
                    for name, value in reply.headers.items():
                        self.send_header(name, value)
                    length = len(reply.body) if reply.length is None else reply.length
                    self.send_header("Content-Length", str(length))
                    self.end_headers()
                    self.wfile.write(reply.body)
                except OSError:
                    self.close_connection = True
                if reply.length is not None and reply.length != len(reply.body):
                    self.close_connection = True

            do_GET = do_POST = do_DELETE = do_PUT = do_PATCH = _serve

        class Server(ThreadingHTTPServer):
            daemon_threads = False

            def __init__(self) -> None:
                self.open: set[socket.socket] = set()
                super().__init__(("127.0.0.1", 0), Handler)

            def process_request(self, request: Any, client_address: Any) -> None:
                self.open.add(request)
                super().process_request(request, client_address)

            def shutdown_request(self, request: Any) -> None:
                self.open.discard(request)
                super().shutdown_request(request)

            def handle_error(self, request: Any, client_address: Any) -> None: ...

        self._server = Server()
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        for connection in tuple(self._server.open):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue
        self._server.server_close()

    def paths(self) -> list[str]:
        return [asked.path for asked in self.asked]


@contextmanager
def serving(answer: Callable[[Asked], Reply | None]) -> Iterator[Loopback]:
    server = Loopback(answer)
    try:
        yield server
    finally:
        server.close()


@dataclass
class School:
    """An approved school whose rows a test writes; every collection on one page unless ``pages`` says how
    many rows a page.  ``counts`` overrides what is counted; ``hooks`` may answer instead."""

    rows: dict[str, list[Any]] = field(default_factory=dict)
    counts: dict[str, Any] = field(default_factory=dict)
    mis: str = "SIMS"
    page: int = 1000
    meta: dict[str, Any] = field(default_factory=lambda: {"online": True, "approved": True})
    acl: list[str] = field(default_factory=list)
    region: dict[str, Any] = field(default_factory=dict)
    hook: Callable[[Asked], Reply | None] = lambda _: None
    includes: dict[str, list[str]] = field(default_factory=dict)

    id = "A100200300"

    def __call__(self, asked: Asked) -> Reply | None:
        told = self.hook(asked)
        if told is not None:
            return told
        path = asked.path.removeprefix("/v1.0/")
        school = {"id": self.id, "name": "Test School", "urn": 990099, "mis": self.mis, "region": self.region}
        match path.split("/"):
            case ["schools"] | ["schools", "all"]:
                return as_json({"data": [school]})
            case ["schools", "pending" | "declined" | "revoked"]:
                return as_json({"data": []})
            case ["schools", self.id]:
                return as_json({"data": school})
            case ["meta", "schools", self.id]:
                return as_json({"data": self.meta})
            case ["meta", "schools", self.id, "acl"]:
                return as_json({"data": {"mode": "deny", "ids": self.acl}})
            case ["schools", self.id, "counts"]:
                names = asked.query["include"].split(",")
                counted = {n: self.counts.get(n, len(self.rows.get(n, []))) for n in names}
                return as_json({"data": {n: {"data": {"count": c}} for n, c in counted.items()}})
            case ["schools", self.id, resource]:
                return self._collection(asked, resource)
            case ["schools", self.id, resource, own]:
                found = [row for row in self.rows.get(resource, []) if row.get("id") == own]
                return as_json({"data": found[0]}) if found else as_json({"error": "not found"}, 404)
        return as_json({"error": "no such thing"}, 404)

    def _collection(self, asked: Asked, resource: str) -> Reply:
        rows = self.rows.get(resource, [])
        start = int(asked.query.get("from", "0")) or (int(asked.query.get("page", "1")) - 1) * self.page
        stop = start + self.page
        more = stop < len(rows)
        following = f"/v1.0/schools/{self.id}/{resource}?"
        following += f"page={stop // self.page + 1}" if "page" in asked.query else f"from={stop}"
        paging = {"more": more, "next": following if more else None, "per_page": str(self.page)}
        meta = {"pagination": paging, "includes": self.includes.get(resource, [])}
        return as_json({"data": rows[start:stop], "meta": meta})


def pupil(number: int, **more: Any) -> dict[str, Any]:
    row = {
        "id": f"A1{number:07}", "upi": f"{number:032x}", "mis_id": str(number), "title": None,
        "initials": "AB",
        "surname": f"Surname{number}", "forename": f"Forename{number}", "middle_names": None,
        "legal_surname": None, "legal_forename": None, "date_of_birth": "2013-11-02",
        "updated_at": {"date": "2026-01-09 07:31:12.000000", "timezone_type": 3, "timezone": "UTC"},
    }  # fmt: skip
    return {**row, **more}


def employee(number: int, **more: Any) -> dict[str, Any]:
    details = {
        "current": True, "teaching_staff": True, "staff_code": f"S{number}", "role_text": "Teacher",
        "employment_start_date": "2022-09-01", "employment_end_date": None,
    }  # fmt: skip
    details |= more.pop("employment", {})
    row = pupil(number, id=f"A2{number:07}", employment_details={"data": details})
    return {**row, **more}


def connector(server: Loopback, *, limits: Limits = QUICK, **more: Any) -> Wonde:
    settings = {"url": f"{server.url}/v1.0/", **more.pop("settings", {})}
    setup = Setup(
        school=more.pop("school", SchoolRef(urn="990099", name="Test School")),
        settings=settings, secrets={"token": TOKEN}, now=more.pop("now", lambda: NOW), **more,
    )  # fmt: skip
    return Wonde(setup, limits=limits)


@dataclass
class Read:
    """An extract, gathered."""

    records: list[Record] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    finished: dict[Report, Finished] = field(default_factory=dict)
    by_report: dict[Report, list[Record]] = field(default_factory=dict)

    def of(self, kind: type) -> list[Any]:
        return [r for r in self.records if isinstance(r, kind)]

    @property
    def codes(self) -> list[str]:
        return [n.code for n in self.notices]


def gather(wonde: Any, *reports: Report, **more: Any) -> Read:
    read = Read()
    request = ExtractRequest(reports=frozenset(reports), today=more.pop("today", TODAY), **more)
    for item in wonde.extract(request):
        if isinstance(item, Batch):
            read.records += item.records
            read.rejected += item.rejected
            read.by_report.setdefault(item.report, []).extend(item.records)
        elif isinstance(item, Finished):
            read.finished[item.report] = item
        else:
            read.notices.append(item)
    return read
