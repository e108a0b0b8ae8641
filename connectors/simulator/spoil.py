"""Carries out the faults that act around an answer (``faults.py`` says what each one means)."""

from __future__ import annotations

import gzip
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from connectors.simulator.face import Answer, dumps
from connectors.simulator.faults import Fault

if TYPE_CHECKING:
    from connectors.simulator.server import Simulator

MEGABYTE = 1024 * 1024


@dataclass(slots=True)
class Reply:
    """An answer on its way out. ``more`` follows the body; ``length`` overrides Content-Length."""

    answer: Answer
    more: Iterable[bytes] = field(default=())
    length: int | None = None
    hang_up: bool = False


@dataclass(slots=True)
class Early:
    """A reply decided before the face was asked; ``reply`` None closes the connection at once."""

    reply: Reply | None


def before(hit: Sequence[Fault], simulator: Simulator) -> Early | None:
    for fault in hit:
        if fault.kind == "slow":
            simulator.stopping.wait(float(fault.how.get("seconds", 2.0)))
        elif fault.kind == "drop":
            return Early(None)
        elif fault.kind == "status":
            return Early(_status(fault))
        elif fault.kind == "redirect":
            port = simulator.url.rpartition(":")[2]
            location = str(fault.how.get("location", f"http://localhost:{port}/_trap/moved"))
            return Early(Reply(Answer(302, b"", headers={"Location": location})))
        elif fault.kind == "expired_token":
            good = int(fault.how.setdefault("after", 3))
            if good <= 0:
                return Early(Reply(Answer(401, dumps({"message": "The access token has expired."}))))
            fault.how["after"] = good - 1
    return None


def _status(fault: Fault) -> Reply:
    code = int(fault.how.get("code", 503))
    answer = Answer(code, dumps({"error": f"Simulated failure {code}."}))
    if fault.how.get("retry_after") is not None:
        answer.headers["Retry-After"] = str(fault.how["retry_after"])
    return Reply(answer)


def spoil(answer: Answer, hit: Sequence[Fault]) -> Reply:
    reply = Reply(answer)
    for fault in hit if answer.status in (200, 201) else ():
        if fault.kind == "truncated":
            answer.body = answer.body[: len(answer.body) // 2]
        elif fault.kind == "hang_up":
            reply = Reply(answer, length=len(answer.body), hang_up=True)
            answer.body = answer.body[: len(answer.body) // 2]
        elif fault.kind == "wrong_type":
            _other_type(answer, str(fault.how.get("how", "html")))
        elif fault.kind == "huge_body":
            reply = _huge(answer, int(fault.how.get("megabytes", 64)))
        elif fault.kind == "gzip_bomb":
            answer.body = b"".join(_bomb(answer.body, int(fault.how.get("megabytes", 256))))
            answer.headers["Content-Encoding"] = "gzip"
    return reply


def _other_type(answer: Answer, how: str) -> None:
    if how == "html":
        answer.kind, answer.body = "text/html", b"<!doctype html><title>Sign in</title><p>Sign in to go on."
    elif how == "rows":
        answer.body = dumps({"data": [1, 2, 3], "meta": {}})
    else:
        answer.body = dumps({"data": "unexpected", "meta": []})


def _huge(answer: Answer, megabytes: int) -> Reply:
    """The closing brace comes after the padding, so nothing can be read before all has arrived."""
    tail, answer.body = answer.body[-1:], answer.body[:-1]

    def padding() -> Iterator[bytes]:
        for _ in range(megabytes):
            yield b" " * MEGABYTE
        yield tail

    return Reply(answer, more=padding(), length=len(answer.body) + megabytes * MEGABYTE + 1)


def _bomb(body: bytes, megabytes: int) -> Iterator[bytes]:
    packed = io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb", compresslevel=6, mtime=0) as pack:
        pack.write(body[:-1])
        for _ in range(megabytes):
            pack.write(b" " * MEGABYTE)
        pack.write(body[-1:])
    yield packed.getvalue()
