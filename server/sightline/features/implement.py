"""``/implement add a --dry-run option``: new behaviour, as a checked edit."""

from sightline.features.model_feature import ModelFeature

FEATURE = ModelFeature(
    name="implement",
    title="Implement what is described here",
    action="refactor.rewrite",
    task="Implement what the selected code says it should do.",
)
