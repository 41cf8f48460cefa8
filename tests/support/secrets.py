"""A workspace full of planted secrets, and everything that must never leave it. All values are made up."""

from __future__ import annotations

from sightline.base.memory_system import memory_system
from sightline.base.paths import WorkspacePath
from sightline.base.text import Text
from sightline.graph.view import GraphView
from sightline.workspace.files import SourceFile, WorkspaceView
from sightline.workspace.scan import scan_now
from support.graphs import ROOT, fresh_graph, path

#: Values that may be shown nowhere; each is planted once or more.
SECRETS = (
    "sk-plantedplantedplanted0001",
    "ghp_plantedPLANTEDplantedPLANTEDplanted00",
    "AKIAPLANTEDPLANTED02",
    "plantedpassword0003",
    "MIIEplantedplantedplanted0004",
    "eyJplanted0005abc.eyJplanted0005abc.planted0005abcdef",
    "plantedurlpassword0006",
    "plantedbearer0007plantedbearer",
    "xoxb-planted-0008-planted",
    "glpat-plantedplanted0009",
    "IGNORED_PLANTED_0010",
    "PROTECTED_PLANTED_0011",
)

_CODE = f'''
import os


class Client:
    """Talks to the shop. Do not use {SECRETS[0]} in production."""

    token = "{SECRETS[1]}"

    def connect(self, key="{SECRETS[2]}"):
        # the old one was {SECRETS[8]}
        password = "{SECRETS[3]}"
        return open_session("https://user:{SECRETS[6]}@shop.example/api", password)

    def headers(self):
        return {{"Authorization": "Bearer {SECRETS[7]}", "X-Old": "{SECRETS[5]}"}}


PRIVATE = """-----BEGIN PRIVATE KEY-----
{SECRETS[4]}
-----END PRIVATE KEY-----"""

{SECRETS[2]} = 1


def open_session(url, password):
    return url, password, "{SECRETS[9]}"
'''

FILES = {
    ".gitignore": "private/\n*.local.py\nopened.py\n",
    "shop/client.py": _CODE.lstrip("\n"),
    "shop/uses.py": 'from shop.client import Client\n\n\ndef go():\n    return Client().connect("ok")\n',
    "private/keys.py": 'def connect_private():\n    return "IGNORED_PLANTED_0010"\n',
    "settings.local.py": 'CONNECT = "IGNORED_PLANTED_0010"\n',
    "opened.py": 'def connect_opened():\n    return "IGNORED_PLANTED_0010"\n',
    ".env": "CONNECT=PROTECTED_PLANTED_0011\n",
    "secrets.py": 'connect_secret = "PROTECTED_PLANTED_0011"\n',
    "deploy/server.pem": "PROTECTED_PLANTED_0011 connect\n",
    "config/credentials.json": '{"connect": "PROTECTED_PLANTED_0011"}\n',
}

#: Files that may never be shown, by any way.
FORBIDDEN = tuple(name for name in FILES if not name.startswith("shop/") and name != ".gitignore")


def secret_workspace() -> GraphView:
    """The graph of :data:`FILES` by the real rules of ignoring, with an ignored file open in the editor."""
    system = memory_system({f"{ROOT}/{name}": text for name, text in FILES.items()})
    found = scan_now(system, [ROOT])
    opened = path("opened.py")
    workspace = WorkspaceView(
        revision=1,
        roots=(ROOT,),
        system=system,
        known=frozenset(file.path for file in found.files),
        overlay={opened: SourceFile(path=opened, text=Text.of(FILES["opened.py"]), version=1)},
        rules=found.rules,
    )
    return fresh_graph(workspace)


def leaks(text: str) -> list[str]:
    """The planted secrets in ``text``."""
    return [secret for secret in SECRETS if secret in text]


def forbidden(path: WorkspacePath) -> bool:
    """Whether a path may never be shown."""
    return path.relative in FORBIDDEN
