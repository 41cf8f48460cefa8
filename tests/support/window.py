"""An editor joined to a session over a fake engine, initialized and ready: the usual start of a wire-level test."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sightline.features.feature import Feature, FeatureContext, FeatureRequest, FeatureResult
from sightline.lsp.options import ServerOptions
from support.editor import Editor
from support.fake_engine import FakeEngine, maker
from support.link import Link, linked


@dataclass(frozen=True)
class NamedFeature:
    """A feature by its names alone; the fake engine answers for it."""

    name: str
    title: str
    action: str = ""
    uses_model: bool = True
    early: bool = False

    async def run(self, request: FeatureRequest, context: FeatureContext) -> FeatureResult:
        raise NotImplementedError("the fake engine answers")


FEATURES: dict[str, Feature] = {
    feature.name: feature
    for feature in (
        NamedFeature("explain", "Explain this", "source.sightline.explain"),
        NamedFeature("fix", "Fix this", "quickfix"),
        NamedFeature("refactor", "Refactor this", "refactor.rewrite"),
        NamedFeature("import", "Import what is missing", "quickfix.import", uses_model=False),
        NamedFeature("context", "Show the context", uses_model=False, early=True),
        NamedFeature("undo", "Undo", uses_model=False),
    )
}


@dataclass
class Window:
    """Everything a test may want to look at."""

    editor: Editor
    link: Link
    engines: list[FakeEngine]
    initialized: Any

    @property
    def engine(self) -> FakeEngine:
        """The engine of the session."""
        return self.engines[-1]


@asynccontextmanager
async def window(*roots: Path, **given: Any) -> AsyncGenerator[Window]:
    """An initialized window. ``engine`` holds fields of the fake engine, ``options`` the server's options; the rest
    is handed to :meth:`Editor.initialize`. ``wait=False`` does not wait for the index.
    """
    editor, engines = Editor(), list[FakeEngine]()
    make_engine = maker(engines, **given.pop("engine", {}))
    options: ServerOptions | None = given.pop("server", None)
    waits = given.pop("wait", True)
    async with linked(editor, make_engine, FEATURES, options) as link:
        initialized = await editor.initialize(*roots, **given)
        if waits:
            await editor.ready()
        yield Window(editor=editor, link=link, engines=engines, initialized=initialized)
