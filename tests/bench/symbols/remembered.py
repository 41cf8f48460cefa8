"""The truth, kept in a file: asking a type checker about thousands of sites takes long, and it says the same again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from symbols.sites import DefinitionSite, Identity, Spot, TrueUse, Truth, UseSite

#: New answers after which the file is written.
_BATCH = 50


class RememberedTruth:
    """Answers of ``truth`` as far as ``path`` knows them under the same ``key`` (tool, version, texts); else asks."""

    def __init__(self, truth: Truth, path: Path, key: str) -> None:
        self._truth = truth
        self._path = path
        self._key = key
        self._new = 0
        self._uses: dict[str, Any] = {}
        self._references: dict[str, Any] = {}
        if path.exists():
            held = json.loads(path.read_text("utf-8"))
            if held["key"] == key:
                self._uses, self._references = held["uses"], held["references"]

    def use(self, site: UseSite) -> TrueUse:
        """What a use means."""
        at = _text(site.spot)
        if at not in self._uses:
            found = self._truth.use(site)
            self._uses[at] = [found.outside, [[target.kind, target.name] for target in found.targets]]
            self._noted()
        outside, targets = self._uses[at]
        return TrueUse(targets=tuple(Identity(kind, name) for kind, name in targets), outside=outside)

    def references(self, site: DefinitionSite) -> frozenset[Spot] | None:
        """Every place that uses a definition."""
        at = _text(site.spot)
        if at not in self._references:
            found = self._truth.references(site)
            self._references[at] = None if found is None else sorted([spot.path, spot.start] for spot in found)
            self._noted()
        held = self._references[at]
        return None if held is None else frozenset(Spot(path, start) for path, start in held)

    def save(self) -> None:
        """Writes the file."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        content = {"key": self._key, "uses": self._uses, "references": self._references}
        self._path.write_text(json.dumps(content), "utf-8")

    def _noted(self) -> None:
        self._new += 1
        if self._new % _BATCH == 0:
            self.save()


def _text(spot: Spot) -> str:
    return f"{spot.path}@{spot.start}"
