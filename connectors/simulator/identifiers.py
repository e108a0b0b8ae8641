"""Numbers a school gives a pupil: UPN, local, former and temporary UPN, ULN, admission number.

Each UPN carries its check letter as the Department's rule has it (library: stdnum.gb.upn) and no two
pupils of a world share one, except where ``oddities.py`` plants it (Z15).
"""

from __future__ import annotations

from datetime import date

from stdnum.gb import upn as upn_rule

from connectors.simulator.schools import DemoSchool, academic_start


class Issuer:
    """Hands out national numbers for one school, in order, so that none comes twice in a world.

    Schools draw from number ranges of their own, so that a school is the same alone and in the estate.
    """

    def __init__(self, school: int) -> None:
        self._serials: dict[str, int] = {}
        self._uln = 100_000_000 + school * 7_000_000

    def upn(self, la: str, establishment: str, year: int, *, temporary: bool = False) -> str:
        """A UPN allocated by a school in ``year``; a temporary one ends in a letter."""
        stem = f"{la}{establishment}{year % 100:02d}"
        serial = self._serials[stem] = self._serials.get(stem, 0) + 1
        if serial > 999:
            return self.upn(la, f"{int(establishment) + 1:04d}", year, temporary=temporary)
        if temporary:
            body = f"{stem}{serial % 100:02d}{'ABCDEFGHJKLMNPQRTUVWXYZ'[serial // 100 % 23]}"
        else:
            body = f"{stem}{serial:03d}"
        return upn_rule.calc_check_digit(body) + body

    def uln(self) -> str:
        """Ten digits, the last one the modulus-11 check digit; stems without one are skipped."""
        while True:
            self._uln += 7
            digits = (int(digit) for digit in str(self._uln))
            left = sum(digit * weight for digit, weight in zip(digits, range(10, 1, -1), strict=True)) % 11
            if left:
                return f"{self._uln}{10 - left}"


def feeder(school: DemoSchool, choice: int) -> str:
    """Establishment number of the school that first allocated the UPN."""
    if school.stages[0] <= 1 and choice % 10:
        return school.establishment_number
    return f"{2100 + (school.number * 37 + choice * 11) % 800:04d}"


def admission_number(serial: int) -> str:
    """Six digits with leading zeros, kept as text (G6)."""
    return f"{3000 + serial:06d}"


def allocated_in(stage: int, today: date, *, country: str) -> int:
    """The calendar year in which the pupil started Reception."""
    return academic_start(today, country=country).year - max(stage, 0)
