"""How models write the path of an edit: bare, in backticks, bold, in a heading, after ``File:``, in a comment.

Only spelling is decided here; whether the path exists, and in which root, is decided against a snapshot
(``targets.py``).
"""

from __future__ import annotations

import re

_EXTENSIONS = frozenset(
    re.findall(
        r"\S+",
        """
    astro bash bat c cc cfg cjs clj cmake cmd conf cpp cs cshtml csproj css csv cts cu cxx dart diff dockerfile ejs
    elm env erb erl ex exs fs go gql gradle graphql h haml hbs hcl hh hpp hrl hs htm html hxx ini ipynb j2 java jinja
    js json json5 jsonc jsx jl kt kts less lock lua m make mako markdown md mdx mjs ml mli mm mod mts nim nix patch php
    pl plist pm po prisma properties proto ps1 pug pxd py pyi pyx r rake rb re rs rst s sass scala scm scss sh sln sol
    sql sum svelte svg swift tcl tf tfvars toml ts tsx txt v vb vim vue wat xhtml xml xsl yaml yml zig zsh
    """,
    )
)
_NAMES = frozenset(
    re.findall(
        r"\S+",
        """
    brewfile build cmakelists.txt codeowners copying dockerfile gemfile jenkinsfile justfile license makefile notice
    pipfile procfile rakefile readme vagrantfile workspace
    """,
    )
)
_COMMENT = re.compile(r"^(?:#+|//+|--|;+|%+|/\*+|<!--|\{#|\"\"\")\s*(?P<body>.*?)\s*(?:\*+/|-->|#\}|\"\"\")?$")
_HEADING = re.compile(r"^#{1,6}\s")
_BULLET = re.compile(r"^(?:[-*+•]|\d+[.)])\s+")
_KEYWORD = re.compile(
    r"""(?ix)^(?:
        (?:(?:the|new|modified|updated|existing|target)\s+)*(?:file\s*(?:name|path)?|file_path|path|filename|filepath)\s*(?:[:=]|(?=`))
      | (?:create|creating|update|updating|edit|editing|modify|modifying|change|changes\s+(?:in|to)|in|for|to|add|new)
        (?:\s+(?:the\s+)?(?:new\s+)?file)?\s*:?\s+(?=[`\w./\\@~-])
    )\s*"""
)
_NOTE = re.compile(r"\s*[(\[](?:new|new file|created?|modified|updated?|changed|edited|existing|continued)[)\]]$", re.I)
_LINK = re.compile(r"^\[(?P<text>[^\]]+)\]\([^)]*\)$")
_QUOTED = re.compile(r"`+([^`\s]+)`+|\*\*([^*\s]+)\*\*")
_BAD = re.compile(r"[<>|*?\"\0;=,]|://|::|\s\s")


def path_of_line(line: str) -> str | None:
    """The path, when the whole ``line`` says nothing but a path (with the usual decorations)."""
    text = line.strip()
    if not text or len(text) > 400:
        return None
    marked = bool(_HEADING.match(text))
    if (comment := _COMMENT.match(text)) is not None and not _is_path_like(text, marked=False):
        text = comment["body"]
    text = _BULLET.sub("", text)
    text = text.replace("**", "")
    text = _NOTE.sub("", text).strip()
    bare = _KEYWORD.sub("", text, count=1)
    marked = marked or bare != text
    text = _NOTE.sub("", bare.rstrip(":").strip()).rstrip(":").strip()
    if (link := _LINK.match(text)) is not None:
        text = link["text"]
    stripped = clean_path(text)
    return stripped if _is_path_like(stripped, marked=marked or stripped != text) else None


def path_in_prose(line: str) -> str | None:
    """The one path in backticks or bold that a sentence names; ``None`` when it names none or several."""
    found = set(paths_in_prose(line))
    return found.pop() if len(found) == 1 else None


def paths_in_prose(line: str) -> list[str]:
    """All paths in backticks or bold in a sentence."""
    names = (first or second for first, second in _QUOTED.findall(line))
    return [name.rstrip(":") for name in names if _is_path_like(name.rstrip(":"), marked=False)]


def path_of_info(info: str) -> str | None:
    """The path in the info string of a fence: ``python src/a.py``, ``python:src/a.py``, ``path=src/a.py``, ``a.py``.

    A line range after the path (``src/a.py:10-20``, ``10:20:src/a.py``) makes it a quotation: ``None``.
    """
    info = info.strip().strip("{}").strip()
    named = re.search(r"(?i)\b(?:path|file|filename|file_path|filepath|title)\s*[=:]\s*(\"[^\"]+\"|'[^']+'|\S+)", info)
    if named:
        return _info_path(clean_path(named[1]))
    words = info.split()
    if not words or len(words) > 2:
        return None
    word = words[-1]
    language, separator, rest = word.partition(":")
    if separator and re.fullmatch(r"[A-Za-z][\w+#-]*", language) and len(language) > 1:
        word = rest
    elif len(words) == 1 and word.lower() in _NAMES:
        return None
    return _info_path(clean_path(word))


def clean_path(text: str) -> str:
    """``text`` without surrounding whitespace, backticks, quotes and bold marks."""
    text = text.strip()
    for mark in ("**", "*", "`", '"', "'", "`"):
        while len(text) > 2 * len(mark) and text.startswith(mark) and text.endswith(mark):
            text = text[len(mark) : -len(mark)].strip()
    return text


def _info_path(text: str) -> str | None:
    if re.search(r"^\d+[:-]\d+:|:\d+(?:[-:,]\d+)*$|#L\d+", text):
        return None
    return text if _is_path_like(text, marked=False) else None


def _is_path_like(text: str, *, marked: bool) -> bool:
    if not text or len(text) > 300 or _BAD.search(text) or text.endswith(("/", "\\", ".")) or text.startswith("-"):
        return False
    name = re.split(r"[/\\]", text)[-1]
    stem, dot, extension = name.rpartition(".")
    known = extension.lower() in _EXTENSIONS or name.lower() in _NAMES
    deep = name != text
    if " " in text:
        return marked and bool(dot) and known
    if re.search(r"[()\[\]{}]", name) and not (deep and known):
        return False
    if deep:
        return bool(dot and re.fullmatch(r"\w[\w+-]*", extension)) or known or marked
    if name.lower() in _NAMES:
        return marked or not name.islower() or bool(dot)
    if not stem and dot:
        return len(extension) > 1 and bool(re.fullmatch(r"[A-Za-z][\w-]*", extension))
    return bool(dot) and known
