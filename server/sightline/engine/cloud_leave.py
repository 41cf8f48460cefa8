"""Whether what private models would answer may go to clouds: the user's word, for each root."""

from __future__ import annotations

import asyncio

from sightline.base.system import System
from sightline.config.consent import may_use_cloud
from sightline.config.locations import Locations


async def cloud_allowed(system: System, where: Locations, roots: tuple[str, ...]) -> bool:
    """Whether the user gave leave for every one of ``roots``: a prompt may hold code of any of them."""

    def every() -> bool:
        return bool(roots) and all(may_use_cloud(system, where, root) for root in roots)

    return await asyncio.to_thread(every)
