"""``/review``: faults and risks of the selected code, with places. Changes nothing."""

from sightline.features.model_feature import ModelFeature

FEATURE = ModelFeature(
    name="review",
    title="Review this",
    action="source.sightline.review",
    task="Review the selected code: name faults and risks, each with its place.",
)
