"""Where Go's import paths lead, on small projects."""

from __future__ import annotations

import pytest

from sightline.languages.resolver import ImportRequest, build_layout, candidates, is_builtin_module, is_configuration

FILES = {
    "go.mod": "module example.com/shop // the shop\n\nrequire x.io/v v1.0.0\n\nreplace x.io/local => ./third/local\n",
    "tools/go.mod": 'module "example.com/shop/tools"\nreplace (\n\tx.io/up => ../\n\tx.io/out => ../../out\n)\n',
    "vendor/modules.txt": "# x.io/v v1.0.0\n",
    "broken/go.mod": "modul e\n",
}


def _folders(importer: str, module: str) -> list[str | None]:
    layout = build_layout(FILES, FILES.get)
    return [each.folder for each in candidates(importer, ImportRequest(module=module), layout)]


@pytest.mark.parametrize(
    ("importer", "module", "folders"),
    [
        ("a.go", "example.com/shop", ["", "vendor/example.com/shop"]),
        ("a.go", "example.com/shop/cart/item", ["cart/item", "vendor/example.com/shop/cart/item"]),
        ("a.go", "example.com/shopping", ["vendor/example.com/shopping"]),
        ("a.go", "x.io/local/deep", ["third/local/deep", "vendor/x.io/local/deep"]),
        ("a.go", "x.io/v", ["vendor/x.io/v"]),
        ("a.go", "./near", ["near"]),
        ("sub/a.go", "../near", ["near"]),
        ("a.go", "../out", []),
        ("tools/a.go", "example.com/shop/tools/gen", ["tools/gen", "vendor/example.com/shop/tools/gen"]),
    ],
)
def test_folders_of_a_package(importer: str, module: str, folders: list[str]) -> None:
    found = _folders(importer, module)
    assert found[: len(folders)] == folders if folders else not found


def test_replacements_hold_in_their_own_module_only() -> None:
    assert _folders("tools/a.go", "x.io/local") == ["vendor/x.io/local"]
    assert _folders("tools/a.go", "x.io/out") == ["vendor/x.io/out"]  # it leads out of the root


def test_what_shapes_the_layout() -> None:
    assert is_configuration("sub/go.mod") and is_configuration("vendor/modules.txt")
    assert not is_configuration("go.sum")


@pytest.mark.parametrize(("module", "builtin"), [("net/http", True), ("fmt", True), ("example.com/x", False)])
def test_the_standard_library(module: str, builtin: bool) -> None:
    assert is_builtin_module(module, "go") is builtin
