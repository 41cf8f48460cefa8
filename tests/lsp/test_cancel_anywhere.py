"""Cancel at 40 seeded moments of a turn with repair: answered at once, nothing changed, and the next turn runs."""

import asyncio
import random
from functools import partial
from itertools import count
from pathlib import Path

import pytest
from lsprotocol import types
from pygls.exceptions import JsonRpcException

from support.patience import least_seconds
from support.shop import CART, INVOICE, RENAME_DEFINITION, RENAME_USES
from support.shop_window import shop_window

REPLIES = f"%%% reply\ntimes: always\npieces: 6\ndelay: 0.01\n\n{RENAME_DEFINITION}{RENAME_USES}\n"


@pytest.mark.slow
async def test_cancel_at_any_moment(tmp_path: Path) -> None:
    cancelled: list[str] = []
    loop, numbers = asyncio.get_running_loop(), count()
    async with shop_window(tmp_path, REPLIES) as shop:

        async def moment(seed: int) -> float:
            chance = random.Random(seed)
            turn = f"turn-{seed}-{next(numbers)}"
            identifier, begun = shop.editor.begin(
                "sightline.run", {"command": "refactor", "text": "rename", "turn": turn}
            )
            answer = asyncio.ensure_future(begun)
            if seed % 2:  # however slow the machine is, some of these are past the beginning
                heard = chance.randrange(6)
                await shop.editor.until(lambda: len(shop.stages(turn)) >= heard or answer.done())
            else:
                await asyncio.sleep(chance.uniform(0, 0.25))
            began = loop.time()
            shop.editor.cancel(identifier)
            (ended,) = await asyncio.gather(answer, return_exceptions=True)
            took = loop.time() - began
            if isinstance(ended, JsonRpcException):
                assert ended.code == types.LSPErrorCodes.RequestCancelled, f"seed {seed}: {ended}"
                cancelled.append((shop.stages(turn) or ["none"])[-1])
            else:
                assert isinstance(ended, dict), f"seed {seed}: {ended}"  # it was done before the cancel came
            assert (shop.text("shop/cart.py"), shop.text("shop/invoice.py")) == (CART, INVOICE)
            await shop.editor.until(lambda: not shop.link.session.running)
            return took

        for seed in range(40):  # 100 ms is held by the wire tests, on a quiet loop
            assert await least_seconds(partial(moment, seed), 0.5) < 0.5, f"seed {seed}"
        assert len(set(cancelled)) >= 2, cancelled
        result = await shop.editor.command("sightline.run", {"command": "refactor", "text": "rename", "turn": "last"})
        assert result["outcome"]["verdict"] == "accepted"
        assert (await shop.editor.command("sightline.apply", {"turn": "last"}))["applied"]
