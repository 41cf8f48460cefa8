"""Cancel at 40 seeded moments of a turn with repair: answered at once, nothing changed, and the next turn runs."""

import asyncio
import random
from pathlib import Path

import pytest
from lsprotocol import types
from pygls.exceptions import JsonRpcException

from support.shop import CART, INVOICE, RENAME_DEFINITION, RENAME_USES
from support.shop_window import shop_window

REPLIES = f"%%% reply\ntimes: always\npieces: 6\ndelay: 0.01\n\n{RENAME_DEFINITION}{RENAME_USES}\n"


@pytest.mark.slow
async def test_cancel_at_any_moment(tmp_path: Path) -> None:
    cancelled: list[str] = []
    loop = asyncio.get_running_loop()
    async with shop_window(tmp_path, REPLIES) as shop:
        for seed in range(40):
            chance = random.Random(seed)
            turn = f"turn-{seed}"
            identifier, answer = shop.editor.begin(
                "sightline.run", {"command": "refactor", "text": "rename", "turn": turn}
            )
            await asyncio.sleep(chance.uniform(0, 0.25))
            began = loop.time()
            shop.editor.cancel(identifier)
            (ended,) = await asyncio.gather(answer, return_exceptions=True)
            if isinstance(ended, JsonRpcException):
                assert ended.code == types.LSPErrorCodes.RequestCancelled, f"seed {seed}: {ended}"
                cancelled.append((shop.stages(turn) or ["none"])[-1])
            else:
                assert isinstance(ended, dict), f"seed {seed}: {ended}"  # it was done before the cancel came
            assert loop.time() - began < 0.5, f"seed {seed}"  # 100 ms is held by the wire tests, on a quiet loop
            assert (shop.text("shop/cart.py"), shop.text("shop/invoice.py")) == (CART, INVOICE)
            await shop.editor.until(lambda: not shop.link.session.running)
        assert len(set(cancelled)) >= 2, cancelled
        result = await shop.editor.command("sightline.run", {"command": "refactor", "text": "rename", "turn": "last"})
        assert result["outcome"]["verdict"] == "accepted"
        assert (await shop.editor.command("sightline.apply", {"turn": "last"}))["applied"]
