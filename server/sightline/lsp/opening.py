"""Opens the engine of an editor session: settings, trust and folders of this user, for the roots the editor opened."""

from __future__ import annotations

import logging

from sightline.base.system import System, real_system
from sightline.config.load import load_settings
from sightline.config.locations import locations
from sightline.config.trust import is_trusted
from sightline.engine.engine import Engine
from sightline.engine.opening import EngineOptions, open_engine
from sightline.lsp.options import MakeEngine, ServerOptions

log = logging.getLogger(__name__)


def engine_maker(system: System | None = None) -> MakeEngine:
    """What opens engines for :func:`sightline.lsp.server.serve`; on this machine unless told otherwise."""
    machine = system or real_system()

    async def make_engine(options: ServerOptions) -> Engine:
        where = locations(machine)
        loaded = load_settings(machine, where, options.roots, options.user_settings, merged=options.workspace_settings)
        for problem in loaded.problems:
            log.warning("%s", problem)
        return await open_engine(
            EngineOptions(
                roots=options.roots,
                system=machine,
                settings=loaded.settings,
                where=where,
                trusted=_trusted(machine, options),
                live=True,
                ask=options.ask,
            )
        )

    return make_engine


def _trusted(system: System, options: ServerOptions) -> bool:
    """The editor's word holds where it has one; else every root must be trusted by ``sightline trust``."""
    if options.trusted is not None:
        return options.trusted
    where = locations(system)
    return bool(options.roots) and all(is_trusted(system, where, root) for root in options.roots)
