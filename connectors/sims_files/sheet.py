"""One report file, XML or CSV by what stands in it: its captions, and its rows as field → text.

In XML a missing value has no element at all, and a column that SIMS withholds is missing from every
record.  So the captions of the whole file are gathered before anything is said about them.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import IO, Any, Protocol, cast

from connectors import xml_rows
from connectors.delimited.cells import value
from connectors.delimited.decoding import survey
from connectors.delimited.source import Source
from connectors.delimited.table import Table
from connectors.errors import ConnectorError, TooLarge
from connectors.findings import Findings
from connectors.records import Report

RECORD = "Record"
LONGEST = 1 << 20  # characters of one record
Fields = Mapping[str, tuple[str, int]]  # caption → (field, rank): of several captions the lowest rank counts
Row = dict[str, str]
_ENCODED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_ERROR = re.compile(rb"\s*<CommandReporterError[^>]*>(.*?)(?:</CommandReporterError|$)", re.DOTALL)
_DECLARATION = re.compile(r"^\ufeff?\s*<\?xml[^>]*\?>")


class Failed(ConnectorError):
    """SIMS left no report: the file is empty, or holds the reason why there is none.  It says nothing of
    who is there."""

    code = "report_failed"


class Sheet(Protocol):
    """``label`` is the file's name as it goes before a number of a row; ``written`` UTC."""

    file: str
    label: str

    @property
    def digest(self) -> str: ...
    @property
    def written(self) -> datetime: ...
    @property
    def captions(self) -> tuple[str, ...]: ...
    def filled(self) -> bool:
        """Whether there is a row at all."""
        ...

    def rows(
        self, fields: Fields, findings: Findings, reports: tuple[Report, ...]
    ) -> Iterator[tuple[int, Row]]:
        """(number of the row, its texts by field), blank ones left out."""
        ...


def sheet(source: Source, name: str) -> Sheet:
    """Raises Failed where SIMS left no report, BadFile where the file is damaged."""
    head = next(source.chunks(name, 4096), b"")
    file = source.spelt(name)
    text = head.strip(b"\0 \t\r\n\xef\xbb\xbf\xff\xfe")
    if not text:
        raise Failed(f"{file} is empty: SIMS wrote nothing.", mend=RUN_AGAIN, where=file)
    if found := _ERROR.match(text):
        reason = " ".join(re.sub(rb"<[^>]*>", b" ", found[1]).decode("utf-8", "replace").split())[:200]
        raise Failed(f"{file} holds an error of SIMS and no report: {reason}", mend=_mend(reason), where=file)
    wide = text.replace(b"\0", b"")
    return XmlSheet(source, name) if wide.startswith(b"<") else CsvSheet(source, name)


RUN_AGAIN = "Look why the scheduled task wrote no report, and run it again; nothing was changed."


def _mend(reason: str) -> str:
    """What to do about an error of CommandReporter, as far as its words tell."""
    words = reason.casefold()
    if any(word in words for word in ("login", "log in", "password", "logon", "user")):
        return "SIMS refused the user. Was the password changed, or the account locked? Nothing was changed."
    if "not found" in words or "does not exist" in words:
        return (
            "The report is not in this user's reports: import it again; with a trusted login put it in "
            "My Reports. Nothing was changed."
        )
    return RUN_AGAIN


class CsvSheet:
    """The rows of a table as they stand there."""

    def __init__(self, source: Source, name: str) -> None:
        self.table = Table(source, name)
        self.file = self.label = self.table.file

    @property
    def digest(self) -> str:
        return self.table.digest

    @property
    def written(self) -> datetime:
        return self.table.written

    @property
    def captions(self) -> tuple[str, ...]:
        return self.table.labels

    def filled(self) -> bool:
        return bool(self.table.sample(1))

    def rows(
        self, fields: Fields, findings: Findings, reports: tuple[Report, ...]
    ) -> Iterator[tuple[int, Row]]:
        wanted = [(at, *fields[label]) for at, label in enumerate(self.table.labels) if label in fields]
        wanted.sort(key=lambda each: each[2])
        for row in self.table.rows(findings, reports):
            found: Row = {}
            for at, field, _ in wanted:
                if field not in found and (text := row[at]) is not None:
                    found[field] = text
            yield row.line, found


class XmlSheet:
    """Opening reads the file once, to its end: captions, count and whether it is whole."""

    def __init__(self, source: Source, name: str) -> None:
        self._source, self._name = source, name
        self.file = source.spelt(name)
        self.label = f"{self.file}:record"
        self._found = survey(source, name, xml=True)
        seen: dict[str, str] = {}
        self.count = 0
        for record in self._records():
            self.count += 1
            for element in record:
                if element.tag not in seen:
                    seen[element.tag] = decoded(xml_rows.name_of(element))
        self._seen = seen

    @property
    def digest(self) -> str:
        return self._found.digest

    @property
    def written(self) -> datetime:
        return self._source.written(self._name)

    @property
    def captions(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(self._seen.values()))

    @property
    def encoding(self) -> str:
        """The title of the encoding where it is not the one XML has unless it says so."""
        return "" if self._found.encoding in ("utf-8", "utf-8-sig") else self._found.title

    def filled(self) -> bool:
        return self.count > 0

    def rows(
        self,
        fields: Fields,
        findings: Findings,  # noqa: ARG002 - an element cannot misfit
        reports: tuple[Report, ...],  # noqa: ARG002
    ) -> Iterator[tuple[int, Row]]:
        tags = {tag: fields[caption] for tag, caption in self._seen.items() if caption in fields}
        for number, record in enumerate(self._records(), start=1):
            found: Row = {}
            ranks: dict[str, int] = {}
            for element in record:
                field, rank = tags.get(element.tag, ("", 0))
                if not field or ranks.get(field, rank + 1) <= rank:
                    continue
                if (text := value(xml_rows.text_of(element) or "")) is not None:
                    found[field], ranks[field] = text, rank
            yield number, found

    def _records(self) -> Iterator[Any]:
        with self._source.open(self._name) as stream:
            plain = cast(IO[bytes], Plain(stream, self._found.encoding))
            for number, record in enumerate(
                xml_rows.read(plain, RECORD, where=self.file, file=True), start=1
            ):
                if sum(len(text) for text in record.itertext()) > LONGEST:
                    raise TooLarge(
                        f"{self.file}, record {number} is too long.", where=f"{self.file}:{number}"
                    )
                yield record


class Plain:
    """A file as UTF-8 without its declaration, which may claim another encoding than the bytes have."""

    def __init__(self, stream: IO[bytes], encoding: str) -> None:
        self._stream, self._begun = stream, False
        self._decoder = codecs.getincrementaldecoder(encoding)()

    def read(self, size: int = -1) -> bytes:
        while raw := self._stream.read(size):
            if text := self._first(self._decoder.decode(raw)):
                return text.encode("utf-8", "surrogatepass")
        return self._decoder.decode(b"", True).encode()

    def _first(self, text: str) -> str:
        if self._begun:
            return text
        self._begun = bool(text)
        return _DECLARATION.sub("", text, count=1).removeprefix("\ufeff")


def decoded(tag: str) -> str:
    """The caption that an element's name stands for: ``Legal_x0020_Surname`` → ``Legal Surname``."""
    return _ENCODED.sub(lambda found: chr(int(found[1], 16)), tag)
