"""The tree of organisational units below the target's root: paths, and units that are missing."""

from __future__ import annotations

from urllib.parse import quote

from connectors.errors import ConnectorError
from connectors.http import Http
from connectors.targets.base import NameTaken, TargetRefused


class Places:
    """``made``: units that are missing are made; otherwise whoever needs one is refused by Google."""

    def __init__(self, root: str, *, customer: str, made: bool) -> None:
        self.root, self.customer, self.made = root, customer, made
        self._there: set[str] = set()

    def path(self, place: tuple[str, ...]) -> str:
        """Raises TargetRefused for a name that can't be one in a path."""
        for name in place:
            if not name.strip() or "/" in name or not name.isprintable():
                raise TargetRefused(
                    "A unit's name is blank or holds a slash or a control character.",
                    mend="Mend the places in the settings of the target.",
                )
        return "/".join((self.root.rstrip("/"), *place)) or "/"

    def ensure(self, http: Http, place: tuple[str, ...]) -> str:
        """The path, with every unit on it there if that is ours to see to."""
        path = self.path(place)
        if self.made:
            for depth in range(1, len(place) + 1):
                self._make(http, self.path(place[: depth - 1]), place[depth - 1])
        return path

    def _make(self, http: Http, parent: str, name: str) -> None:
        path = f"{parent.rstrip('/')}/{name}"
        if path.lower() in self._there:
            return
        if not self._is_there(http, path):
            units = f"admin/directory/v1/customer/{self.customer}/orgunits"
            try:
                http.change("POST", units, {"name": name, "parentOrgUnitPath": parent}, again=False)
            except (NameTaken, TargetRefused):
                if not self._is_there(http, path):  # else somebody made it in between
                    raise
        self._there.add(path.lower())

    def _is_there(self, http: Http, path: str) -> bool:
        from connectors.http_errors import NotFound

        try:
            http.get(f"admin/directory/v1/customer/{self.customer}/orgunits/{quote(path.strip('/'))}")
        except NotFound:
            return False
        return True

    def missing(self, http: Http) -> str:
        """A sentence where the root is not there or may not be looked at; only where we are to make units."""
        if not self.made or self.root == "/":
            return ""
        try:
            return "" if self._is_there(http, self.root) else f"There is no unit {self.root}."
        except ConnectorError as problem:
            return problem.message


__all__ = ["Places"]
