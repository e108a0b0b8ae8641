"""Channels, notices that are written before they are sent, and a real service on loopback that takes them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from connectors.errors import Unreachable
from connectors.records import Report
from data.store import Store
from data.tables import School, Told
from misconsole.__main__ import main
from misconsole.errors import NotFound, Usage
from misconsole.services import notify, notify_send
from misconsole.services.notify import Channel
from misconsole.services.permits import NotPermitted
from tests.fake_mis import Bench

TOKEN = "canary-token-4711"


class Inbox:
    """A webhook that keeps what it is sent; ``well`` False: it answers with an error."""

    def __init__(self) -> None:
        self.got: list[dict[str, Any]] = []
        self.well = True
        inbox = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if inbox.well:
                    inbox.got.append(json.loads(body))
                self.send_response(200 if inbox.well else 503)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                return

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"json://127.0.0.1:{self.server.server_port}/{TOKEN}"


@pytest.fixture
def inbox() -> Iterator[Inbox]:
    made = Inbox()
    thread = Thread(target=made.server.serve_forever)
    thread.start()
    yield made
    made.server.shutdown()
    thread.join()
    made.server.server_close()


@pytest.fixture
def bench(store: Store, tmp_path: Path) -> Bench:
    made = Bench(store, tmp_path)
    assert made.sync().state == "succeeded"
    return made


def open_channel(bench: Bench, inbox: Inbox, **more: Any) -> None:
    notify.add(bench.desk, Channel(name="desk", **more), inbox.address, understood=notify_send.understood)


def round_of_telling(bench: Bench) -> notify.Sent:
    bench.now += timedelta(minutes=2)
    return notify.tell(bench.desk, notify_send.send)


def fail(bench: Bench) -> None:
    bench.mis.fails = {Report.STUDENTS: Unreachable("No answer.")}
    assert bench.sync().state == "failed"


def recover(bench: Bench) -> None:
    bench.mis.fails = {}
    assert bench.sync().state == "succeeded"


def test_red_and_green_again_are_told_once_each_by_a_real_service(bench: Bench, inbox: Inbox) -> None:
    open_channel(bench, inbox)
    assert round_of_telling(bench) == notify.Sent()
    fail(bench)
    assert round_of_telling(bench) == notify.Sent(written=1, sent=1)
    fail(bench)
    assert round_of_telling(bench) == notify.Sent()
    recover(bench)
    assert round_of_telling(bench) == notify.Sent(written=1, sent=1)
    assert round_of_telling(bench) == notify.Sent()
    assert [one["title"] for one in inbox.got] == [
        "Larkmere School: needs help", "Larkmere School: all right again",
    ]  # fmt: skip


def test_a_notice_that_nobody_took_is_sent_later_and_not_lost(bench: Bench, inbox: Inbox) -> None:
    open_channel(bench, inbox)
    fail(bench)
    inbox.well = False
    assert round_of_telling(bench) == notify.Sent(written=1, failed=1)
    assert notify.log(bench.desk)[0].state == "waiting"
    inbox.well = True
    assert notify.deliver(bench.desk, notify_send.send) == notify.Sent()  # not due yet
    assert round_of_telling(bench) == notify.Sent(sent=1)
    (told,) = notify.log(bench.desk)
    assert (told.state, told.tries, len(inbox.got)) == ("sent", 2, 1)


def test_it_is_given_up_after_a_day(bench: Bench, inbox: Inbox) -> None:
    open_channel(bench, inbox)
    fail(bench)
    inbox.well = False
    for _ in range(12):
        bench.now += timedelta(hours=25)
        notify.deliver(bench.desk, notify_send.send)
        notify.look(bench.desk)
    assert notify.log(bench.desk)[0].state == "dropped"


def test_a_channel_hears_of_its_schools_and_kinds_only(bench: Bench, inbox: Inbox) -> None:
    open_channel(bench, inbox, tells=("recovered",), schools=("100001",))
    fail(bench)
    assert round_of_telling(bench) == notify.Sent()
    recover(bench)
    assert round_of_telling(bench).sent == 1
    open_channel(bench, inbox, schools=("999999",))
    fail(bench)
    assert round_of_telling(bench) == notify.Sent()


def test_two_who_look_at_once_tell_once(bench: Bench, inbox: Inbox) -> None:
    open_channel(bench, inbox)
    fail(bench)
    from misconsole.services import status

    lines = status.lines(bench.store.url, now=bench.now)
    notify.look(bench.desk, lines=lines)
    with bench.store.read() as s:
        first = s.get(Told, 1)
    rows = [notify._news(bench.desk, Channel(name="desk"), lines[0], None)]
    notify._write(bench.desk, [row for row in rows if row])
    assert len(bench.rows(Told)) == 1 and first is not None


def test_a_summary_goes_to_whoever_wants_one_once_a_night(bench: Bench, inbox: Inbox) -> None:
    open_channel(bench, inbox)
    for _ in range(2):
        notify.summary(bench.desk, key="2026-11-22", title="Last night", text="1 school ran.")
    assert notify.deliver(bench.desk, notify_send.send).sent == 1
    assert inbox.got[0]["message"] == "1 school ran."


def test_the_address_is_in_no_store_list_or_log_and_nobodys_name_is_told(
    bench: Bench, inbox: Inbox, tmp_path: Path
) -> None:
    """X2: an address holds a token; what is told travels by other people's services."""
    open_channel(bench, inbox)
    fail(bench)
    round_of_telling(bench)
    shown = repr(notify.channels(bench.desk)) + repr(notify.log(bench.desk))
    bench.store.close()
    stored = b"".join(p.read_bytes() for p in bench.store.path.parent.glob(f"{bench.store.path.name}*"))  # type: ignore[union-attr]
    assert TOKEN not in shown and TOKEN.encode() not in stored
    told = json.dumps(inbox.got)
    assert "Vickers" not in told and "Ashdown" not in told


@pytest.mark.parametrize("address", ["", "nonsense", "http//x"])
def test_an_address_that_is_none_is_refused(bench: Bench, address: str) -> None:
    with pytest.raises(Usage, match="no address"):
        notify.add(bench.desk, Channel(name="desk"), address, understood=notify_send.understood)
    assert notify.channels(bench.desk) == ()


def test_wrong_names_and_kinds_are_refused_and_a_removed_channel_is_gone(bench: Bench, inbox: Inbox) -> None:
    with pytest.raises(Usage, match="named by letters"):
        notify.add(bench.desk, Channel(name="a b"), inbox.address, understood=lambda _: True)
    with pytest.raises(Usage, match="Nothing is told of"):
        open_channel(bench, inbox, tells=("gossip",))
    open_channel(bench, inbox)
    notify.remove(bench.desk, "desk")
    with pytest.raises(NotFound):
        notify.remove(bench.desk, "desk")


def test_only_who_keeps_the_house_sets_up_a_channel(bench: Bench, inbox: Inbox) -> None:
    bench.desk = replace(bench.desk, grade="operator")
    with pytest.raises(NotPermitted):
        open_channel(bench, inbox)


def test_headless_from_setting_up_to_the_log(
    bench: Bench, inbox: Inbox, tmp_path: Path, capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setenv("MISCONSOLE_CONFIG", str(tmp_path / "config"))
    address = tmp_path / "address"
    address.write_text(inbox.address)
    where = ["--store", bench.store.url]
    assert (
        main(["notify", "add", "desk", "--address-file", str(address), "--schools", "larkmere", *where]) == 0
    )
    assert main(["notify", "test", "desk", *where]) == 0
    fail(bench)
    assert main(["notify", "send", *where]) == 0
    capsys.readouterr()
    assert main(["notify", "log", "--json", *where]) == 0
    (item,) = json.loads(capsys.readouterr().out)["items"]
    assert (item["kind"], item["state"]) == ("problem", "sent")
    assert main(["notify", "list", "--json", *where]) == 0
    said = capsys.readouterr()
    assert json.loads(said.out)["channels"][0]["schools"] == ["100001"]
    assert TOKEN not in said.out + said.err
    assert main(["notify", "remove", "desk", *where]) == 0
    assert len(inbox.got) == 2


def test_thousands_of_schools_that_turn_red_make_no_thousand_messages(bench: Bench, inbox: Inbox) -> None:
    """A supplier that is down for the night: few messages, each notice in one of them, none twice."""
    notify.add(bench.desk, Channel(name="desk"), inbox.address, understood=notify_send.understood)
    lines = {
        n: {"id": bench.school_id, "urn": f"{n}", "name": f"School {n}", "last_run": n, "lamp": "problem",
            "lamp_word": "the last sync failed", "last_checked": None, "waiting": {}}
        for n in range(200_000, 200_200)
    }  # fmt: skip
    for n, line in lines.items():
        notify.look(bench.desk, lines=[{**line, "id": _school(bench, n)}])
        notify.deliver(bench.desk, notify_send.send)
        bench.now += timedelta(seconds=20)
    bench.now += timedelta(minutes=20)
    notify.deliver(bench.desk, notify_send.send)
    assert len(inbox.got) < 40
    text = "\n".join(each["message"] for each in inbox.got)
    assert [text.count(f"({n})") for n in lines] == [1] * 200
    assert any(each["title"].endswith("need help") for each in inbox.got)
    assert {row.state for row in bench.rows(Told)} == {"sent"}


def test_what_waits_is_counted_only_for_a_notice_that_tells_it(
    bench: Bench, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[bool] = []
    real = notify.status.lines

    def lines(url: str, **more: Any) -> list[dict[str, Any]]:
        asked.append(more.get("counted", True))
        return real(url, **more)

    monkeypatch.setattr(notify.status, "lines", lines)
    open_channel(bench, inbox)
    round_of_telling(bench)
    bench.mis.fails[Report.STAFF] = Unreachable("The MIS did not answer.")
    bench.sync()
    round_of_telling(bench)
    assert asked == [False, False] and len(inbox.got) == 1
    bench.mis.fails.clear()
    bench.sync()
    round_of_telling(bench)
    assert asked == [False, False, False, True]
    waiting = sum(real(bench.store.url, now=bench.now)[0]["waiting"].values())
    assert waiting > 1 and f"{waiting} things wait" in inbox.got[-1]["message"]


def test_a_clock_that_was_ahead_for_a_moment_keeps_no_notice_back(bench: Bench, inbox: Inbox) -> None:
    """Neither those it has dated, nor others because of the many that were sent then."""
    open_channel(bench, inbox)
    now = bench.now
    bench.now += timedelta(days=3653)
    for n in range(notify.notices.ONE_BY_ONE):
        notify.summary(bench.desk, key=f"ahead-{n}", title="Ahead", text=str(n))
        notify.deliver(bench.desk, notify_send.send)
        bench.now += timedelta(seconds=1)
    inbox.well = False
    notify.summary(bench.desk, key="kept", title="Kept", text="back")
    bench.now = now
    assert notify.deliver(bench.desk, notify_send.send).failed == 1
    inbox.well = True
    bench.now += timedelta(minutes=2)
    assert notify.deliver(bench.desk, notify_send.send).sent == 1
    assert inbox.got[-1]["title"] == "Kept"


def _school(bench: Bench, number: int) -> int:
    with bench.store.write() as s:
        row = School(urn=str(number), slug=f"s{number}", name=f"School {number}")
        s.add(row)
        s.flush()
        return row.id or 0
