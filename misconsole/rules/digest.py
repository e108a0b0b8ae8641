"""A short fingerprint of what is stored of a record, to tell changed from unchanged without reading it.

Everything that reaches the store is in it and nothing else, so that a value the MIS sends but the
school declined can change without a trace.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from operator import attrgetter

from misconsole.rules.facts import PersonFacts
from misconsole.rules.facts_from import SAME

_content = attrgetter(*SAME, "nc_year")


def person(facts: PersonFacts, flags: Sequence[str] = ()) -> str:
    """Of the facts with the identifiers as delivered now, history left out by the caller."""
    known = sorted(facts.identifiers.items())
    return of((_content(facts), known, sorted(facts.unknown), tuple(flags)))


def of(value: object) -> str:
    return blake2b(repr(value).encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
