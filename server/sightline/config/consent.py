"""What the user lets happen in single workspaces: tests on edits nobody accepted yet, requests that go to a cloud.

Trust says that a workspace's own tools may run; these say that what a model wrote may, and that what a model of the
user's own network would answer may go to a cloud service. So each is given for one root at a time, not for all below a
folder, and kept in the user's state folder, never in a workspace.
"""

from __future__ import annotations

import json
from typing import cast

from sightline.base.paths import normal_root
from sightline.base.system import System
from sightline.config.locations import Locations


def may_run_tests(system: System, where: Locations, root: str) -> bool | None:
    """The user's word on the tests of ``root``, ``None`` where they gave none. A damaged file holds none."""
    return _read(system, where.consent_file).get(_key(system, root))


def allow_tests(system: System, where: Locations, root: str, *, allowed: bool) -> None:
    """Keeps the user's word on the tests of ``root``."""
    _keep(system, where.consent_file, root, allowed=allowed)


def forget_tests(system: System, where: Locations, root: str) -> None:
    """Forgets it: where a person can be asked, they are asked again."""
    _forget(system, where.consent_file, root)


def may_use_cloud(system: System, where: Locations, root: str) -> bool | None:
    """The user's word on clouds for ``root``, ``None`` where they gave none. A damaged file holds none."""
    return _read(system, where.cloud_file).get(_key(system, root))


def allow_cloud(system: System, where: Locations, root: str, *, allowed: bool) -> None:
    """Keeps the user's word on clouds for ``root``."""
    _keep(system, where.cloud_file, root, allowed=allowed)


def forget_cloud(system: System, where: Locations, root: str) -> None:
    """Forgets it: where a person can be asked, they are asked again."""
    _forget(system, where.cloud_file, root)


def _key(system: System, root: str) -> str:
    return system.files.real_path(normal_root(root))


def _keep(system: System, file: str, root: str, *, allowed: bool) -> None:
    _write(system, file, {**_read(system, file), _key(system, root): allowed})


def _forget(system: System, file: str, root: str) -> None:
    known = _read(system, file)
    if known.pop(_key(system, root), None) is not None:
        _write(system, file, known)


def _read(system: System, file: str) -> dict[str, bool]:
    try:
        data: object = json.loads(system.files.read(file, 1 << 20))
    except (OSError, ValueError):
        return {}
    if not isinstance(data, dict):
        return {}
    rows = cast("dict[object, object]", data).items()
    return {root: word for root, word in rows if isinstance(root, str) and isinstance(word, bool)}


def _write(system: System, file: str, words: dict[str, bool]) -> None:
    system.files.write(file, json.dumps(dict(sorted(words.items())), indent=1).encode("utf-8"), mode=0o600)
