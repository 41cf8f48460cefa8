"""Which packages a workspace may import."""

from __future__ import annotations

import pytest

from sightline.checks.dependencies import declared_packages, is_package_known
from support.graphs import ROOT, workspace_of

FILES = {
    "pyproject.toml": """
        [project]
        dependencies = ["requests[socks]>=2 ; python_version > '3'", "PyYAML", "google-cloud-storage"]
        [project.optional-dependencies]
        images = ["Pillow~=10.0"]
        [dependency-groups]
        test = ["pytest", {include-group = "other"}]
        [tool.poetry.dependencies]
        python = "^3.11"
        numpy = "*"
        [tool.poetry.group.dev.dependencies]
        black = "*"
    """,
    "requirements.txt": "Flask==3.0\n-r more.txt\n# comment\ngit+https://example.invalid/x\n",
    "setup.cfg": "[options]\ninstall_requires =\n    attrs>=20\n    typing-extensions\n",
    "setup.py": "setup(install_requires=['click>=8', \"python-dateutil\"])\n",
    ".venv/lib/python3.12/site-packages/pandas/__init__.py": "",
    ".venv/lib/python3.12/site-packages/six.py": "",
}


@pytest.mark.parametrize(
    "module",
    ["os.path", "__future__", "requests.adapters", "yaml", "google.cloud", "PIL.Image", "pytest", "_pytest", "numpy",
     "black", "flask", "attrs", "attr", "typing_extensions", "click", "dateutil.parser", "pandas", "six"],
)  # fmt: skip
def test_known(module: str) -> None:
    assert is_package_known(workspace_of(FILES), ROOT, module)


@pytest.mark.parametrize("module", ["torch", "flask_login", "req", "nowhere.at.all"])
def test_unknown(module: str) -> None:
    assert not is_package_known(workspace_of(FILES), ROOT, module)


def test_broken_and_strange_declarations_declare_nothing() -> None:
    assert declared_packages(workspace_of({"pyproject.toml": "[project\n"}), ROOT) == frozenset()
    strange = "project = 3\n[dependency-groups]\na = 1\n[tool]\npoetry = []\n"
    assert declared_packages(workspace_of({"pyproject.toml": strange}), ROOT) == frozenset()
    assert declared_packages(workspace_of({}), ROOT) == frozenset()
