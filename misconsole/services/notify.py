"""Telling people: what turned red, is held or is green again, by the channels that were set up.

A channel's address holds a token, so the whole channel lives among the secrets, never in the store.  A
notice is written down before it is sent and tried again later when nobody took it, so that none is lost
and none is told twice.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from data import told
from data.tables import Told
from misconsole.errors import NotFound, Usage
from misconsole.rules import notices
from misconsole.services import permits, status
from misconsole.services.desk import Desk

if TYPE_CHECKING:
    from sqlmodel import Session

REF = "notify"
TELLS_COUNTS = "recovered"  # the kind of notice that says how much waits
Send = Callable[[str, str, str], str]  # address, title, text -> why not, "" when it was taken


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """``tells`` kinds of ``notices.KINDS``; ``schools`` URNs, empty for all of them."""

    name: str
    tells: tuple[str, ...] = notices.KINDS
    schools: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeView:
    id: int
    at: datetime | None
    channel: str
    kind: str
    text: str
    state: str
    tries: int
    error: str
    sent_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What a round of telling did."""

    written: int = 0
    sent: int = 0
    failed: int = 0


def channels(desk: Desk) -> tuple[Channel, ...]:
    """By name, without their addresses."""
    return tuple(channel for channel, _ in sorted(_kept(desk).values(), key=lambda each: each[0].name))


def add(desk: Desk, channel: Channel, address: str, *, understood: Callable[[str], bool]) -> None:
    """Set a channel up, or change it. Raises Usage for a name, kind or address that is none."""
    permits.need(desk, "keep_house")
    if not channel.name or not channel.name.replace("-", "").isalnum():
        raise Usage("A channel is named by letters, digits and hyphens.", code="bad_channel")
    if strange := sorted(set(channel.tells) - set(notices.KINDS)):
        raise Usage(f"Nothing is told of “{strange[0][:40]}”.", mend=f"Kinds: {', '.join(notices.KINDS)}.")
    if not understood(address):
        raise Usage(
            "That is no address a notification could be sent to.",
            mend="For example mailto://, slack://, workflows:// (Teams) or json:// with what follows; see "
            "docs/notifications.md.",
            code="bad_address",
        )
    kept = {name: _text(*each) for name, each in _kept(desk).items()}
    desk.secrets.put(REF, {**kept, channel.name: _text(channel, address)})


def remove(desk: Desk, name: str) -> None:
    permits.need(desk, "keep_house")
    kept = _kept(desk)
    _one(kept, name)
    left = {key: _text(*each) for key, each in kept.items() if key != name}
    if left:
        desk.secrets.put(REF, left)
    else:
        desk.secrets.forget(REF)


def try_out(desk: Desk, name: str, send: Send) -> str:
    """Send a line to a channel now; why it was not taken, or ""."""
    permits.need(desk, "keep_house")
    _, address = _one(_kept(desk), name)
    return send(address, "A test", f"This is a test from misconsole, sent by {desk.actor}.")


def look(desk: Desk, *, lines: Iterable[Mapping[str, Any]] | None = None) -> int:
    """Write down what is new since the last look, for every channel; how many notices that made.

    It is asked every half minute: what waits is counted only where a notice tells it.
    """
    if lines is not None:
        return _write(desk, _all_news(desk, list(lines)))
    rows = _all_news(desk, status.lines(desk.store.url, now=desk.now(), counted=False))
    if any(row["kind"] == TELLS_COUNTS for row in rows):
        rows = _all_news(desk, status.lines(desk.store.url, now=desk.now()))
    return _write(desk, rows)


def _all_news(desk: Desk, every: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for channel in channels(desk):
        with desk.store.read() as s:
            known = told.newest(s, channel.name)
        rows += [row for line in every if (row := _news(desk, channel, line, known.get(line["id"])))]
    return rows


def _news(
    desk: Desk, channel: Channel, line: Mapping[str, Any], last: tuple[Told, int] | None
) -> dict[str, Any] | None:
    if channel.schools and line["urn"] not in channel.schools:
        return None
    before = notices.Before()
    if last is not None:
        row, times = last
        before = notices.Before(kind=row.kind, run=int(row.key.split(":")[2]), times=times)
    found = notices.turn(line, before)
    if found is None:
        return None
    wanted = found.kind in channel.tells  # a turn nobody wants to hear of is a turn all the same
    return _row(desk, channel, found, school_id=line["id"], state=told.WAITING if wanted else told.DROPPED)


def summary(desk: Desk, *, key: str, title: str, text: str) -> int:
    """A summary for whoever wants one; ``key`` is the night or week it tells of."""
    notice = notices.Notice(kind="summary", key=f"summary:{key}", title=title, text=text)
    return _write(
        desk,
        [
            _row(desk, c, notice, school_id=None, state=told.WAITING)
            for c in channels(desk)
            if "summary" in c.tells
        ],
    )


def _row(
    desk: Desk, channel: Channel, notice: notices.Notice, *, school_id: int | None, state: str
) -> dict[str, Any]:
    return {
        "school_id": school_id, "channel": channel.name, "key": notice.key, "kind": notice.kind,
        "text": f"{notice.title}\n{notice.text}", "state": state, "tries": 0, "error": "",
        "at": desk.now(), "sent_at": None,
    }  # fmt: skip


def _write(desk: Desk, rows: list[dict[str, Any]]) -> int:
    if rows:
        with desk.store.write() as s:
            told.write(s, rows)
    return sum(1 for row in rows if row["state"] == told.WAITING)


def deliver(desk: Desk, send: Send) -> Sent:
    """Send what waits and is due; what is not taken stays for a later round, and is given up after a day.

    A channel that had enough messages lately has the rest a little later, in one.
    """
    kept = _kept(desk)
    sent = failed = 0
    with desk.store.read() as s:
        rows = [row for row in told.waiting(s) if row.at and _due(row.at, row.tries, desk.now())]
        calm = {name for name in {row.channel for row in rows} if not _enough(s, name, desk.now())}
    for channel, mine in _together(row for row in rows if row.channel in calm):
        found = kept.get(channel)
        error = _send(send, found[1], mine) if found else "This channel is not set up any more."
        sent, failed = (sent + len(mine), failed) if not error else (sent, failed + len(mine))
        _note(desk, [row.id or 0 for row in mine], error, gone=found is None)
    return Sent(sent=sent, failed=failed)


def _due(written: datetime, tries: int, now: datetime) -> bool:
    """One that a clock which was ahead has dated does not wait for that day."""
    return written > now or notices.due(written, tries, now)


def _together(rows: Iterable[Told]) -> Iterator[tuple[str, list[Told]]]:
    """Notices of a channel one by one while they are few, and more of them as one message: where a supplier
    is down for the night, thousands of schools turn red at once, and nobody reads a thousand mails."""
    turns: dict[str, list[Told]] = {}
    for row in rows:
        if row.kind == "summary":
            yield row.channel, [row]
        else:
            turns.setdefault(row.channel, []).append(row)
    for channel, mine in turns.items():
        together = len(mine) > notices.ONE_BY_ONE
        yield from ((channel, part) for part in ([mine] if together else [[row] for row in mine]))


def _send(send: Send, address: str, rows: list[Told]) -> str:
    title, _, text = rows[0].text.partition("\n")
    if len(rows) > 1:
        title, text = notices.joined([row.kind for row in rows], [_body(row) for row in rows])
    return send(address, title, text)


def _body(row: Told) -> str:
    return row.text.partition("\n")[2]


def _enough(s: Session, channel: str, now: datetime) -> bool:
    return told.messages(s, channel, since=now - notices.BREATH, until=now) >= notices.ONE_BY_ONE


def _note(desk: Desk, row_ids: Sequence[int], error: str, *, gone: bool) -> None:
    now = desk.now()
    with desk.store.write() as s:
        for row in (s.get(Told, row_id) for row_id in row_ids):
            if row is None or row.state != told.WAITING:
                continue
            row.tries += 1
            row.at = min(row.at or now, now)  # tried again by the clock as it is now
            row.error = error[:200]
            if not error:
                row.state, row.sent_at = told.SENT, now
            elif gone or notices.given_up(row.tries):
                row.state = told.DROPPED
            s.add(row)


def tell(desk: Desk, send: Send) -> Sent:
    """One round: look, write down, send."""
    permits.need(desk, "sync")
    written = look(desk)
    return replace(deliver(desk, send), written=written)


def log(desk: Desk, *, limit: int = 50) -> tuple[NoticeView, ...]:
    """The newest notices first."""
    with desk.store.read() as s:
        return tuple(
            NoticeView(
                id=row.id or 0, at=row.at, channel=row.channel, kind=row.kind,
                text=row.text.replace("\n", ". "), state=row.state, tries=row.tries, error=row.error,
                sent_at=row.sent_at,
            )
            for row in told.log(s, limit=limit)
        )  # fmt: skip


def _kept(desk: Desk) -> dict[str, tuple[Channel, str]]:
    found = {}
    for name, text in desk.secrets.get(REF).items():
        value = json.loads(text)
        channel = Channel(name=name, tells=tuple(value["tells"]), schools=tuple(value["schools"]))
        found[name] = (channel, str(value["address"]))
    return found


def _one(kept: Mapping[str, tuple[Channel, str]], name: str) -> tuple[Channel, str]:
    if name not in kept:
        raise NotFound(f"There is no channel “{name[:40]}”.", mend="misconsole notify list names them.")
    return kept[name]


def _text(channel: Channel, address: str) -> str:
    return json.dumps({**asdict(channel), "address": address})
