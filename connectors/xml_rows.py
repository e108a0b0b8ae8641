"""XML from a MIS, read so that it cannot hurt: no entity is expanded, nothing outside is fetched.

Rows are handed out one at a time and let go again, so that a large report is never held whole.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import IO
from xml.etree.ElementTree import Element, ParseError

from connectors.errors import BadAnswer, BadFile, ConnectorError

_DECLARED = re.compile(rb"^(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*\?>)?\s*")


def name_of(element: Element) -> str:
    """The tag without its namespace."""
    return str(element.tag).rpartition("}")[2]


def text_of(element: Element | None) -> str | None:
    """The text of an element without blanks around it; None where there is none (also xsi:nil)."""
    if element is None:
        return None
    text = "".join(element.itertext()).strip()
    return text or None


def child(element: Element, name: str) -> Element | None:
    """The first child of that name, in any namespace."""
    return next((one for one in element if name_of(one) == name), None)


def plain(body: bytes) -> bytes:
    """The document in UTF-8 without its declaration, which may claim another encoding than the bytes have."""
    if body[:2] in (b"\xff\xfe", b"\xfe\xff"):
        text = body.decode("utf-16", "replace")
    elif body[:4] in (b"<\0?\0", b"\0<\0?"):
        text = body.decode("utf-16-le" if body[0] else "utf-16-be", "replace")
    else:
        return _DECLARED.sub(b"", body, count=1)
    return _DECLARED.sub(b"", text.encode(), count=1)


def read(
    source: bytes | IO[bytes], rows: str, *, where: str, file: bool = False, inside: str = ""
) -> Iterator[Element]:
    """Each element named ``rows``, in order, emptied after the caller has seen it.

    ``inside``: only those that stand directly in an element of that name.
    ``where`` names the address or file in errors: BadFile if ``file``, BadAnswer otherwise, with the line.
    """
    from defusedxml import DefusedXmlException
    from defusedxml.ElementTree import iterparse

    stream = io.BytesIO(source) if isinstance(source, bytes) else source
    path: list[Element] = []
    try:
        for event, element in iterparse(stream, events=("start", "end"), forbid_dtd=True):
            if event == "start":
                path.append(element)
                continue
            path.pop()
            if name_of(element) == rows and (not inside or (path and name_of(path[-1]) == inside)):
                yield element
                if path:
                    path[-1].remove(element)
    except ParseError as problem:
        line = getattr(problem, "position", (0, 0))[0]
        raise _broken(f"The XML breaks off or is damaged in line {line}.", where, line, file=file) from None
    except (DefusedXmlException, ValueError, LookupError):
        raise _broken("The XML holds what no report needs (entities).", where, 0, file=file) from None


def _broken(message: str, where: str, line: int, *, file: bool) -> ConnectorError:
    place = f"{where}:{line}" if line else where
    return BadFile(message, where=place) if file else BadAnswer(message, where=place)
