"""``/document``: doc comments for the selected code; its behaviour stays."""

from sightline.features.model_feature import ModelFeature

FEATURE = ModelFeature(
    name="document",
    title="Document this",
    action="refactor.rewrite",
    task="Document the selected code. Change no behaviour.",
)
