"""Bytes → text: which encoding a file is in, told from all of it and never assumed.

UTF-8 with or without a mark, UTF-16, or Windows-1252, which is what older Windows exports write.  A file
that is partly one and partly another is refused, since names in it would come out wrong in silence.
"""

from __future__ import annotations

import codecs
import hashlib
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass

from connectors.delimited.source import CHANGING, Source
from connectors.errors import BadFile, TooLarge

HEAD = 256 << 10  # bytes kept to look at
TITLES = {
    "utf-8": "UTF-8", "utf-8-sig": "UTF-8 with a byte order mark", "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16", "cp1252": "Windows-1252",
}  # fmt: skip
AGAIN = "Export it again as CSV in UTF-8; nothing was changed."
_MARKS = (
    ("utf-8-sig", codecs.BOM_UTF8),
    ("utf-16-le", codecs.BOM_UTF16_LE),
    ("utf-16-be", codecs.BOM_UTF16_BE),
)
_NOT_TEXT = (
    (b"PK\x03\x04", "an Excel workbook or a ZIP"), (b"\xd0\xcf\x11\xe0", "an old Excel workbook"),
    (b"%PDF", "a PDF"), (b"\x1f\x8b", "compressed"),
)  # fmt: skip
_WEB_PAGE = re.compile(rb"\s*<(!doctype|html|\?xml)", re.IGNORECASE)
_UTF8_PAIR = re.compile(rb"\xc3[\x80-\xbf]|\xe2\x80[\x80-\xbf]")
_UNDEFINED = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """What one pass over a file told.  ``digest`` is the SHA-256 of its bytes, ``head`` their beginning."""

    encoding: str
    digest: str
    size: int
    head: bytes

    @property
    def title(self) -> str:
        return TITLES[self.encoding]


def survey(source: Source, name: str, *, xml: bool = False) -> Survey:
    """Reads the file once.  Raises BadFile where it is empty, not text, or in no one encoding.

    ``xml``: the file is meant to be XML, which is otherwise refused as no delimited text.
    """
    file, digest, head, size = source.spelt(name), hashlib.sha256(), bytearray(), 0
    look = _Look()
    for chunk in source.chunks(name):
        digest.update(chunk)
        size += len(chunk)
        head += chunk[: max(0, HEAD - len(head))]
        look.at(chunk)
    look.end()
    start = bytes(head)
    if not start.strip(b"\0 \t\r\n\xef\xbb\xbf\xff\xfe"):
        raise BadFile(f"{file} is empty: it has no row of column names.", mend=CHANGING, where=f"{file}:1")
    encoding = _told(file, start, look, xml=xml)
    return Survey(encoding=encoding, digest=digest.hexdigest(), size=size, head=start)


class _Look:
    """Whether the bytes are UTF-8 throughout, and what else they could be."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        self.bad_line = 0  # where UTF-8 ended; 0 if it never did
        self.pairs = self.nul = self.undefined = False
        self._lines, self._tail = 1, b""

    def at(self, chunk: bytes) -> None:
        joined = self._tail + chunk
        self.pairs = self.pairs or bool(_UTF8_PAIR.search(joined))
        self.nul = self.nul or b"\0" in chunk
        self.undefined = self.undefined or bool(_UNDEFINED.search(chunk))
        self._tail = chunk[-2:]
        if not self.bad_line:
            self._decode(chunk)
        self._lines += chunk.count(b"\n")

    def _decode(self, chunk: bytes, final: bool = False) -> None:
        try:
            self._decoder.decode(chunk, final)
        except UnicodeDecodeError as problem:
            self.bad_line = self._lines + chunk[: max(0, problem.start)].count(b"\n")

    def end(self) -> None:
        if not self.bad_line:
            self._decode(b"", final=True)


def _told(file: str, head: bytes, look: _Look, *, xml: bool) -> str:
    for mark, what in _NOT_TEXT:
        if head.startswith(mark):
            raise BadFile(f"{file} is {what}, not delimited text.", mend=AGAIN, where=file)
    if not xml and _WEB_PAGE.match(head):
        raise BadFile(f"{file} is a web page or XML, not delimited text.", mend=AGAIN, where=file)
    for encoding, mark in _MARKS:
        if head.startswith(mark):
            if encoding == "utf-8-sig":
                _must_be_utf8(file, look)
            return encoding
    if look.nul:
        return _wide(file, head)
    if not look.bad_line:
        return "utf-8"
    if look.pairs:
        _must_be_utf8(file, look)
    if look.undefined:
        raise BadFile(
            f"{file}, line {look.bad_line} is neither UTF-8 nor Windows-1252.", mend=AGAIN,
            where=f"{file}:{look.bad_line}",
        )  # fmt: skip
    return "cp1252"


def _must_be_utf8(file: str, look: _Look) -> None:
    if look.bad_line:
        raise BadFile(
            f"{file}, line {look.bad_line} is not UTF-8 although other parts of the file are.",
            mend=AGAIN, where=f"{file}:{look.bad_line}",
        )  # fmt: skip
    if look.nul:
        raise _damaged(file)


def _wide(file: str, head: bytes) -> str:
    """UTF-16 without its mark: every other byte of plain letters is NUL."""
    even, odd = head[0::2], head[1::2]
    if odd.count(0) > 0.6 * len(odd) and even.count(0) < 0.1 * len(even):
        return "utf-16-le"
    if even.count(0) > 0.6 * len(even) and odd.count(0) < 0.1 * len(odd):
        return "utf-16-be"
    raise _damaged(file)


def _damaged(file: str) -> BadFile:
    return BadFile(
        f"{file} holds NUL bytes: it is damaged, half-written or not text.", mend=AGAIN, where=file
    )


def text_lines(source: Source, name: str, encoding: str) -> Iterator[str]:
    """The lines, endings kept as they are, sizes limited."""
    file, limit = source.spelt(name), source.limits.line
    with source.open(name) as stream:
        text = io.TextIOWrapper(stream, encoding=encoding, newline="")
        number = 0
        try:
            while line := text.readline(limit + 1):
                number += 1
                if len(line) > limit:
                    raise TooLarge(
                        f"{file}, line {number} is too long to be a row.", where=f"{file}:{number}"
                    )
                if "\0" in line:
                    raise _damaged(file)
                yield line.removeprefix("\ufeff") if number == 1 else line
        except UnicodeError:
            raise BadFile(
                f"{file}, line {number + 1} is not {TITLES[encoding]}.", mend=AGAIN,
                where=f"{file}:{number + 1}",
            ) from None  # fmt: skip


def head_lines(found: Survey) -> list[str]:
    """The lines of the beginning; one that is cut by the end of the head is left out."""
    text = found.head.decode(found.encoding, "replace").removeprefix("\ufeff")
    lines = io.StringIO(text, newline="").readlines()
    return lines[:-1] if found.size > len(found.head) and len(lines) > 1 else lines
