"""Opens what is kept of requests to models: the record of what they were, and replies for a while."""

from __future__ import annotations

import logging

from sightline.base.database import DatabaseError, open_cache, open_precious
from sightline.base.errors import SightlineError
from sightline.base.system import System
from sightline.config.locations import Locations
from sightline.config.model_settings import CacheSettings
from sightline.engine.model import ModelStores
from sightline.models import leases, vector_store
from sightline.models.accounting import MIGRATIONS, Ledger
from sightline.models.cache import SCHEMA, VERSION, CachePolicy, ReplyCache
from sightline.models.replies import Replies
from sightline.models.shared_flights import SharedFlights
from sightline.models.vector_store import VectorStore

_log = logging.getLogger(__name__)


def open_ledger(system: System, where: Locations) -> Ledger | None:
    """The record of this user, made if there is none; ``None`` where it cannot be written or read. Blocks."""
    try:
        return Ledger(open_precious(where.usage, migrations=MIGRATIONS), system.clock)
    except (SightlineError, DatabaseError, OSError) as error:
        _log.warning("What models are asked is not written down: %s", error)
        return None


def open_vectors(system: System, where: Locations) -> VectorStore:
    """The vectors that are kept for this user. Blocks."""
    connection = open_cache(where.vectors, version=vector_store.VERSION, schema=vector_store.SCHEMA)
    return VectorStore(connection, system.clock)


def open_stores(system: System, where: Locations, settings: CacheSettings) -> ModelStores:
    """All, made if there are none. Blocks."""
    policy = CachePolicy(
        enabled=settings.enabled, seconds=settings.seconds, entries=settings.entries, similar=settings.similar
    )
    connection = open_cache(where.leases, version=leases.VERSION, schema=leases.SCHEMA)
    book = leases.LeaseBook(connection, system.clock)
    replies: Replies | None = None
    if settings.enabled:
        connection = open_cache(f"{where.cache}/replies.sqlite3", version=VERSION, schema=SCHEMA)
        replies = Replies(ReplyCache(connection, policy, system.clock), SharedFlights(book))
    return ModelStores(ledger=open_ledger(system, where), replies=replies, leases=book)
