"""Which packages a project declares, and which package a module may come from. Looks at no environment."""

from __future__ import annotations

import configparser
import re
from collections.abc import Callable, Collection, Iterator
from typing import Any, cast

from sightline.languages.jsonc import parse_json
from sightline.languages.toml_text import parse_toml

_REQUIREMENT = re.compile(r"\s*([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)\s*(?:$|[\[<>=!~;@(,#\s])")
_RUNS = re.compile(r"[-_.]+")
_QUOTED = re.compile(r"""["']([A-Za-z0-9][\w.-]*)\s*+(?:\[[^\]"']*\]\s*+)?(?:[<>=!~;][^"']*)?["'](?!\s*:)""")
_SETUP_LIST = re.compile(r"(?:install_requires|extras_require|tests_require|setup_requires)\s*=\s*[\[{]")
_LIST_END = re.compile(r"[\]}]")
_DECLARING = frozenset(("package.json", "pyproject.toml", "setup.cfg", "setup.py"))
_NODE_TABLES = ("dependencies", "devDependencies", "peerDependencies", "optionalDependencies")

#: Distributions whose modules have another name. Only what is met often; the rest is found by normal form.
_DISTRIBUTIONS: dict[str, tuple[str, ...]] = {
    "attr": ("attrs",),
    "bs4": ("beautifulsoup4",),
    "crypto": ("pycryptodome", "pycrypto"),
    "cv2": ("opencv-python", "opencv-python-headless", "opencv-contrib-python"),
    "dateutil": ("python-dateutil",),
    "dotenv": ("python-dotenv",),
    "fitz": ("pymupdf",),
    "git": ("gitpython",),
    "github": ("pygithub",),
    "jose": ("python-jose",),
    "jwt": ("pyjwt",),
    "lsprotocol": ("pygls",),
    "magic": ("python-magic",),
    "mysqldb": ("mysqlclient",),
    "openssl": ("pyopenssl",),
    "pil": ("pillow",),
    "pkg-resources": ("setuptools",),
    "psycopg2": ("psycopg2-binary",),
    "rest-framework": ("djangorestframework",),
    "serial": ("pyserial",),
    "sklearn": ("scikit-learn",),
    "skimage": ("scikit-image",),
    "slugify": ("python-slugify",),
    "socks": ("pysocks",),
    "usb": ("pyusb",),
    "yaml": ("pyyaml",),
    "zmq": ("pyzmq",),
}


def normal_name(name: str) -> str:
    """Normal form of a distribution's name (PEP 503)."""
    return _RUNS.sub("-", name).lower()


def distributions_of(module: str, language: str) -> frozenset[str]:
    """Names of packages that may hold a module."""
    if language != "python":
        parts = module.split("/")
        name = "/".join(parts[:2]) if module.startswith("@") else parts[0]
        types = name.removeprefix("@").replace("/", "__")
        return frozenset((name, f"@types/{types}"))
    top = normal_name(module.partition(".")[0])
    names = {top, *_DISTRIBUTIONS.get(top, ()), f"python-{top}", f"py{top}", f"types-{top}"}
    parts = module.split(".")
    names.add(normal_name("-".join(parts[:2])))  # namespace packages: google.cloud → google-cloud…
    return frozenset(names)


def read_dependencies(files: Collection[str], read: Callable[[str], str | None]) -> frozenset[str]:
    """The packages that any of the project's files declares."""
    found: set[str] = set()
    for path in files:
        name = path.rpartition("/")[2]
        if name == "package.json":
            found |= _from_package_json(read(path) or "")
        elif name == "pyproject.toml":
            found |= _from_pyproject(read(path) or "")
        elif name == "setup.cfg":
            found |= _from_setup_cfg(read(path) or "")
        elif name == "setup.py":
            lists = _setup_lists(read(path) or "")
            found |= {normal_name(entry) for text in lists for entry in _QUOTED.findall(text)}
        elif _is_requirements(path, name):
            found |= _from_requirements((read(path) or "").splitlines())
    return frozenset(found)


def declares_dependencies(path: str) -> bool:
    """Whether a file of this name may declare packages."""
    name = path.rpartition("/")[2]
    return name in _DECLARING or _is_requirements(path, name)


def _setup_lists(text: str) -> Iterator[str]:
    """The lists of requirements in a ``setup.py``, up to the first bracket that closes; each byte is read once."""
    at = 0
    while (opening := _SETUP_LIST.search(text, at)) and (closing := _LIST_END.search(text, opening.end())):
        at = closing.end()
        yield text[opening.end() : at]


def _is_requirements(path: str, name: str) -> bool:
    if not name.endswith((".txt", ".in")):
        return False
    return name.startswith(("requirements", "constraints")) or "requirements" in path.split("/")[:-1]


def _from_requirements(lines: list[str]) -> set[str]:
    found: set[str] = set()
    for line in lines:
        match = _REQUIREMENT.match(line)
        if match and not line.lstrip().startswith("-"):
            found.add(normal_name(match.group(1)))
    return found


def _from_package_json(text: str) -> set[str]:
    package = parse_json(text)
    if not isinstance(package, dict):
        return set()
    tables = (cast("dict[str, object]", package).get(key) for key in _NODE_TABLES)
    return {name for table in tables if isinstance(table, dict) for name in cast("dict[str, object]", table)}


def _from_setup_cfg(text: str) -> set[str]:
    parser = configparser.RawConfigParser(strict=False)
    try:
        parser.read_string(text)
    except configparser.Error:
        return set()
    lines = parser.get("options", "install_requires", fallback="").splitlines()
    if parser.has_section("options.extras_require"):
        for _, value in parser.items("options.extras_require"):
            lines += value.splitlines()
    return _from_requirements(lines)


def _from_pyproject(text: str) -> set[str]:
    data = parse_toml(text)
    project = _table(data, "project")
    lines = [project.get("dependencies")]
    lines += [*_table(project, "optional-dependencies").values(), *_table(data, "dependency-groups").values()]
    lines.append(_table(data, "build-system").get("requires"))
    found = _from_requirements(
        [
            entry
            for value in lines
            if isinstance(value, list)
            for entry in cast("list[Any]", value)
            if isinstance(entry, str)
        ]
    )
    poetry = _table(_table(data, "tool"), "poetry")
    tables = [_table(poetry, "dependencies"), _table(poetry, "dev-dependencies")]
    groups = _table(poetry, "group")
    tables += [_table(_table(groups, name), "dependencies") for name in groups]
    found |= {normal_name(name) for table in tables for name in table if name != "python"}
    return found


def _table(table: dict[str, Any], key: str) -> dict[str, Any]:
    value = table.get(key)
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}
