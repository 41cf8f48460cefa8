"""What projects declare, and which modules that may cover."""

from __future__ import annotations

import pytest

from sightline.languages.dependencies import normal_name
from sightline.languages.resolver import build_layout, declared_dependencies, is_builtin_module, is_declared


def _declared(path: str, text: str) -> set[str]:
    return set(declared_dependencies(build_layout([path], {path: text}.get)))


@pytest.mark.parametrize(
    ("path", "text", "names"),
    [
        ("pyproject.toml", '[project]\ndependencies = ["Django>=5 ; python_version > \'3\'", "a_b[c]"]', "django a-b"),
        ("pyproject.toml", '[project.optional-dependencies]\ndev = ["pytest"]\n[build-system]\nrequires=["hatchling"]',
         "pytest hatchling"),
        ("pyproject.toml", '[dependency-groups]\ntest = ["x~=1", {include-group = "y"}]', "x"),
        ("pyproject.toml", '[tool.poetry.dependencies]\npython = "^3"\nHttpx = "*"', "httpx"),
        ("pyproject.toml", '[tool.poetry.group.d.dependencies]\nz = "1"', "z"),
        ("requirements.txt", "# comment\nflask==2 # why\n-r other.txt\n--hash=x\nzope.interface\n git+https://x\n",
         "flask zope-interface"),
        ("requirements/dev.txt", "ruff", "ruff"),
        ("setup.cfg", "[options]\ninstall_requires =\n  one>1\n  two\n[options.extras_require]\nx = three",
         "one two three"),
        ("setup.py", "setup(install_requires=['four>=1', \"five\"], extras_require={'a': ['six']})", "four five six"),
        ("package.json", '{"dependencies": {"react": "1"}, "devDependencies": {"@types/node": "1"}}',
         "react @types/node"),
        ("package.json", "[1]", ""),
        ("pyproject.toml", "[project", ""),
        ("notes/requirements.md", "flask", ""),
    ],
)  # fmt: skip
def test_declared_names(path: str, text: str, names: str) -> None:
    assert _declared(path, text) == set(names.split())


@pytest.mark.parametrize(
    ("module", "language", "declared"),
    [
        ("yaml", "python", True),
        ("yaml.nodes", "python", True),
        ("google.cloud.storage", "python", True),
        ("typing_extensions", "python", True),
        ("missing", "python", False),
        ("react/jsx-runtime", "typescript", True),
        ("@scope/name/deep", "typescript", True),
        ("lodash", "javascript", True),  # its types are declared
        ("@scope/other", "typescript", False),
    ],
)
def test_modules_of_declared_packages(module: str, language: str, declared: bool) -> None:
    files = {
        "requirements.txt": "PyYAML\ngoogle-cloud\ntyping-extensions\n",
        "package.json": '{"dependencies": {"react": "1", "@scope/name": "1", "@types/lodash": "1"}}',
    }
    assert is_declared(module, language, build_layout(files, files.get)) is declared


@pytest.mark.parametrize(
    ("module", "language", "builtin"),
    [
        ("os.path", "python", True),
        ("__future__", "python", True),
        ("django", "python", False),
        ("fs", "javascript", True),
        ("fs/promises", "typescript", True),
        ("node:test", "tsx", True),
        ("react", "tsx", False),
        ("fs", "python", False),
    ],
)
def test_builtin_modules(module: str, language: str, builtin: bool) -> None:
    assert is_builtin_module(module, language) is builtin


def test_normal_names() -> None:
    assert normal_name("Zope.Interface__x") == "zope-interface-x"
