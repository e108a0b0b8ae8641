"""A first sync of many people over loopback HTTP, the same again, and a delta, beside a floor.

The floor does the least that could be called a sync: it fetches the same pages one after another, reads
them with a fast JSON parser, compares dicts, and writes rows and journal rows with raw ``sqlite3``.
It validates nothing, matches nobody and makes no username.  Ours is the whole run, in its own process.
"""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.bench.show import table, verdict
from tests.bench.startup import MISCONSOLE, compiled_env

INCLUDES = {
    "students": "education_details,contact_details,registration,year,house",
    "employees": "employment_details,contact_details",
    "groups": "students,employees",
    "classes": "subject,students,employees",
}


@contextmanager
def simulator(people: int, folder: Path) -> Iterator[dict[str, Any]]:
    """One school of that many people in a process of its own, read once so that its pages are ready."""
    from connectors.simulator.control import Control

    ready = folder / "simulator.json"
    words = ["--people", str(people), "--approved", "all", "--ready-file", str(ready)]
    process = subprocess.Popen([sys.executable, "-m", "connectors.simulator", *words])
    try:
        while not ready.exists():
            if process.poll() is not None:
                raise SystemExit("the simulator did not start")
            time.sleep(0.1)
        serving = json.loads(ready.read_text())
        school = Control(serving["url"], serving["control_key"]).schools()[0]
        yield serving | {"urn": school["urn"], "id": school["wonde_id"], "mis": school["mis"]}
    finally:
        process.terminate()
        process.wait(timeout=20)


def floor(serving: dict[str, Any], store: Path) -> tuple[float, int]:
    """Seconds and people of the floor's run against ``store`` (first, or again)."""
    import httpx
    from pydantic_core import from_json

    started = time.perf_counter()
    db = sqlite3.connect(store)
    db.execute("create table if not exists person (key text primary key, body text)")
    db.execute(
        "create table if not exists journal (id integer primary key, key text, before text, after text)"
    )
    known = dict(db.execute("select key, body from person"))
    people, changed = 0, []
    with httpx.Client(headers={"Authorization": f"Bearer {serving['token']}"}, timeout=60) as client:
        for resource, include in INCLUDES.items():
            url: str | None = (
                f"{serving['wonde_url']}schools/{serving['id']}/{resource}?include={include}&per_page=200&cursor=true"
            )
            while url:
                page = from_json(client.get(url).content)
                for row in page["data"]:
                    people += resource in ("students", "employees")
                    key, body = f"{resource}/{row['id']}", json.dumps(row)
                    if known.get(key) != body:
                        changed.append((key, known.get(key), body))
                pages = page.get("meta", {}).get("pagination") or {}
                url = pages.get("next") if pages.get("more") else None
    with db:
        db.executemany("insert or replace into person values (?, ?)", [(k, after) for k, _, after in changed])
        db.executemany("insert into journal (key, before, after) values (?, ?, ?)", changed)
    db.close()
    return time.perf_counter() - started, people


#: Runs what it is told and adds the peak memory of it as a last line.  A process begins with the peak of
#: whoever started it, and this bench holds the floor's pages: so something small stands in between.
MEASURED = """
import resource, subprocess, sys
code = subprocess.run(sys.argv[1:]).returncode
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
sys.exit(code)
"""


def ours(urn: str, env: dict[str, str], *more: str) -> tuple[float, dict[str, Any], float]:
    """Seconds, the sync's JSON and the peak memory in MB of one run in its own process."""
    words = [sys.executable, "-S", "-c", MEASURED, str(MISCONSOLE), "sync", urn, "--json", *more]
    started = time.perf_counter()
    done = subprocess.run(words, env=env, capture_output=True, text=True, check=False)
    seconds = time.perf_counter() - started
    if done.returncode:
        raise SystemExit(f"sync failed with {done.returncode}: {done.stdout}\n{done.stderr}")
    answer, _, peak = done.stdout.rstrip().rpartition("\n")
    return seconds, json.loads(answer), int(peak) / 1024


def command(env: dict[str, str], *words: str, secret: str | None = None) -> None:
    done = subprocess.run(
        [MISCONSOLE, *words], env=env, input=secret, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(f"{' '.join(words)}: {done.stderr or done.stdout}")


def prepare(serving: dict[str, Any], env: dict[str, str], folder: Path) -> None:
    urn = serving["urn"]
    secrets = folder / "secrets.txt"
    secrets.touch(mode=0o600)
    secrets.write_text(f"token={serving['token']}\n")
    # The bench asks for the whole work of a run, so no limit may hold it.
    command(env, "school", "add", "Bulk Academy", "--urn", urn, "--set", "domain=bulk.example")
    connect = [
        "connect",
        urn,
        "--mis",
        serving["mis"],
        "--route",
        "wonde",
        "--set",
        f"url={serving['wonde_url']}",
    ]
    command(env, *connect, "--secrets-file", str(secrets))
    command(env, "authorise", urn)
    command(env, "reports", urn, "accept", "staff", "students", "groups-classes")


def main(*, quick: bool = False) -> None:
    from connectors.simulator.control import Control

    people = 3_000 if quick else 60_000
    with tempfile.TemporaryDirectory() as name, simulator(people, Path(name)) as serving:
        folder = Path(name)
        env = compiled_env(folder) | {"MISCONSOLE_STORE": f"sqlite:///{folder / 'store.sqlite3'}"}
        prepare(serving, env, folder)
        floor(serving, folder / "warm-up.sqlite3")  # the simulator renders its pages once
        ours(serving["urn"], env, "--dry-run")
        rows = []
        floors = {}
        for label in ("first", "again, unchanged"):
            least, count = floor(serving, folder / "floor.sqlite3")
            floors[label] = least
            seconds, document, peak = ours(serving["urn"], env, "--full")
            rows.append(line(label, count, seconds, least, peak, document))
        Control(serving["url"], serving["control_key"]).advance(1)
        seconds, document, peak = ours(serving["urn"], env)
        again = next(r for r in rows if r[1] == "again, unchanged")
        rows.append(line("delta, a day later", count, seconds, floors["again, unchanged"], peak, document))
        print(f"{count:,} people; ratio = our people a second / the floor's")
        table(["ratio", "run", "people/s", "floor people/s", "seconds", "peak MB", "bar", "changes"], rows)
        told = ", ".join(f"{n['extracted']:,} {report}" for report, n in document["reports"].items())
        print(f"delta / full unchanged run: {seconds / float(again[4]):.2f} (bar: ≤ 0.10 for 2 % changed)")
        print(f"the delta delivered {told}; every class and group of a leaver comes with all its members")


def line(
    label: str, count: int, seconds: float, least: float, peak: float, document: dict[str, Any]
) -> list[object]:
    bars = {"first": 0.45, "again, unchanged": 0.7}
    ratio = least / seconds
    bar = verdict(ratio, bars[label], at_most=False) if label in bars else ""
    changes = " ".join(f"{k} {v:,}" for k, v in document["changes"].items() if v)
    figures = [f"{count / seconds:,.0f}", f"{count / least:,.0f}", f"{seconds:.2f}", f"{peak:.0f}"]
    return [f"{ratio:.2f}x", label, *figures, bar, changes]
