"""Every command a user can name. Adding one is a file and a line here."""

from __future__ import annotations

from sightline.features import (
    context,
    document,
    explain,
    fix,
    impact,
    implement,
    import_name,
    overview,
    paste,
    prompt,
    redo,
    refactor,
    review,
    test,
    undo,
)
from sightline.features.feature import Feature

FEATURES: dict[str, Feature] = {
    feature.name: feature
    for feature in (
        explain.FEATURE,
        fix.FEATURE,
        refactor.FEATURE,
        implement.FEATURE,
        test.FEATURE,
        document.FEATURE,
        review.FEATURE,
        context.FEATURE,
        impact.FEATURE,
        overview.FEATURE,
        import_name.FEATURE,
        prompt.FEATURE,
        paste.FEATURE,
        undo.FEATURE,
        redo.FEATURE,
    )
}
