"""Which workspace roots the user trusts.

Trust lets git, the workspace's own linter settings and programs that the user's settings name be used; nothing else.

Kept in the user's state folder, never in a workspace.
"""

from __future__ import annotations

import json
from typing import cast

from sightline.base.paths import normal_root
from sightline.base.system import System
from sightline.config.locations import Locations


def trusted_roots(system: System, where: Locations) -> tuple[str, ...]:
    """The trusted roots, sorted. A missing or damaged file trusts nothing."""
    try:
        data: object = json.loads(system.files.read(where.trust_file, 1 << 20))
    except (OSError, ValueError):
        return ()
    if not isinstance(data, list):
        return ()
    return tuple(sorted(item for item in cast("list[object]", data) if isinstance(item, str)))


def is_trusted(system: System, where: Locations, root: str) -> bool:
    """Whether ``root`` or a folder around it is trusted, by real path."""
    real = system.files.real_path(normal_root(root))
    return any(
        real == trusted or real.startswith(trusted.rstrip("/") + "/") for trusted in trusted_roots(system, where)
    )


def set_trust(system: System, where: Locations, root: str) -> None:
    """Trusts ``root`` from now on."""
    real = system.files.real_path(normal_root(root))
    _write(system, where, {*trusted_roots(system, where), real})


def revoke_trust(system: System, where: Locations, root: str) -> None:
    """Trusts ``root`` no longer."""
    real = system.files.real_path(normal_root(root))
    _write(system, where, {*trusted_roots(system, where)} - {real})


def _write(system: System, where: Locations, roots: set[str]) -> None:
    system.files.write(where.trust_file, json.dumps(sorted(roots), indent=1).encode("utf-8"), mode=0o600)
