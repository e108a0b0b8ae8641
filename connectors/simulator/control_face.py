"""The operator's side of the simulator: decide as a school, make days pass, switch faults on and off.

``ControlFace.answer(path, body)`` gives a status and a JSON document.  Calls (all POST with a JSON body,
``X-Control-Key`` checked by the server): state, schools, approve, decline, revoke, offline, advance, fault,
clear_faults, directory, exclusions, typed, target.
``urn`` may be a URN, a slug or a Wonde id; null means all.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from connectors.simulator import face as ground
from connectors.simulator.faults import Faults
from connectors.simulator.wonde_face import Face

Body = dict[str, Any]
MOST_DAYS = 1000


class ControlFace:
    """``trap`` collects what reached the address redirects point to."""

    def __init__(
        self,
        face: Face,
        faces: Mapping[str, ground.Face],
        faults: Faults,
        lock: threading.RLock,
        directories: Mapping[str, ground.Face],
    ) -> None:
        self.directories = directories
        self.face, self.world, self.approvals = face, face.world, face.approvals
        self.faces, self.faults, self.lock = faces, faults, lock
        self.written: dict[Path, tuple[str, str]] = {}  # folder → URN and route of the files in it
        self.requests = 0
        self.trap: list[Body] = []
        self._calls: dict[str, Callable[[Body], Any]] = {
            "state": self._state, "schools": self._schools, "advance": self._advance, "fault": self._fault,
            "approve": lambda body: self._decide(body, "approved"),
            "decline": lambda body: self._decide(body, "declined"),
            "revoke": lambda body: self._decide(body, "revoked"),
            "offline": self._offline, "clear_faults": self._clear, "directory": self._directory,
            "exclusions": lambda body: self.world.exclusions(str(body.get("urn"))), "typed": self._typed,
            "target": self._target,
        }  # fmt: skip

    def answer(self, name: str, body: Body) -> tuple[int, Any]:
        call = self._calls.get(name)
        if call is None:
            return 404, {"error": f"no such call: {name}"}
        try:
            with self.lock:
                return 200, call(body)
        except KeyError as unknown:
            return 404, {"error": f"not known here: {unknown}"}
        except (TypeError, ValueError) as wrong:
            return 422, {"error": str(wrong)}

    def _urns(self, body: Body) -> list[str]:
        key = body.get("urn")
        if key is None:
            return [school.urn for school in self.world.schools]
        return [self.world.school(str(key)).urn]

    def _decide(self, body: Body, state: str) -> Body:
        urns = self._urns(body)
        self.approvals.decide(urns, state)
        return {"urns": urns, "state": state}

    def _offline(self, body: Body) -> Body:
        """Offline data is frozen, not empty: the days it missed pass when the link is up again (§10)."""
        on = bool(body.get("on", True))
        for urn in self._urns(body):
            self.approvals.offline(urn, on=on)
            self.world.freeze(urn, on=on)
        return self._state({})

    def _advance(self, body: Body) -> Body:
        count = int(body.get("days", 1))
        if not 0 <= count <= MOST_DAYS:
            raise ValueError(f"days must be from 0 to {MOST_DAYS}")
        self.world.advance(count)
        for folder in self.written:
            self._write(folder)
        return {"today": self.world.today.isoformat()}

    def _fault(self, body: Body) -> list[Body]:
        how = {key: value for key, value in body.items() if key not in ("urn", "kind")}
        urn = None if body.get("urn") is None else self._urns(body)[0]
        self.faults.add(urn, str(body.get("kind")), **how)
        return self.faults.describe()

    def _clear(self, _body: Body) -> list[Body]:
        self.faults.clear()
        return []

    def _directory(self, body: Body) -> list[dict[str, str]]:
        return self.world.directory(str(body.get("urn")))

    def _typed(self, body: Body) -> Body:
        """What reaches a school by a route; files are written to ``folder``, and again every day."""
        school, route = self.world.school(str(body.get("urn"))), str(body.get("route"))
        if route in self.faces:
            typed = self.faces[route].typed(school)
        elif route in ground.writers():
            folder = Path(str(body["folder"]))
            if not folder.is_absolute():
                raise ValueError("folder must be a whole path")
            self.written[folder] = (school.urn, route)
            typed = self._write(folder)
        else:
            raise KeyError(route)
        return {"settings": dict(typed.settings), "secrets": dict(typed.secrets)}

    def _target(self, body: Body) -> Body:
        """What reaches a school's directory of a kind, to write accounts to."""
        typed = self.directories[str(body.get("kind"))].typed(self.world.school(str(body.get("urn"))))
        return {"settings": dict(typed.settings), "secrets": dict(typed.secrets)}

    def _write(self, folder: Path) -> ground.Typed:
        urn, route = self.written[folder]
        hit = self.faults.take(urn, "files")
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return ground.writers()[route].write(self.world, self.world.school(urn), folder, hit)

    def _state(self, _body: Body) -> Body:
        return {
            "seed": self.world.seed, "today": self.world.today.isoformat(), "requests": self.requests,
            "faults": self.faults.describe(), "trap": list(self.trap),
            "schools": {
                urn: {"state": one.state, "online": one.online, "asked": one.asked}
                for urn, one in self.approvals.of.items()
            },
        }  # fmt: skip

    def _schools(self, _body: Body) -> list[Body]:
        return [
            {
                "urn": one.urn, "slug": one.slug, "name": one.name,
                "mis": one.mis, "mis_title": one.mis_title,
                "phase": one.phase, "country": one.country, "la_code": one.la_code,
                "establishment_number": one.establishment_number, "trust": one.trust, "domain": one.domain,
                "timezone": one.timezone, "wonde_id": one.wonde_id, "region": one.region,
                "pupils": len(self.world.roll(one.urn).of_status("current")),
                "staff": len(self.world.roll(one.urn).staff),
                "state": self.approvals.of[one.urn].state, "online": self.approvals.of[one.urn].online,
                "token": self.face.school_token(one) if self.approvals.of[one.urn].approved else None,
            }
            for one in self.world.schools
        ]  # fmt: skip
