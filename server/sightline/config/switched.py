"""Which model the user switched to (``sightline switch``), kept in their state folder until they switch again."""

from __future__ import annotations

import json
from typing import cast

from sightline.base.system import System
from sightline.config.locations import Locations


def switched_to(system: System, where: Locations) -> str:
    """The name of the model, "" where the settings decide. A damaged file says nothing."""
    try:
        data: object = json.loads(system.files.read(where.switch_file, 1 << 16))
    except (OSError, ValueError):
        return ""
    name = cast("dict[object, object]", data).get("model") if isinstance(data, dict) else ""
    return name if isinstance(name, str) else ""


def switch_to(system: System, where: Locations, name: str) -> None:
    """Keeps ``name``; "" lets the settings decide again. Raises ``OSError`` where it cannot be written."""
    system.files.write(where.switch_file, json.dumps({"model": name}).encode("utf-8"), mode=0o600)
