"""One contender of the matching benchmark in its own process: ``python -m tests.bench.contender NAME COUNT``.

Prints one line of JSON: seconds, precision and recall of the pairs it says are one person, peak memory.
Records (or data frames) are ready before the clock starts; imports are not counted.
"""

from __future__ import annotations

import json
import logging
import resource
import sys
import time
import warnings
from typing import Any

from tests.bench import bulk, febrl

FIELDS = ("unique_id", "given_name", "family_name", "born")


def rows(source: str) -> bulk.Rows:
    """COUNT people, or FEBRL4 as it is (``febrl``) or with 15 % of each side alone (``febrl:SEED``)."""
    if not source.startswith("febrl"):
        return bulk.build(int(source))
    pairing = febrl.load()
    if ":" in source:
        pairing = febrl.unpaired(pairing, seed=int(source.partition(":")[2]))
    left = [(p.source_id, p.given_name, p.family_name, p.date_of_birth) for p in pairing.people]
    right = [(str(a.account_id), a.given_name, a.family_name, a.date_of_birth) for a in pairing.accounts]
    return bulk.Rows(left, right, {key: str(account) for key, account in pairing.truth.items()})  # type: ignore[arg-type]


def ours(found: bulk.Rows, *, told: bool = False) -> tuple[float, dict[str, str]]:
    from misconsole.rules import whole
    from misconsole.rules.matching import match
    from misconsole.rules.names import fold

    del whole  # imported before the clock starts
    fold("é")  # at the first such letter anyascii imports what reads its tables
    people, accounts = bulk.people(found), bulk.accounts(found)
    found.left.clear()
    found.right.clear()
    started = time.perf_counter()
    result = match(people, accounts, links={})
    if told:
        for link in result.linked.values():
            assert link.evidence
    seconds = time.perf_counter() - started
    pairs = {key[1]: str(link.account_id) for key, link in result.linked.items()}
    pairs |= {key: str(account) for key, account in febrl.banded(result, "likely").items()}
    return seconds, pairs


def ours_told(found: bulk.Rows) -> tuple[float, dict[str, str]]:
    """The same, and the evidence of every certain link written out field by field."""
    return ours(found, told=True)


def floor(found: bulk.Rows) -> tuple[float, dict[str, str]]:
    """An exact hash join: what can't be beaten, and finds nothing that changed."""
    started = time.perf_counter()
    right = {row[1:]: row[0] for row in found.right}
    pairs = {row[0]: right[row[1:]] for row in found.left if row[1:] in right}
    return time.perf_counter() - started, pairs


def frames(found: bulk.Rows) -> Any:
    import pandas

    sides = []
    for side in (found.left, found.right):
        frame = pandas.DataFrame(side, columns=list(FIELDS))
        frame["born"] = frame["born"].map(lambda day: day.isoformat() if day else None)
        sides.append(frame)
        side.clear()
    return sides


def splink(found: bulk.Rows) -> tuple[float, dict[str, str]]:
    """Stock comparisons and the training of its own tutorial; each left record keeps its best partner."""
    import splink.comparison_library as cl
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on

    logging.getLogger("splink").setLevel(logging.ERROR)
    left, right = frames(found)
    started = time.perf_counter()
    settings = SettingsCreator(
        link_type="link_only",
        comparisons=[
            cl.NameComparison("given_name"), cl.NameComparison("family_name"),
            cl.DateOfBirthComparison("born", input_is_string=True),
        ],
        blocking_rules_to_generate_predictions=[
            block_on("given_name", "family_name"), block_on("given_name", "born"),
            block_on("family_name", "born"),
        ],
        retain_matching_columns=False,
    )  # fmt: skip
    database = DuckDBAPI()
    sides = [database.register(left), database.register(right)]
    linker = Linker(sides, settings, log_level=logging.ERROR)
    training = linker.training
    training.estimate_probability_two_random_records_match(
        [block_on("given_name", "family_name", "born")], recall=0.9
    )
    training.estimate_u_using_random_sampling(max_pairs=1e6)
    training.estimate_parameters_using_expectation_maximisation(block_on("born"))
    training.estimate_parameters_using_expectation_maximisation(block_on("given_name", "family_name"))
    predicted = linker.inference.predict(threshold_match_probability=0.5)
    frame = predicted.as_pandas_dataframe()[["unique_id_l", "unique_id_r", "match_weight"]]
    frame = frame.sort_values("match_weight", ascending=False)
    frame = frame.drop_duplicates("unique_id_l").drop_duplicates("unique_id_r")
    pairs = dict(zip(frame["unique_id_l"], frame["unique_id_r"], strict=True))
    return time.perf_counter() - started, pairs


def recordlinkage(found: bulk.Rows) -> tuple[float, dict[str, str]]:
    """Blocked on each field in turn, Jaro-Winkler on names, any two of three fields alike."""
    import recordlinkage as toolkit

    left, right = (frame.set_index("unique_id") for frame in frames(found))
    started = time.perf_counter()
    indexer = toolkit.Index()
    indexer.block("born")
    indexer.block(["given_name", "family_name"])
    candidates = indexer.index(left, right)
    compare = toolkit.Compare()
    compare.string("given_name", "given_name", method="jarowinkler", threshold=0.88, label="given")
    compare.string("family_name", "family_name", method="jarowinkler", threshold=0.88, label="family")
    compare.exact("born", "born", label="born")
    scores = compare.compute(candidates, left, right).sum(axis=1)
    scores = scores[scores >= 2].sort_values(ascending=False, kind="stable")
    pairs: dict[str, str] = {}
    held: set[str] = set()
    for one, other in scores.index:
        if one not in pairs and other not in held:
            pairs[one] = other
            held.add(other)
    return time.perf_counter() - started, pairs


CONTENDERS = {
    "ours": ours, "ours told": ours_told, "splink": splink, "recordlinkage": recordlinkage, "floor": floor,
}  # fmt: skip


def main() -> None:
    warnings.simplefilter("ignore")
    name, source = sys.argv[1:]
    found = rows(source)
    seconds, pairs = CONTENDERS[name](found)
    judged = febrl.figures(pairs, found.truth)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "p": judged.precision, "r": judged.recall, "mb": peak}))


if __name__ == "__main__":
    main()
