"""REST v2: short rows, then each object by its address, then what it links to (reference §3).

One request an object and more for what hangs on it, so this is the other interface, for schools whose
app has no GraphQL.  Objects are fetched several at a time; reference data only once.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future
from typing import Any
from urllib.parse import quote

from connectors.arbor.answers import checked, not_permitted
from connectors.arbor.entities import CODE, PROPERTIES, Tree, plural, root, single, tree_of
from connectors.arbor.pages import Pages, Rows, listed
from connectors.arbor.source import Read
from connectors.errors import BadAnswer, ScopeMissing
from connectors.http import Answer, Http
from connectors.http_errors import NotFound

ROOT = "rest-v2/"
BARE = frozenset({"entityType", "id", "href", "displayName", "revisionId", "userTags"})
REMEMBERED = frozenset(
    {CODE, "AcademicYear", "AcademicLevel", "RegistrationForm", "House", "StaffContract", "TeachingGroup"}
)
MOST_REMEMBERED = 4000


class RestSource:
    nests = False

    def __init__(self, http: Http, *, page_size: int, first: int | None) -> None:
        self.http, self.page_size, self.first = http, page_size, first
        self.denied: set[tuple[str, str]] = set()
        self._known: OrderedDict[str, dict[str, Any]] = OrderedDict()

    def prepare(self) -> None:
        """REST tells nothing about itself; its properties are documented."""

    def has(self, entity: str, path: str) -> bool:
        for name in path.split("."):
            properties = PROPERTIES.get(entity, {})
            if name not in properties and name != "id":
                return False
            entity = properties.get(name, "")
        return True

    def has_entity(self, entity: str) -> bool:
        return (entity, "") not in self.denied

    def read(self, entity: str, paths: Sequence[str]) -> Read:
        pages = self._pages(entity, {})
        read = Read(iter(()))
        read.pages = self._filled(entity, paths, pages, read)
        return read

    def some(self, entity: str, paths: Sequence[str], ids: Sequence[str]) -> list[Any]:
        """An object that is not there is left out."""
        stubs = [{"href": f"/{ROOT}{plural(entity)}/{quote(one, safe='')}", "id": one} for one in ids]
        return [row for row in self._whole(stubs, entity, tree_of(paths)) if row]

    def linked(
        self, entity: str, paths: Sequence[str], link: str, target: str, ids: Sequence[str]
    ) -> list[Any]:
        found: list[Any] = []
        for one in ids:
            href = f"/{ROOT}{plural(target)}/{quote(one, safe='')}"
            for page in self._pages(entity, {f"filters.{link}.equals": href}):
                found += self._whole([row for _, row in page], entity, tree_of(paths))
        return [row for row in found if row]

    def tagged(self, entity: str, tag: str) -> set[str] | None:
        pages = self._pages(entity, {"filters.self.tagged": tag})
        return {str(row.get("id")) for page in pages for _, row in page if isinstance(row, dict)}

    def sample(self, entities: Sequence[str]) -> dict[str, bool | None]:
        found: dict[str, bool | None] = {}
        for entity in entities:
            try:
                page = str(self.first if self.first is not None else 1)
                rows = self._stubs(entity, self._listing(entity, {"page-size": "1", "page-number": page}))
                one = self._whole(rows[:1], entity, {}) if rows else []
                found[entity] = None if one and _bare(one[0], entity) else bool(rows)
            except (ScopeMissing, NotFound):
                found[entity] = None
        if all(state is None for state in found.values()):
            self._listing(entities[0], {"page-size": "1"})  # says why, where even the address is wrong
        return found

    # -- listings -------------------------------------------------------------------

    def _listing(self, entity: str, params: Mapping[str, str]) -> Answer:
        return self.http.get(ROOT + plural(entity), params)

    def _pages(self, entity: str, filters: Mapping[str, str]) -> Pages:
        def begin(number: int) -> Future[Answer]:
            params = {**filters, "page-number": str(number), "page-size": str(self.page_size)}
            return self.http.start(ROOT + plural(entity), params)

        return Pages(
            self.http, entity, begin=begin, first=self.first,
            take=lambda future, _: self._stubs(entity, self.http.wait(future)),
        )  # fmt: skip

    def _stubs(self, entity: str, answer: Answer) -> list[Any]:
        body = checked(answer.data, self.http.secrets)
        return listed(body.get(root(entity)), entity)

    def _filled(self, entity: str, paths: Sequence[str], pages: Pages, read: Read) -> Iterator[Rows]:
        tree, seen_full = tree_of(paths), False
        for page in pages:
            rows = self._whole([row for _, row in page], entity, tree)
            whole = [row for row in rows if not _bare(row, entity)]
            seen_full = seen_full or bool(whole)
            if rows and not seen_full:
                self.denied.add((entity, ""))
                raise not_permitted(entity)
            read.count[0] = pages.received
            yield [(index, row) for (index, _), row in zip(page, rows, strict=True)]
        read.count[:] = pages.received, pages.duplicates

    # -- objects --------------------------------------------------------------------

    def _whole(self, stubs: Sequence[Any], entity: str, tree: Tree) -> list[Any]:
        """The objects of the stubs, in order, with everything the tree asks for; level by level."""
        objects = self._fetched(stubs, entity)
        for name, branch in tree.items():
            target = PROPERTIES.get(entity, {}).get(name, "")
            if target and (not branch or set(branch) - {"id"}):
                self._grow(objects, name, branch, target)
        return objects

    def _grow(self, objects: Sequence[Any], name: str, branch: Tree, target: str) -> None:
        """Puts whole objects where stubs were; one that several share is fetched once, and one of which
        only the name is wanted not at all where the stub has it."""
        stubs: dict[str, Any] = {}
        for one in objects:
            value = one.get(name) if isinstance(one, dict) else None
            if not isinstance(value, dict) or not isinstance(value.get("href"), str):
                continue
            if branch or not value.get("displayName"):
                stubs.setdefault(value["href"], value)
        whole = dict(zip(stubs, self._whole(list(stubs.values()), target, branch), strict=True))
        for one in objects:
            value = one.get(name) if isinstance(one, dict) else None
            if isinstance(value, dict) and value.get("href") in whole:
                one[name] = whole[value["href"]]

    def _fetched(self, stubs: Sequence[Any], entity: str) -> list[Any]:
        """The object of each stub; what is no stub, or is gone meanwhile, stays as it was."""
        found: list[Any] = list(stubs)
        waiting: list[tuple[int, str, Future[Answer]]] = []
        for place, stub in enumerate(stubs):
            href = stub.get("href") if isinstance(stub, dict) else None
            if not isinstance(href, str) or not href:
                continue
            if href in self._known:
                found[place] = dict(self._known[href])
                continue
            if len(waiting) >= self.http.limits.parallel:
                self._collect(*waiting.pop(0), entity, found)
            waiting.append((place, href, self.http.start(href)))
        for each in waiting:
            self._collect(*each, entity, found)
        return found

    def _collect(self, place: int, href: str, future: Future[Answer], entity: str, found: list[Any]) -> None:
        try:
            body = checked(self.http.wait(future).data, self.http.secrets)
        except NotFound:
            found[place] = None
            return
        inner = body.get(single(entity))
        if inner is None and len(body) == 1:
            inner = next(iter(body.values()))
        if not isinstance(inner, dict):
            raise BadAnswer(f"Arbor's answer about one {entity} holds no object.", where=href[:120])
        found[place] = inner
        if entity in REMEMBERED:
            self._known[href] = dict(inner)
            if len(self._known) > MOST_REMEMBERED:
                self._known.popitem(last=False)


def _bare(row: Any, entity: str) -> bool:
    """Nothing but the outside of an object: in REST that is how a missing permission looks."""
    if not isinstance(row, dict) or not PROPERTIES.get(entity):
        return False
    return not set(row) - BARE
