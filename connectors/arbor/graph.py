"""GraphQL: whole pages of nested rows, with exactly the fields that are wanted and allowed (reference §4)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from typing import Any

from connectors.arbor.answers import checked, not_permitted
from connectors.arbor.pages import Pages, Rows, listed
from connectors.arbor.schema import Schema
from connectors.arbor.source import Read
from connectors.errors import BadAnswer, ScopeMissing
from connectors.http import Answer, Http, redact

PATH = "graphql/query"
MOST_CORRECTIONS = 40
CHUNK = 100  # ids in one question
NESTED = ("Membership", "Relationship", "Enrolment")  # their pages are kept smaller: they nest


class GraphSource:
    nests = True

    def __init__(self, http: Http, *, page_size: int, first: int | None) -> None:
        self.http, self.page_size, self.first = http, page_size, first
        self.schema = Schema()

    @property
    def denied(self) -> set[tuple[str, str]]:
        return self.schema.denied

    def prepare(self) -> None:
        """Introspection; where it is closed or odd, assumptions stand."""
        from connectors.http_errors import NotFound, Unacceptable

        try:
            body = checked(self.http.ask(PATH, {"query": Schema.question()}).data, self.http.secrets)
        except (ScopeMissing, Unacceptable, NotFound):
            return
        self.schema.learn(body.get("data"))

    def has(self, entity: str, path: str) -> bool:
        return self.schema.has(entity, path)

    def has_entity(self, entity: str) -> bool:
        return self.schema.has_entity(entity)

    def read(self, entity: str, paths: Sequence[str]) -> Read:
        self._allowed(entity)
        size = min(self.page_size, 100) if entity.endswith(NESTED) else self.page_size

        def question(number: int) -> str:
            return self._question(entity, paths, f"page_size: {size}, page_num: {number}")

        pages = Pages(
            self.http, entity,
            begin=lambda number: self._start(question(number)),
            take=lambda future, number: self._rows(entity, future, lambda: question(number)),
            first=self.first,
        )  # fmt: skip
        read = Read(iter(()))
        read.pages = _counted(pages, read)
        return read

    def some(self, entity: str, paths: Sequence[str], ids: Sequence[str]) -> list[Any]:
        return self._filtered(entity, paths, "id_in", ids)

    def linked(
        self, entity: str, paths: Sequence[str], link: str, target: str, ids: Sequence[str]
    ) -> list[Any]:
        del target
        return self._filtered(entity, paths, f"{link}__id_in", ids)

    def tagged(self, entity: str, tag: str) -> set[str] | None:
        del entity, tag
        return None

    def sample(self, entities: Sequence[str]) -> dict[str, bool | None]:
        """One question for all of them; asked again without those that are refused."""
        page = self.first if self.first is not None else 0
        left = [entity for entity in entities if self.has_entity(entity)]
        for _ in range(len(entities) + 1):
            if not left:
                break
            asked = " ".join(f"{entity}(page_size: 1, page_num: {page}) {{ id }}" for entity in left)
            data, errors = self._answer(self._start(f"{{ {asked} }}"))
            if not errors:
                found = {entity: bool((data or {}).get(entity)) for entity in left}
                return {entity: found.get(entity) for entity in entities}
            if not self.schema.deny(errors):
                raise self._unclear(errors)
            left = [entity for entity in left if self.has_entity(entity)]
        return dict.fromkeys(entities)

    # -- asking ---------------------------------------------------------------------

    def _filtered(self, entity: str, paths: Sequence[str], name: str, ids: Sequence[str]) -> list[Any]:
        self._allowed(entity)
        found: list[Any] = []
        for start in range(0, len(ids), CHUNK):
            wanted = json.dumps(list(ids[start : start + CHUNK]))

            def pages(number: int, wanted: str = wanted) -> str:
                size = f"page_size: {self.page_size}, page_num: {number}"
                return self._question(entity, paths, f"{name}: {wanted}, {size}")

            read = Pages(
                self.http, entity,
                begin=lambda number, ask=pages: self._start(ask(number)),  # type: ignore[misc]
                take=lambda future, number, ask=pages: self._rows(  # type: ignore[misc]
                    entity, future, lambda: ask(number)
                ),
                first=self.first,
            )  # fmt: skip
            found += [row for page in read for _, row in page]
        return found

    def _question(self, entity: str, paths: Sequence[str], arguments: str) -> str:
        return f"{{ {entity}({arguments}) {{ {self.schema.select(entity, paths)} }} }}"

    def _start(self, question: str) -> Future[Answer]:
        return self.http.start_ask(PATH, {"query": question})

    def _rows(self, entity: str, future: Future[Answer], again: Callable[[], str]) -> list[Any]:
        """The rows of a page; asked again without what the errors name, until nothing is refused."""
        for _ in range(MOST_CORRECTIONS):
            data, errors = self._answer(future)
            if not errors:
                return listed((data or {}).get(entity, []), entity)
            self.schema.deny(errors)
            self._allowed(entity)
            question = again()
            if not self._named(errors):
                raise self._unclear(errors)
            future = self._start(question)
        raise self._unclear(errors)

    def _named(self, errors: Any) -> bool:
        return bool(Schema().deny(errors))

    def _answer(self, future: Future[Answer]) -> tuple[dict[str, Any] | None, list[Any]]:
        body = checked(self.http.wait(future).data, self.http.secrets)
        data, errors = body.get("data"), body.get("errors")
        if data is not None and not isinstance(data, dict):
            raise BadAnswer("Arbor's GraphQL answer holds no data.")
        if data is None and not errors:
            raise BadAnswer("Arbor's GraphQL answer holds neither data nor errors.")
        return data, errors if isinstance(errors, list) else [errors] if errors else []

    def _allowed(self, entity: str) -> None:
        if not self.schema.has_entity(entity):
            raise not_permitted(entity)

    def _unclear(self, errors: list[Any]) -> BadAnswer:
        first = errors[0] if errors else ""
        told = first.get("message") if isinstance(first, dict) else first
        line = " ".join("".join(c if c.isprintable() else " " for c in str(told)).split())
        return BadAnswer(f"Arbor does not accept the question: {redact(line, self.http.secrets)[:200]}")


def _counted(pages: Pages, read: Read) -> Iterator[Rows]:
    for page in pages:
        read.count[0] = pages.received
        yield page
    read.count[:] = pages.received, pages.duplicates
