"""Where Python imports lead, on small projects: the first candidate that exists is what counts."""

from __future__ import annotations

import pytest

from sightline.languages.python_imports import module_name
from sightline.languages.resolver import ImportBinding, ImportRequest, build_layout, candidates

FLAT = ("app.py", "shop/__init__.py", "shop/rates.py", "shop/rates.pyi", "shop/sub/__init__.py", "shop/sub/deep.py")
SOURCE = (
    "pyproject.toml",
    "src/shop/__init__.py",
    "src/shop/rates.py",
    "src/space/inner/module.py",
    "tests/conftest.py",
    "tests/helpers.py",
    "tests/unit/test_rates.py",
    "tests/pkg/__init__.py",
    "tests/pkg/test_inner.py",
    "tests/pkg/tools.py",
)


def _leads(files: tuple[str, ...], importer: str, module: str, level: int = 0, names: str = "") -> list[str]:
    """The existing files an import leads to, submodules marked with the name they bind."""
    layout = build_layout(files, lambda path: "" if path in files else None)
    request = ImportRequest(module=module, level=level, names=tuple(names.split()))
    found: list[str] = []
    for candidate in candidates(importer, request, layout):
        hit = next((path for path in candidate.paths if path in files), None)
        if hit is not None:
            found.append(f"{candidate.name}={hit}" if candidate.binds is ImportBinding.SUBMODULE else hit)
    return found


@pytest.mark.parametrize(
    ("importer", "module", "level", "names", "leads"),
    [
        ("app.py", "shop", 0, "", ["shop/__init__.py"]),
        ("app.py", "shop.rates", 0, "", ["shop/rates.py"]),
        ("app.py", "shop.sub.deep", 0, "", ["shop/sub/deep.py"]),
        ("app.py", "shop", 0, "rates total", ["shop/__init__.py", "rates=shop/rates.py"]),
        ("app.py", "shop", 0, "*", ["shop/__init__.py"]),
        ("app.py", "os.path", 0, "", []),
        ("app.py", "shop.missing", 0, "name", []),
        ("shop/rates.py", "", 1, "sub", ["shop/__init__.py", "sub=shop/sub/__init__.py"]),
        ("shop/rates.py", "sub.deep", 1, "", ["shop/sub/deep.py"]),
        ("shop/sub/deep.py", "", 2, "rates", ["shop/__init__.py", "rates=shop/rates.py"]),
        ("shop/sub/deep.py", "rates", 2, "", ["shop/rates.py"]),
        ("shop/sub/__init__.py", "deep", 1, "", ["shop/sub/deep.py"]),
        ("shop/sub/deep.py", "app", 3, "", ["app.py"]),
        ("shop/sub/deep.py", "app", 4, "", []),
        ("app.py", "shop", 1, "", ["shop/__init__.py"]),
        ("app.py", "", 1, "shop", ["shop=shop/__init__.py"]),
        ("app.py", "", 2, "shop", []),
    ],
)
def test_packages_in_the_root(importer: str, module: str, level: int, names: str, leads: list[str]) -> None:
    assert _leads(FLAT, importer, module, level, names) == leads


@pytest.mark.parametrize(
    ("importer", "module", "names", "leads"),
    [
        ("tests/unit/test_rates.py", "shop.rates", "", ["src/shop/rates.py"]),
        ("tests/unit/test_rates.py", "helpers", "", ["tests/helpers.py"]),  # conftest.py puts its folder on the path
        ("src/shop/rates.py", "space.inner", "module", ["module=src/space/inner/module.py"]),  # namespace package
        ("tests/pkg/test_inner.py", "pkg.tools", "", ["tests/pkg/tools.py"]),  # rootdir of a test package
        ("src/shop/__init__.py", "helpers", "", ["tests/helpers.py"]),
        ("src/shop/rates.py", "src.shop.rates", "", ["src/shop/rates.py"]),  # the root is searched too
    ],
)
def test_src_layout_and_tests(importer: str, module: str, names: str, leads: list[str]) -> None:
    assert _leads(SOURCE, importer, module, names=names) == leads


def test_a_package_wins_over_a_module_and_source_over_stubs() -> None:
    both = ("a.py", "x.py", "x/__init__.py", "y.py", "y.pyi", "z.pyi")
    assert _leads(both, "a.py", "x") == ["x/__init__.py"]
    assert _leads(both, "a.py", "y") == ["y.py"]
    assert _leads(both, "a.py", "z") == ["z.pyi"]


def test_of_several_projects_the_one_around_the_importer_is_meant() -> None:
    files = tuple(
        f"{name}/{each}" for name in "abc" for each in ("shop/__init__.py", "shop/rates.py", "tests/test_rates.py")
    )
    for name in "abc":
        assert _leads(files, f"{name}/tests/test_rates.py", "shop.rates") == [f"{name}/shop/rates.py"]
    assert _leads((*files, "run.py"), "run.py", "shop.rates") == ["a/shop/rates.py"]


def test_a_script_finds_what_lies_beside_it_first() -> None:
    files = ("tools/run.py", "tools/common.py", "common.py")
    assert _leads(files, "tools/run.py", "common") == ["tools/common.py"]


def test_nothing_of_another_language() -> None:
    assert _leads(FLAT, "README.md", "shop") == []


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("src/shop/rates.py", "shop.rates"),
        ("src/shop/__init__.py", "shop"),
        ("src/space/inner/module.py", "space.inner.module"),
        ("tests/pkg/tools.py", "pkg.tools"),
        ("tests/helpers.py", "helpers"),
        ("pyproject.toml", ""),
    ],
)
def test_module_names(path: str, name: str) -> None:
    layout = build_layout(SOURCE, lambda _: None)
    assert module_name(path, layout.python) == name
