"""``/refactor split this function``: the same behaviour in a better shape, callers included."""

from sightline.features.model_feature import ModelFeature

FEATURE = ModelFeature(
    name="refactor",
    title="Refactor this",
    action="refactor.rewrite",
    task="Refactor the selected code so that it is easier to read. Keep its behaviour.",
)
