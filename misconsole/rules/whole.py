"""One match from end to end, over columns: what is certain, and who is worth weighing with whom.

Exact keys first, for everybody at once; then only those who are left, beside the accounts that are left.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from operator import attrgetter

import numpy as np

from misconsole.rules import blocking, certain, columns, exact, habits, namesakes, sieve
from misconsole.rules.agreement import Calendar
from misconsole.rules.bands import Scored
from misconsole.rules.certain import Findings
from misconsole.rules.facts import AccountFacts, PersonFacts
from misconsole.rules.groups import within
from misconsole.rules.suggest import Weigher, families
from misconsole.rules.vocabulary import Bools, Ints, Vocabulary

Key = tuple[str, str]
FEWEST = 16  # the chance of a namesake is never reckoned among fewer than one in so many of all accounts


class Whole:
    """``people`` are all of the school, ``seekers`` those without a link; see ``matching.match``."""

    def __init__(
        self, people: Sequence[PersonFacts], seekers: Sequence[PersonFacts],
        accounts: Sequence[AccountFacts], *, links: Mapping[Key, int],
        not_same: Collection[tuple[Key, int]],
    ) -> None:  # fmt: skip
        self.people, self.seekers, self.accounts, self.refused = people, seekers, accounts, not_same
        self.ids = np.fromiter(map(attrgetter("account_id"), accounts), np.int64, len(accounts))
        self.links = links
        self.taken = {(key[0], account_id) for key, account_id in links.items()} if links else set()
        self.names, self.days = Vocabulary(), columns.Days({None: 0})
        self.everybody = columns.of_people(people, self.names, self.days)
        self.asking = self.everybody if len(seekers) == len(people) else columns.of_people(
            seekers, self.names, self.days
        )  # fmt: skip
        self.having = columns.of_accounts(accounts, self.names, self.days)
        self.often = columns.frequencies(self.everybody, self.having, self.names, self.days)

    def certain(self) -> Findings:
        pairs = exact.find(self.asking, self.having, self.names)
        return certain.find(
            self.seekers, self.accounts, ids=self.ids, exact=pairs, taken=self.taken, refused=self.refused,
            often=self.often,
        )  # fmt: skip

    def left(self, sure: Findings) -> list[int]:
        """Rows of the seekers who are not certain."""
        left = np.ones(len(self.seekers), np.bool_)
        left[sure.plain[0]] = False
        left[list(sure.links)] = False
        return np.flatnonzero(left).tolist()

    def candidates(self, rest: Sequence[int], sure: Findings) -> dict[Key, list[Scored]]:
        """Everybody in ``rest`` (rows of seekers) with the accounts that may be theirs, best first."""
        people = [self.seekers[row] for row in rest]
        side = self.asking.take(np.array(rest, np.int64))
        rows, guest, barred = self._left(side, sure)
        accounts = [self.accounts[row] for row in rows.tolist()]
        having = self.having.take(rows)
        names, calendar = sieve.lexicon(side, having, self.names), Calendar(self.days)
        side, having = (sieve.placed(each, names, calendar) for each in (side, having))
        plain = sieve.scales(names, calendar, self.often)
        learnt = habits.learn(
            side, having.take(~guest), self._larger(), names, calendar,
            agreed=len(sure.links) + len(sure.plain[0]), kept=self._kept(),
            rare=plain.given[side.given[0]] + plain.family[side.family[0]], vocabulary=self.names,
            dated=habits.dated(self.everybody, self.having),
        )  # fmt: skip
        free = max(int((~guest).sum()), len(self.accounts) // FEWEST)
        often = self.often = habits.with_habits(self.often, learnt, free)
        pairs = sieve.Sieve(
            side, having, names=names, calendar=calendar, often=often, barred=barred, guest=guest,
            local=np.array([account.local for account in accounts], np.bool_),
        ).kept()  # fmt: skip
        weigher = Weigher(people, accounts, often=often, families=families(*self._namesakes(rest)))
        named = {key: {a.account_id for a in found} for key, (_, found) in sure.waits.items()}
        place = dict(zip(self.ids[rows].tolist(), range(len(rows)), strict=True))
        marked = blocking.marks(people, accounts)
        forced = {(row, place[i]) for row, p in enumerate(people) for i in named.get(p.key, ()) if i in place}
        wanted = {*pairs, *marked, *forced}
        allowed = [
            (i, j) for i, j in sorted(wanted)
            if not barred[side.role[i], j] and (people[i].key, accounts[j].account_id) not in self.refused
        ]  # fmt: skip
        return self._told_by_name(weigher.weighed(allowed, forced), rest, rows)

    def _told_by_name(
        self, scored: dict[Key, list[Scored]], rest: Sequence[int], rows: Ints
    ) -> dict[Key, list[Scored]]:
        """The same, with those marked that a rare name alone tells from everybody else."""
        asked = [
            (row, scored[self.seekers[row].key][0]) for row in rest
            if scored[self.seekers[row].key]
            and namesakes.rare_and_alike(self.seekers[row], scored[self.seekers[row].key][0], self.often)
        ]  # fmt: skip
        if not asked:
            return scored
        side = self.asking.take(np.array([row for row, _ in asked], np.int64))
        place = dict(zip(self.ids[rows].tolist(), rows.tolist(), strict=True))
        theirs = np.array([place[one.account.account_id] for _, one in asked], np.int64)
        met = namesakes.met(side, self._own([row for row, _ in asked]), self.everybody, self.names, self.days)
        met |= namesakes.met(side, theirs, self.having, self.names, self.days)
        for (row, one), near in zip(asked, met.tolist(), strict=True):
            if not near:
                scored[self.seekers[row].key][0] = replace(one, unmistakable=True)
        return scored

    def _own(self, rows: Sequence[int]) -> Ints:
        """Rows among ``people`` of these rows of seekers."""
        if self.asking is self.everybody:
            return np.array(rows, np.int64)
        place = {person.key: row for row, person in enumerate(self.people)}
        return np.array([place[self.seekers[row].key] for row in rows], np.int64)

    def _kept(self) -> int:
        """How many were linked before whose date of birth is the account's too."""
        if not self.links:
            return 0
        held = set(self.links.values())
        born = {a.account_id: a.date_of_birth for a in self.accounts if a.account_id in held}
        mine = ((p.date_of_birth, born.get(self.links.get(p.key, 0))) for p in self.people)
        return sum(one is not None and one == other for one, other in mine)

    def _left(self, side: columns.Side, sure: Findings) -> tuple[Ints, Bools, Bools]:
        """Accounts that may be somebody's: rows, which are guests, and (role, row) that are barred.

        An account that somebody of its role has could only be shared by a person of the other role (Z16),
        and only an equal date of birth would make that worth a look.
        """
        roles = {role: number for number, role in enumerate(columns.ROLES)}
        held = np.zeros((len(columns.ROLES), len(self.accounts)), np.bool_)
        held[self.asking.role[sure.plain[0]], sure.plain[1]] = True
        linked = {(self.seekers[row].role, account.account_id) for row, (account, _, _) in sure.links.items()}
        for role, number in roles.items():
            held_by = [account_id for of, account_id in self.taken | linked if of == role]
            held[number] |= within(self.ids, np.array(held_by, np.int64))
        guest = held[self.having.role, np.arange(len(self.accounts))]
        welcome = ~guest
        for asked in np.unique(side.role).tolist():
            days = np.unique(side.day[(side.role == asked) & (side.day > 0)])
            welcome |= guest & ~held[asked] & within(self.having.day, days)
        rows = np.flatnonzero(welcome)
        return rows, guest[rows], held[:, rows]

    def _larger(self) -> columns.Side:
        return self.everybody if len(self.everybody) >= len(self.having) else self.having

    def _namesakes(self, rest: Sequence[int]) -> tuple[list[PersonFacts], list[AccountFacts]]:
        """Everybody, and every account, with the surname and date of birth of somebody who is left."""
        wanted = self._family(self.asking.take(np.array(rest, np.int64)))
        wanted = np.unique(wanted[wanted > 0])
        mine, theirs = (
            np.flatnonzero(within(self._family(side), wanted)) for side in (self.everybody, self.having)
        )
        return [self.people[row] for row in mine.tolist()], [self.accounts[row] for row in theirs.tolist()]

    def _family(self, side: columns.Side) -> Ints:
        surname = self.names.joined_of(side.family[0])
        return np.where((surname > 0) & (side.day > 0), (surname << 32) | side.day, 0)
