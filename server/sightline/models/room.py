"""How large a prompt for a model may be: by what its server says, what the user says, at last by the model's size."""

from __future__ import annotations

from sightline.models.fitting import prompt_room
from sightline.models.local_limits import assumed_window, billions
from sightline.models.policy import ModelPolicy, runs_locally
from sightline.models.provider import Provider


async def room_of(provider: Provider, policy: ModelPolicy) -> tuple[int | None, str]:
    """Tokens that a prompt may have by our estimate (``None`` where nothing is known), and what to tell of a guess.

    By the window the model is loaded with, or that it can be loaded with on request; never by what it was trained for.
    Where neither the server nor the user tells one, a model of the user's machines whose name tells its size is
    trusted with the window of that size: prompts are made to fit it, and none is refused for it.
    """
    told = (await provider.window_report(policy.name)).room
    known = [tokens for tokens in (told, policy.window) if tokens]
    if known:
        return prompt_room(min(known), policy.max_output_tokens), ""
    if not runs_locally(policy) or billions(policy.name) is None:
        return None, ""
    assumed = assumed_window(policy.name)
    sentence = (
        f"{policy.host} does not tell the window of {policy.name}: {assumed:,} tokens are assumed for a model of its "
        "size. Set model.window to the tokens that it has."
    )
    return prompt_room(assumed, policy.max_output_tokens), sentence
