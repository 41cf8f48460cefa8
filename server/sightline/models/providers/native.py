"""A local server's own addresses, beside the API it is chatted with by: JSON in, JSON out. Knows no server."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sightline.models.messages import ModelError
from sightline.models.policy import ModelPolicy
from sightline.models.probe import QUICK, root_of
from sightline.models.providers.http_api import HttpApi
from sightline.transport.policy import HttpRequest


class NativeAddresses:
    """The addresses under the server's root, which is the base URL without its ``/v1``."""

    def __init__(self, api: HttpApi, policy: ModelPolicy) -> None:
        self._api = api
        self._patience = policy.limits
        self._name = policy.name
        self.root = root_of(policy.base_url)

    async def get(self, path: str) -> Any:
        """The JSON at ``path``, which comes at once or not at all. Raises ``ModelError``."""
        return await self._ask(HttpRequest(method="GET", url=self.root + path, limits=QUICK), self._name)

    async def told(self, path: str) -> Any:
        """The JSON at ``path``, ``None`` for anything else. Never raises."""
        try:
            return await self.get(path)
        except ModelError:
            return None

    async def post(self, path: str, body: bytes | Mapping[str, Any], model: str) -> Any:
        """The JSON that answers ``body``; ``model`` is whom messages name. Raises ``ModelError``.

        Waits as long as for a reply: a model may be loaded in the meantime.
        """
        data = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=True).encode("ascii")
        url = self.root + path
        return await self._ask(HttpRequest(method="POST", url=url, body=data, limits=self._patience), model)

    async def _ask(self, request: HttpRequest, model: str) -> Any:
        headers = {**self._api.headers(), "content-type": "application/json"}
        return await self._api.fetched(replace(request, headers=headers), model=model)
