"""A workspace, settings and a model full of secrets, each drawn by lot, and the search for any of them elsewhere.

Every secret is looked for by its core, the part that was drawn, so that half a secret is found as well.
"""

from __future__ import annotations

import os
import random
import sqlite3
import string
import subprocess
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from support.shop import block

_LETTERS = string.ascii_letters + string.digits


@dataclass
class Planted:
    """Secrets by the place they were planted in."""

    cores: dict[str, str] = field(default_factory=dict[str, str])

    def plant(self, place: str, shape: str = "{}", length: int = 24) -> str:
        """A new secret for ``place``: ``shape`` around a core drawn by lot."""
        lot = random.Random(f"sightline {place}")
        core = "".join(lot.choices(_LETTERS, k=length - 4)) + "a7Zq"
        assert place not in self.cores
        self.cores[place] = core
        return shape.format(core)

    def found_in(self, text: str, but: frozenset[str] = frozenset()) -> list[str]:
        """The places whose secret is in ``text``, whole or by half."""
        return [
            place
            for place, core in self.cores.items()
            if place not in but and (core in text or core[:12] in text or core[-12:] in text)
        ]


def _client(planted: Planted) -> str:
    plant = planted.plant
    return f'''"""Talks to the shop. Never use {plant("docstring", "sk-{}")} in production."""

TOKEN = "{plant("token in code", "ghp_{}", 36)}"
# The old one was {plant("comment", "glpat-{}")}
PRIVATE = """-----BEGIN RSA PRIVATE KEY-----
{plant("key in code", "{}", 48)}
-----END RSA PRIVATE KEY-----"""


class Client:
    """A connection."""

    def connect(self, host):
        password = "{plant("assigned in code")}"
        address = "postgres://shop:{plant("address in code")}@db.example/shop"
        return open_session(host, address, password)

    def headers(self):
        return {{"Authorization": "Bearer {plant("header in code")}"}}


def open_session(host, address, password):
    """Opens a session."""
    return (host, address, password)
'''


def plant_workspace(root: Path, planted: Planted) -> None:
    """Writes the workspace with its history."""
    plant = planted.plant
    name = plant("file name", "ghp_{}", 36)
    files = {
        ".gitignore": "ignored/\n*.local.py\n",
        ".sightlineignore": "kept_out.py\n",
        ".env": f"CONNECT={plant('.env')}\n",
        "id_rsa": f"connect {plant('key file')}\n",
        "config/credentials.json": f'{{"connect": "{plant("credentials file")}"}}\n',
        "secrets.yaml": f"connect: {plant('secrets file')}\n",
        "ignored/notes.py": f"def connect_ignored():\n    return '{plant('ignored file')}'\n",
        "opened.local.py": f"def connect_opened():\n    return '{plant('ignored file open in the editor')}'\n",
        "kept_out.py": f"def connect_kept_out():\n    return '{plant('file kept out')}'\n",
        f"shop/{name}.py": "def connect_by_name():\n    return 1\n",
        "shop/__init__.py": "",
        "shop/client.py": _client(planted),
        "shop/uses.py": "from shop.client import Client\n\n\ndef use(host):\n    return Client().connect(host)\n",
        "shop/conf.yml": f"connect:\n  password: {plant('yaml value', '{}7x8y')}\n",
        "AGENTS.md": f"# Rules\n\nConnect with {plant('AGENTS.md', 'xoxb-{}')}.\n",
        "CLAUDE.md": f"export API_TOKEN={plant('CLAUDE.md')}\n",
        "shop/AGENTS.md": f"password: '{plant('nested AGENTS.md')}'\n",
        "README.md": f"curl -u shop:{plant('README')} https://shop.example/connect\n",
    }
    for path, content in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(content, "utf-8")
    (root.parent / "outside.py").write_text(f"connect_out = '{plant('target of a link')}'\n", "utf-8")
    os.symlink(root / ".env", root / "shop/link.py")
    os.symlink(root.parent / "outside.py", root / "shop/linked.py")
    _git(root, "init", "-q")
    _git(root, "add", "-f", ".env", "shop", "ignored/notes.py")
    _git(root, "commit", "-qm", f"Connect clients with {plant('commit message', 'glpat-{}')}")
    (root / "ignored/notes.py").unlink()
    _git(root, "commit", "-qam", f"Connect again, password='{plant('second commit message')}'")
    (root / "ignored/notes.py").write_text(files["ignored/notes.py"], "utf-8")


def _git(root: Path, *arguments: str) -> None:
    identity = ("-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "init.defaultBranch=main")
    subprocess.run(["git", *identity, *arguments], cwd=root, check=True, capture_output=True)


#: Names under which a task points at what must not be shown.
FORBIDDEN = (
    ".env", "id_rsa", "config/credentials.json", "secrets.yaml", "ignored/notes.py", "opened.local.py", "kept_out.py",
    "shop/link.py", "shop/linked.py",
)  # fmt: skip


def task(planted: Planted, root: Path) -> str:
    """A task that names everything, with secrets of its own."""
    trace = "".join(f'  File "{root}/{name}", line 1, in connect\n' for name in FORBIDDEN)
    used = planted.plant("task", "hf_{}")
    return (
        f"Client.connect in shop/client.py fails, rename its parameter host to name. It used {used}.\n"
        + " ".join(f"@{name}" for name in (*FORBIDDEN, "shop/client.py", "shop/uses.py", "shop/conf.yml"))
        + f"\nTraceback (most recent call last):\n{trace}"
        f"LoginError: https://shop:{planted.plant('stack trace')}@shop.example refused\n"
    )


def replies(planted: Planted) -> tuple[str, str]:
    """A reply that the checks refuse, with secrets of the model's own, and the one that mends it."""
    invented = planted.plant("refused reply", "ghp_{}", 36)
    undefined = planted.plant("what a linter quotes", "ghp_{}", 36)
    broken = block(
        "shop/client.py",
        "    return (host, address, password)",
        f'    key = "{invented}"\n    return (host, address, password, key, {undefined})',
    )
    good = block("shop/uses.py", "def use(host):\n    return Client().connect(host)",
                 "def use(name):\n    return Client().connect(name)")  # fmt: skip
    undone = block("shop/client.py", "    key = \"[redacted]\"\n    return (host, address, password, key, [redacted])",
                   "    return (host, address, password)")  # fmt: skip
    return f"Here:\n\n{broken}", f"{good}\n{undone}"


def texts_under(folder: Path) -> Iterator[tuple[str, str]]:
    """Every text in the files under ``folder``, also those in databases and what is compressed in them."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink():
            for data in (path.read_bytes(), *(_rows(path) if path.suffix in (".sqlite", ".sqlite3") else ())):
                yield str(path.relative_to(folder)), data.decode("utf-8", "replace")
                for method in (zlib.decompress, _raw_deflate):
                    with suppress(zlib.error):
                        yield str(path.relative_to(folder)), method(data).decode("utf-8", "replace")


def _raw_deflate(data: bytes) -> bytes:
    return zlib.decompress(data, wbits=-15)


def _rows(path: Path) -> Iterator[bytes]:
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for table in tables:
            with suppress(sqlite3.DatabaseError):
                for row in connection.execute(f'SELECT * FROM "{table}"'):
                    yield from (_bytes(value) for value in row)


def _bytes(value: Any) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "replace")


Said = Callable[[str], list[str]]
