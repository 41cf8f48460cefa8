"""In which workspaces the user lets tests run on edits that nobody accepted yet.

Trust says that a workspace's own tools may run; this says that what a model wrote may. So it is given for one root at a
time, not for all below a folder, and kept in the user's state folder, never in a workspace.
"""

from __future__ import annotations

import json
from typing import cast

from sightline.base.paths import normal_root
from sightline.base.system import System
from sightline.config.locations import Locations


def may_run_tests(system: System, where: Locations, root: str) -> bool | None:
    """The user's word on the tests of ``root``, ``None`` where they gave none. A damaged file holds none."""
    return _read(system, where).get(_key(system, root))


def allow_tests(system: System, where: Locations, root: str, *, allowed: bool) -> None:
    """Keeps the user's word on the tests of ``root``."""
    _write(system, where, {**_read(system, where), _key(system, root): allowed})


def forget_tests(system: System, where: Locations, root: str) -> None:
    """Forgets it: where a person can be asked, they are asked again."""
    known = _read(system, where)
    if known.pop(_key(system, root), None) is not None:
        _write(system, where, known)


def _key(system: System, root: str) -> str:
    return system.files.real_path(normal_root(root))


def _read(system: System, where: Locations) -> dict[str, bool]:
    try:
        data: object = json.loads(system.files.read(where.consent_file, 1 << 20))
    except (OSError, ValueError):
        return {}
    if not isinstance(data, dict):
        return {}
    rows = cast("dict[object, object]", data).items()
    return {root: word for root, word in rows if isinstance(root, str) and isinstance(word, bool)}


def _write(system: System, where: Locations, words: dict[str, bool]) -> None:
    system.files.write(
        where.consent_file, json.dumps(dict(sorted(words.items())), indent=1).encode("utf-8"), mode=0o600
    )
