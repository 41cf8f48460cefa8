"""``/explain``: what the selected code does and who uses it. Changes nothing."""

from sightline.features.model_feature import ModelFeature

FEATURE = ModelFeature(
    name="explain", title="Explain this", action="source.sightline.explain", task="Explain the selected code."
)
