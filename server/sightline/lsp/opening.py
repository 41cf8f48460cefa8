"""Opens the engine of an editor session: settings, trust and folders of this user, for the roots the editor opened."""

from __future__ import annotations

import logging

from sightline.base.editor_models import with_editor
from sightline.base.paths import normal_root
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
        vouched = frozenset(map(normal_root, options.vouched))

        def trusts(root: str) -> bool:
            """The editor's word holds for the folders it was given for; others are trusted by ``sightline trust``."""
            return root in vouched or (options.trusted is not False and is_trusted(machine, where, root))

        return await open_engine(
            EngineOptions(
                roots=options.roots,
                system=with_editor(machine, options.editor_models),
                settings=loaded.settings,
                where=where,
                trusts=trusts,
                live=True,
                ask=options.ask,
                ask_cloud=options.ask_cloud,
            )
        )

    return make_engine
