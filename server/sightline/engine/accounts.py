"""Opens the record of what models were asked."""

from __future__ import annotations

import logging

from sightline.base.database import DatabaseError, open_precious
from sightline.base.errors import SightlineError
from sightline.base.system import System
from sightline.config.locations import Locations
from sightline.models.accounting import MIGRATIONS, Ledger

_log = logging.getLogger(__name__)


def open_ledger(system: System, where: Locations) -> Ledger | None:
    """The record of this user, made if there is none; ``None`` where it cannot be written or read. Blocks."""
    try:
        return Ledger(open_precious(where.usage, migrations=MIGRATIONS), system.clock)
    except (SightlineError, DatabaseError, OSError) as error:
        _log.warning("What models are asked is not written down: %s", error)
        return None
