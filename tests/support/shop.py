"""A small real workspace with a caller to strand, and an engine on it that asks a scripted model."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

from sightline.base.paths import WorkspacePath
from sightline.base.system import System, real_system
from sightline.config.load import load_settings
from sightline.config.locations import locations
from sightline.engine.engine import Engine
from sightline.engine.opening import EngineOptions, open_engine

CART = '''"""Carts."""


def total(prices, rate):
    """Sum of prices with tax."""
    return sum(prices) * (1 + rate)
'''
INVOICE = '''"""Invoices."""

from shop.cart import total


def print_invoice(prices):
    print("Invoice")
    print(total(prices, 0.2))
'''
FILES = {"shop/__init__.py": "", "shop/cart.py": CART, "shop/invoice.py": INVOICE}


def block(path: str, search: str, replacement: str) -> str:
    """One search/replace block as models write it."""
    return f"{path}\n```python\n<<<<<<< SEARCH\n{search}\n=======\n{replacement}\n>>>>>>> REPLACE\n```\n"


RENAME_DEFINITION = block("shop/cart.py", "def total(prices, rate):", "def grand_total(prices, rate):")
RENAME_USES = block("shop/invoice.py", "from shop.cart import total", "from shop.cart import grand_total") + block(
    "shop/invoice.py", "    print(total(prices, 0.2))", "    print(grand_total(prices, 0.2))"
)
HARMLESS = block("shop/invoice.py", '    print("Invoice")', '    print("INVOICE")')


def script(*replies: str, headers: str = "") -> str:
    """A scripted model's file that gives ``replies`` in order."""
    return "".join(f"%%% reply\n{headers}\n{reply}\n\n" for reply in replies)


def write_workspace(root: Path, files: dict[str, str] | None = None) -> Path:
    """Writes ``files`` under ``root``."""
    for name, content in (files or FILES).items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode("utf-8"))
    return root


def shop_system(folder: Path, replies: str = "") -> System:
    """The real machine, with every file of ours under ``folder`` and a scripted model if ``replies`` are given."""
    system = real_system()
    environment = {"SIGHTLINE_CACHE_DIR": str(folder / "own"), "SIGHTLINE_CONFIG": str(folder / "sightline.toml")}
    if replies:
        (folder / "replies.txt").write_text(replies, "utf-8")
        environment["SIGHTLINE_MODEL"] = f"scripted:{folder / 'replies.txt'}"
    return replace(system, environment={**{k: system.environment[k] for k in ("PATH",)}, **environment})


@asynccontextmanager
async def shop_engine(folder: Path, replies: str = "", *, trusted: bool = False) -> AsyncGenerator[Engine]:
    """An indexed engine on ``folder/work``, which is made from :data:`FILES` unless it is there already."""
    root = folder / "work"
    if not root.exists():
        write_workspace(root)
    system = shop_system(folder, replies)
    where = locations(system)
    roots = (str(root.resolve()),)
    engine = await open_engine(
        EngineOptions(
            roots=roots,
            system=system,
            settings=load_settings(system, where, roots).settings,
            where=where,
            trusts=lambda root: trusted and root in roots,
        )
    )
    try:
        await engine.start()
        yield engine
    finally:
        await engine.close()


def at(engine: Engine, relative: str) -> WorkspacePath:
    """A path of the engine's first root."""
    return WorkspacePath(engine.roots[0], relative)
