"""How many exclusions wait, from the plain rows of the quick look; the same answer as
``services.clashes.count_due``, which asks through models (a test holds the two together).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from types import SimpleNamespace
from typing import Any

from misconsole.rules import exclusions as rules
from misconsole.rules.name_pieces import may_be, pieces

Row = Mapping[str, Any]
NONE: set[str] = set()


def waiting(tables: Mapping[str, Sequence[Row]], school_ids: Iterable[int], today: date) -> dict[int, int]:
    """School id -> exclusions due, or borne by a live account. ``tables``: ``data.status.clash_rows``."""
    bearers: dict[int, dict[tuple[str, str], list[Row]]] = defaultdict(dict)
    accounts = {row["id"]: row for row in tables["accounts"]}
    families = _families(tables["exclusions"])
    for row in accounts.values():
        near = families.get(row["school_id"], NONE)
        if may_be(row["family_name"], near) or may_be(row["preferred_family_name"], near):
            facts: Any = SimpleNamespace(**row)
            for name in rules.account_keys(facts):
                bearers[row["school_id"]].setdefault(name, []).append(row)
    owned: dict[int, list[Row]] = defaultdict(list)
    for link in tables["links"]:
        if link["account_id"] in accounts:
            owned[link["person_id"]].append(accounts[link["account_id"]])
    reviews = {row["account_id"]: row for row in tables["reviews"]}  # in id order: the newest stays

    found = dict.fromkeys(school_ids, 0)
    for each in tables["exclusions"]:
        named = bearers[each["school_id"]]
        own = each["person_id"]
        hit = owned[own] if own else rules.bearers(named, each["given_name"], each["family_name"])
        if _due(each, today) or any(_clashes(each, account, reviews) for account in hit):
            found[each["school_id"]] += 1
    return found


def _families(exclusions: Iterable[Row]) -> dict[int, set[str]]:
    """School id -> letters that a surname covered there has."""
    covered: dict[int, list[tuple[str, str]]] = defaultdict(list)
    for each in exclusions:
        if not each["person_id"]:
            covered[each["school_id"]].append((each["given_name"], each["family_name"]))
    return {school: pieces(names) for school, names in covered.items()}


def _due(exclusion: Row, today: date) -> bool:
    return bool(exclusion["review_on"]) and date.fromisoformat(exclusion["review_on"]) <= today


def _clashes(exclusion: Row, account: Row, reviews: Mapping[int, Row]) -> bool:
    if account["school_id"] != exclusion["school_id"]:
        return False
    if exclusion["role"] not in ("", account["role"]):
        return False
    kept = reviews.get(account["id"])
    if kept is None or kept["verdict"] != "keep" or not kept["at"] or not exclusion["created_at"]:
        return True
    return datetime.fromisoformat(kept["at"]) < datetime.fromisoformat(exclusion["created_at"])
