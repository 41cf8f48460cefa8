"""Whether what private models would answer may go to clouds: the user's word, for each root."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from sightline.base.system import System
from sightline.config.consent import allow_cloud, may_use_cloud
from sightline.config.locations import Locations

#: Asks the user, about the root and with the sentence on why; ``None`` is no word for later.
AskCloud = Callable[[str, str], Awaitable[bool | None]]


async def cloud_allowed(system: System, where: Locations, roots: tuple[str, ...]) -> bool:
    """Whether the user gave leave for every one of ``roots``: a prompt may hold code of any of them."""

    def every() -> bool:
        return bool(roots) and all(may_use_cloud(system, where, root) for root in roots)

    return await asyncio.to_thread(every)


def cloud_asked(
    system: System, where: Locations, roots: tuple[str, ...], ask: AskCloud
) -> Callable[[str], Awaitable[bool]]:
    """Asks the user for leave for ``roots`` and keeps their word. Who said no before is not asked again."""

    async def asked(sentence: str) -> bool:
        for root in roots:
            known = await asyncio.to_thread(may_use_cloud, system, where, root)
            word = await ask(root, sentence) if known is None else known
            if word is None:
                return False
            if known is None:
                await asyncio.to_thread(allow_cloud, system, where, root, allowed=word)
            if not word:
                return False
        return bool(roots)

    return asked
