"""What stays in the user's own network although a server there would hand it on."""

from __future__ import annotations

from sightline.models.members import stays_private
from sightline.models.messages import ModelError, ModelFailure
from sightline.models.policy import ModelPolicy
from sightline.models.provider import HandingOn, Provider


async def refuse_handing_on(policy: ModelPolicy, provider: Provider) -> None:
    """Raises ``ModelError`` (``PRIVACY``) where a server of the user's hands the model on: that is a cloud too.

    Not where the user says that it is private all the same.
    """
    if (
        policy.private
        or not isinstance(provider, HandingOn)
        or not stays_private(policy)
        or not await provider.is_remote(policy.name)
    ):
        return
    raise ModelError(
        ModelFailure.PRIVACY,
        f"The server of {policy.kind}:{policy.name} hands its requests on to a cloud, and this one stays in "
        "your network without your leave. Nothing was sent.",
        hint='`sightline trust --cloud` gives leave for this workspace, privacy.cloud = "allow" for all.',
    )
