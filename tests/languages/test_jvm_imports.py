"""Where imports of Java and Kotlin lead: packages, types in them, and members of types."""

from __future__ import annotations

import pytest

from sightline.languages.resolver import ImportRequest, build_layout, candidates, is_builtin_module


@pytest.mark.parametrize("importer", ["src/App.java", "src/app.kt", "build.gradle.kts"])
@pytest.mark.parametrize(
    ("module", "leads"),
    [
        ("shop", [("shop", "")]),
        ("com.shop", [("com.shop", ""), ("com", "shop")]),
        ("com.shop.Cart", [("com.shop.Cart", ""), ("com.shop", "Cart"), ("com", "shop")]),
    ],
)
def test_a_package_comes_before_a_type_of_the_package_around(
    importer: str, module: str, leads: list[tuple[str, str]]
) -> None:
    found = candidates(importer, ImportRequest(module=module), build_layout((), lambda _: None))
    assert [(each.namespace, each.name) for each in found] == leads


@pytest.mark.parametrize(
    ("module", "builtin"),
    [("java.util", True), ("javax.swing", True), ("kotlin.math", True), ("android.os", True), ("javafx.a", False)],
)
def test_what_comes_with_the_platform(module: str, builtin: bool) -> None:
    assert is_builtin_module(module, "java") is builtin
    assert is_builtin_module(module, "kotlin") is builtin
