"""``TemplateSet``: the texts that prompts are made of, with those of the user or of a trusted workspace in their place.

A file ``NAME.md`` in a folder of prompts stands for the built-in text of that name; ``{{default}}`` in it is the text
it stands for, and ``{{kind}}`` the kind of task. How code is shown, that instructions in it are not meant for the
model, and the edit format cannot be replaced: replies would no longer be safe, or no longer be read.
"""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

from sightline.base.redact import redact
from sightline.base.system import System
from sightline.prompts.classify import TASK_TYPES

#: Templates that may be replaced. ``analyse`` asks for a look at the code before it is changed.
REPLACEABLE = ("base", "edits", "analyse", *TASK_TYPES)
#: Templates that may not.
FIXED = ("reading", "needs", "follow_up", "repair", "repair_anew", "notes")

#: Largest file of a template in bytes: every prompt carries it.
MOST_BYTES = 16_384
#: Files of a folder that are looked at.
MOST_FILES = 100

PLACEHOLDERS = ("default", "kind")
_PLACEHOLDER = re.compile(r"\{\{\s*([^{}\n]{0,60}?)\s*\}\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateProblem:
    """Why a file of a folder of prompts, or a part of it, is not used. ``line`` is one-based, 0 for the whole file."""

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}" if self.line else f"{self.file}: {self.message}"


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateFolder:
    """A folder of prompts. ``inside`` is the folder that its files must really lie in, "" for anywhere."""

    path: str
    inside: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateSet:
    """Texts by name. ``origins`` are the files of those that are not built in."""

    texts: Mapping[str, str] = field(default_factory=dict[str, str])
    origins: Mapping[str, str] = field(default_factory=dict[str, str])
    problems: tuple[TemplateProblem, ...] = ()

    def text(self, name: str, kind: str = "") -> str:
        """The text of a template for a kind of task, without white space around it."""
        found = self.texts.get(name)
        if found is None:
            return template(name)
        return _filled(found, {"kind": kind})

    def origin(self, name: str) -> str:
        """The file of a template, ``built in`` for one of ours."""
        return self.origins.get(name, "built in")


#: The texts that come with Sightline.
BUILT_IN = TemplateSet()


@cache
def template(name: str) -> str:
    """The built-in text ``templates/<name>.md`` without white space around it."""
    return files("sightline.prompts").joinpath("templates", f"{name}.md").read_text(encoding="utf-8").strip()


def read_templates(system: System, folders: Sequence[TemplateFolder]) -> TemplateSet:
    """The built-in templates with those of ``folders`` over them, of which the later ones come first.

    A file with a mistake is left out whole and told of. Never raises. Secrets in the texts are taken out.
    """
    texts: dict[str, str] = {}
    origins: dict[str, str] = {}
    problems: list[TemplateProblem] = []
    for folder in folders:
        for file in _files_of(system, folder.path):
            name = file[:-3]
            place = f"{folder.path}/{file}"
            if name not in REPLACEABLE:
                problems.append(TemplateProblem(file=place, line=0, message=_unknown(name)))
                continue
            read = _read(system, place, folder.inside)
            if isinstance(read, TemplateProblem):
                problems.append(read)
                continue
            found = [*_mistakes(place, read)]
            problems += found
            if not found:
                below = texts[name] if name in texts else template(name)
                texts[name] = _filled(read, {"default": below}).strip()
                origins[name] = place
    return TemplateSet(texts=texts, origins=origins, problems=tuple(problems))


def _files_of(system: System, folder: str) -> list[str]:
    try:
        entries = system.files.list(folder)
    except OSError:
        return []
    return sorted(entry.name for entry in entries if entry.name.endswith(".md"))[:MOST_FILES]


def _read(system: System, place: str, inside: str) -> str | TemplateProblem:
    def problem(message: str) -> TemplateProblem:
        return TemplateProblem(file=place, line=0, message=message)

    real = system.files.real_path(place)
    if inside and not real.startswith(system.files.real_path(inside).rstrip("/") + "/"):
        return problem("leads out of the workspace, and is not read")
    try:
        data = system.files.read(real, MOST_BYTES + 1)
    except OSError as error:
        return problem(f"cannot be read: {error.strerror or os.strerror(error.errno or 0)}")
    if len(data) > MOST_BYTES:
        return problem(f"is larger than {MOST_BYTES:,} bytes, and every prompt would carry it")
    try:
        return redact(data.decode("utf-8-sig").replace("\r\n", "\n"))
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        return TemplateProblem(file=place, line=line, message="is not UTF-8 text")


def _mistakes(place: str, text: str) -> list[TemplateProblem]:
    found: list[TemplateProblem] = []
    for match in _PLACEHOLDER.finditer(text):
        if match[1] not in PLACEHOLDERS:
            known = ", ".join(f"{{{{{name}}}}}" for name in PLACEHOLDERS)
            message = f"there is no placeholder {match[0]}; there are {known}; the file is not used"
            found.append(TemplateProblem(file=place, line=text.count("\n", 0, match.start()) + 1, message=message))
    return found


def _unknown(name: str) -> str:
    if name in FIXED:
        return f"the template {name} cannot be replaced: edits and the safety of prompts depend on it"
    near = difflib.get_close_matches(name, REPLACEABLE, n=1)
    meant = f" Is {near[0]}.md meant?" if near else ""
    return f"there is no template {name}; there are {', '.join(REPLACEABLE)}.{meant}"


def _filled(text: str, values: Mapping[str, str]) -> str:
    return _PLACEHOLDER.sub(lambda match: values.get(match[1], match[0]), text)
