"""vLLM: chat by the completions API, and token counts by its ``/tokenize``. Its window is in its list of models."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from sightline.models.messages import ModelError, ModelRequest
from sightline.models.providers.native import NativeAddresses
from sightline.models.providers.openai_compatible import OpenAICompatibleProvider
from sightline.models.wire import sent_messages


class VLLMProvider(OpenAICompatibleProvider):
    """One vLLM. It holds the models it was started with, so there is nothing to load."""

    async def count_tokens(self, request: ModelRequest) -> int | None:
        """Tokens of the prompt by the model's own template and vocabulary; see ``TokenCounting``."""
        body = {"model": request.model, "messages": sent_messages(request), "add_generation_prompt": True}
        try:
            answer = await NativeAddresses(self._api, self._policy).post("/tokenize", body, request.model)
        except ModelError:
            return None
        count: Any = cast("Mapping[str, Any]", answer).get("count") if isinstance(answer, Mapping) else None
        return count if isinstance(count, int) and count > 0 else None
