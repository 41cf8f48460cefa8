"""A TypeScript code base as TypeScript's parser sees it: what may be drawn, and what is defined where."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from symbols.sites import KINDS, DefinitionSite, Identity, Spot, UseSite


class ScriptSource:
    """The files of the project at the root of a code base. ``tools``: folder of ``sites.mjs`` with its packages."""

    def __init__(self, root: Path, tools: Path) -> None:
        self.root = root.resolve()
        command = ["node", str(tools / "sites.mjs"), str(self.root)]
        answer = subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout
        self._files: dict[str, dict[str, Any]] = json.loads(answer)
        self._identities = {
            path: {start: Identity(kind, name) for start, kind, name in file["identities"]}
            for path, file in self._files.items()
        }

    @property
    def name(self) -> str:
        """Name of the folder."""
        return self.root.name

    @property
    def paths(self) -> list[str]:
        """The files, sorted."""
        return sorted(self._files)

    def uses(self) -> list[UseSite]:
        """Every name and member that is read, types too."""
        return [
            UseSite(Spot(path, start), name, shape)
            for path, file in self._files.items()
            for start, name, shape in file["uses"]
        ]

    def definitions(self) -> list[DefinitionSite]:
        """Every definition of a kind that counts, at the first place that makes it."""
        return list(self._definitions())

    def identity(self, spot: Spot) -> Identity | None:
        """What is defined at ``spot``."""
        return self._identities.get(spot.path, {}).get(spot.start)

    def _definitions(self) -> Iterator[DefinitionSite]:
        for path, identities in self._identities.items():
            seen: set[str] = set()
            for start, identity in sorted(identities.items()):
                if identity.kind in KINDS and identity.name not in seen:
                    seen.add(identity.name)
                    name = identity.name.rpartition("::")[2].rpartition(".")[2]
                    yield DefinitionSite(Spot(path, start), name, identity)
