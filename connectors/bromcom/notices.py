"""What the operator reads about a Bromcom extract besides its records."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from connectors import notices
from connectors.bromcom.answers import NOT_SWITCHED
from connectors.bromcom.pupils import GUEST, KNOWN_CODES
from connectors.records import Notice


class Told:
    """Each kind of notice, if there is anything to say."""

    def contradicting(self, count: int, what: str) -> Iterator[Notice]:
        if count:
            yield Notice(
                level="warning", code="dates_contradict",
                message=f"{count} {what} who left long ago came though nobody asked for them; left out.",
                mend="Nothing needs doing unless it stays; then tell Bromcom.",
            )  # fmt: skip

    def codes(self, codes: Mapping[str, int], *, keep_guests: bool) -> Iterator[Notice]:
        """Guests, and enrolment codes nobody described."""
        if guests := codes.get(GUEST, 0):
            done = "kept like other pupils" if keep_guests else "left without an account"
            yield Notice(
                level="info", code="guests",
                message=f"{guests} pupils are enrolled as guests; they are {done}.",
                mend="Set guests=keep or guests=leave-out, as the school wants it.",
            )  # fmt: skip
        odd = {code: count for code, count in codes.items() if code not in KNOWN_CODES}
        if odd:
            told = ", ".join(f"{code[:12]} ({count})" for code, count in sorted(odd.items())[:8])
            yield Notice(
                level="info", code="enrolment_codes",
                message=f"Enrolment codes that are not C, M, S or G were taken as on roll: {told}.",
            )  # fmt: skip

    def contacts(self, seen: bool, folded: int) -> Iterator[Notice]:
        if seen:
            yield notices.no_priority("Bromcom tells no priority of contacts by this route")
            if folded:
                yield Notice(
                    level="info", code="contacts_folded",
                    message=f"{folded} contacts stand under another pupil too, alike in name, e-mail address "
                    "and number; each was taken as one person.",
                )  # fmt: skip
            return
        yield Notice(
            level="error", code="contacts_not_shared",
            message="Pupils came without their contacts; contacts were left as they are.",
            mend="Ask the school to switch on contacts for our application, or decline the report.",
        )  # fmt: skip

    def old_classes(self, names: set[str]) -> Iterator[Notice]:
        if names:
            yield Notice(
                level="info", code="other_year",
                message=f"{len(names)} classes of another academic year were left out, such as "
                f"{min(names)[:60]}.",
            )  # fmt: skip

    def lost(self, entities: Iterable[str]) -> Iterator[Notice]:
        if names := ", ".join(dict.fromkeys(entities)):
            yield Notice(
                level="warning", code="details_not_shared",
                message=f"Not switched on for our application, so left out: {names}.",
                mend=f"{NOT_SWITCHED} Nothing needs doing if it is not wanted.",
            )  # fmt: skip

    def codeless(self, count: int) -> Iterator[Notice]:
        if count:
            yield Notice(
                level="info", code="no_staff_code",
                message=f"{count} staff without a staff code are left out, as the settings ask.",
                mend="Set no_staff_code=keep to have them.",
            )  # fmt: skip

    def managers(self, several: int, *, fit: bool) -> Iterator[Notice]:
        if not fit:
            yield Notice(
                level="warning", code="managers_unmatched",
                message="The line managers' ids are not those of the staff; no line manager was taken.",
                mend="Tell the supplier; nothing else is affected.",
            )  # fmt: skip
        elif several:
            yield Notice(
                level="info", code="several_managers",
                message=f"{several} times somebody has one more line manager; the first was taken.",
            )  # fmt: skip
