"""Who gets which account when everybody is thought of at once: one account a person, one person an account.

The assignment that is worth most bits in all.  What matters beside it is the *gap* of each pair: how many
bits the whole would lose if that pair were forbidden.  A person torn between two accounts of which one is
plainly somebody else's has a wide gap; two people torn between the same two accounts have none (reference
6.2, point 4).
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import TypeVar

Person = TypeVar("Person", bound=Hashable)
Wishes = Mapping[Person, Mapping[int, float]]

#: the most pairs of one knot of people and accounts that are solved; larger ones are taken greedily
KNOT = 400


def assign(wishes: Wishes[Person]) -> dict[Person, tuple[int, float]]:
    """person -> (account, gap in bits) for everybody who gets one; ``wishes``: person -> account -> bits.

    Pairs of no bits or fewer are never assigned.  The result does not depend on the order of anything.
    """
    found: dict[Person, tuple[int, float]] = {}
    for knot in knots(wishes):
        if len(knot) == 1:
            found.update(_alone(knot))
        elif sum(map(len, knot.values())) <= KNOT:
            found.update(_solved(knot))
        else:
            found.update(_greedy(knot))
    return found


def knots(wishes: Wishes[Person]) -> list[dict[Person, dict[int, float]]]:
    """The wishes parted into those that have nothing to do with one another."""
    wanted: dict[int, list[Person]] = {}
    for person, accounts in wishes.items():
        for account, bits in accounts.items():
            if bits > 0:
                wanted.setdefault(account, []).append(person)
    seen: set[Person] = set()
    found = []
    for first in wishes:
        if first in seen:
            continue
        seen.add(first)
        knot, waiting = {}, [first]
        while waiting:
            person = waiting.pop()
            knot[person] = {account: bits for account, bits in wishes[person].items() if bits > 0}
            for account in knot[person]:
                for other in wanted[account]:
                    if other not in seen:
                        seen.add(other)
                        waiting.append(other)
        found.append(dict(sorted(knot.items(), key=lambda item: repr(item[0]))))
    return found


def _alone(knot: dict[Person, dict[int, float]]) -> dict[Person, tuple[int, float]]:
    ((person, accounts),) = knot.items()
    if not accounts:
        return {}
    best, *others = sorted(accounts.items(), key=lambda item: (-item[1], item[0]))
    return {person: (best[0], best[1] - (others[0][1] if others else 0.0))}


def _solved(knot: dict[Person, dict[int, float]]) -> dict[Person, tuple[int, float]]:
    holder = _best(knot)
    worth = _worth(knot, holder)
    found = {}
    for account, person in holder.items():
        without = {**knot, person: {a: bits for a, bits in knot[person].items() if a != account}}
        found[person] = (account, worth - _worth(without, _best(without)))
    return found


def _worth(knot: dict[Person, dict[int, float]], holder: Mapping[int, Person]) -> float:
    return sum(knot[person][account] for account, person in holder.items())


def _best(knot: dict[Person, dict[int, float]]) -> dict[int, Person]:
    """account -> who gets it, everybody being let in one after another along the best chain of changes."""
    holder: dict[int, Person] = {}
    for person in knot:
        _let_in(person, knot, holder)
    return holder


def _let_in(person: Person, knot: dict[Person, dict[int, float]], holder: dict[int, Person]) -> None:
    """Give ``person`` an account, or somebody on the way none, whichever makes the whole worth most."""
    reached: dict[Person, tuple[float, int, Person]] = {}  # -> (gain so far, account lost, to whom)
    gains, waiting = {person: 0.0}, [person]
    best = 0.0
    end: tuple[Person, int | None] | None = None  # who takes a free account, or goes without, at the end
    while waiting:
        who = waiting.pop(0)
        for account, bits in knot[who].items():
            gain, other = gains[who] + bits, holder.get(account)
            if other is None:
                if gain > best + 1e-9:
                    best, end = gain, (who, account)
            elif other != who and gain - knot[other][account] > gains.get(other, float("-inf")) + 1e-9:
                gains[other] = gain - knot[other][account]
                reached[other] = (gains[other], account, who)
                waiting.append(other)
                if gains[other] > best + 1e-9:
                    best, end = gains[other], (other, None)
    if end is None:
        return
    who, free = end
    if free is not None:
        holder[free] = who
    while who != person:
        _, account, to = reached[who]
        holder[account] = to
        who = to


def _greedy(knot: dict[Person, dict[int, float]]) -> dict[Person, tuple[int, float]]:
    """The best pair first; the gap is the distance to the nearest rival on either side."""
    pairs = sorted(
        ((bits, account, person) for person, accounts in knot.items() for account, bits in accounts.items()),
        key=lambda pair: (-pair[0], pair[1], repr(pair[2])),
    )
    by_person: dict[Person, list[float]] = {}
    by_account: dict[int, list[float]] = {}
    for bits, account, person in pairs:
        by_person.setdefault(person, []).append(bits)
        by_account.setdefault(account, []).append(bits)
    found: dict[Person, tuple[int, float]] = {}
    held: set[int] = set()
    for bits, account, person in pairs:
        if person not in found and account not in held:
            held.add(account)
            rivals = [
                each[1] if each[0] == bits else each[0]
                for each in (by_person[person], by_account[account])
                if len(each) > 1
            ]
            found[person] = (account, bits - max([0.0, *rivals]))
    return found
