#!/usr/bin/env python3
"""``make demo``: the main job on a real code base (Sightline's own), with no key and no network.

Indexes a temporary copy, shows the context chosen for a task, takes an edit that strands callers, shows its refusal,
the repair prompt and the repaired edit, and applies it to the copy. The repository itself is not touched.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from sightline.base.errors import SightlineError
from sightline.base.paths import WorkspacePath
from sightline.base.system import System, real_system
from sightline.base.text import Span, Text, TextEdit
from sightline.config.load import load_settings
from sightline.config.locations import locations
from sightline.context.report import context_report
from sightline.engine.engine import Engine
from sightline.engine.opening import EngineOptions, open_engine
from sightline.features.narrate import finding_line
from sightline.graph.answers import Confidence, EdgeKind, ReferencesAnswer
from sightline.graph.facts import DefinitionKind
from sightline.graph.view import GraphView
from sightline.tasks.result import TurnEvent, TurnRequest, TurnResult, TurnVerdict

REPOSITORY = Path(__file__).resolve().parent.parent
TASK = "show a progress bar while the workspace is indexed from the command line"


def title(text: str) -> None:
    """A heading that stands out on a terminal and in a log."""
    bold = ("\033[1m", "\033[0m") if sys.stdout.isatty() else ("", "")
    print(f"\n{bold[0]}=== {text}{bold[1]}", flush=True)


def copy_repository(target: Path) -> None:
    """Copies what git tracks; without git, the source folders."""
    try:
        listed = subprocess.run(
            ["git", "-C", str(REPOSITORY), "ls-files", "-z"], capture_output=True, check=True, text=True
        ).stdout.split("\0")
    except (OSError, subprocess.CalledProcessError):
        listed = [str(p.relative_to(REPOSITORY)) for p in REPOSITORY.glob("server/**/*") if p.is_file()]
    for name in filter(None, listed):
        source = REPOSITORY / name
        if source.is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target / name)


def quotable(view: GraphView, path: WorkspacePath) -> bool:
    """Whether the file can be quoted in a search/replace block: our own edit formats hold the very marks of one."""
    data = view.workspace.read(path).text.data
    return not any(mark in data for mark in (b"```", b"<<<<<<<", b"=======", b">>>>>>>"))


def draw_function(view: GraphView, seed: int) -> ReferencesAnswer:
    """A function of ours with two or more exactly known calls from other files, drawn by ``seed``."""
    candidates = [
        symbol
        for path in view.paths()
        if path.relative.startswith("server/sightline/")
        for symbol in view.symbols(path)
        if symbol.definition.kind is DefinitionKind.FUNCTION
        and symbol.definition.parent < 0
        and not symbol.definition.decorators
        and not symbol.definition.name.startswith("_")
    ]
    random.Random(seed).shuffle(candidates)
    for symbol in candidates:
        answer = view.references(symbol)
        calls = [
            place
            for place in answer.places
            if place.path != symbol.path and place.kind is EdgeKind.CALL and place.confidence is Confidence.EXACT
        ]
        certain = all(place.confidence is Confidence.EXACT for place in answer.places)
        touched = {symbol.path, *(place.path for place in answer.places)}
        if certain and len({place.path for place in calls}) >= 2 and all(quotable(view, path) for path in touched):
            return answer
    raise SystemExit("No function fits the demo.")


def rename_block(path: WorkspacePath, text: Text, spans: list[Span], new: str) -> str:
    """One search/replace block that renames exactly the names at ``spans``, from the first line to the last of them."""
    renamed = text.apply(tuple(TextEdit(span, new.encode()) for span in spans))
    first, last = text.line_of(min(spans).start), text.line_of(max(spans).start)
    before, after = (version.slice(version.lines_span(first, last)).rstrip("\n") for version in (text, renamed))
    return f"{path}\n```\n<<<<<<< SEARCH\n{before}\n=======\n{after}\n>>>>>>> REPLACE\n```\n"


def scripted_replies(view: GraphView, answer: ReferencesAnswer, new_name: str) -> str:
    """The scripted model's file: first an edit that forgets every caller, then the edits of all places."""
    symbol = answer.symbol
    text = view.workspace.read(symbol.path).text
    forgetful = "I will rename the function.\n\n"
    forgetful += rename_block(symbol.path, text, [symbol.definition.name_span], new_name)
    by_file: dict[WorkspacePath, set[Span]] = {}
    for place in answer.places:
        by_file.setdefault(place.path, set()).add(place.reference.span)
    repaired = "Here are the places that still used the old name.\n\n"
    for path, found in sorted(by_file.items()):
        file_text, spans = view.workspace.read(path).text, found
        if path == symbol.path:  # the repair is against the draft, in which the definition is renamed already
            name = symbol.definition.name_span
            file_text = file_text.apply((TextEdit(name, new_name.encode()),))
            shift = len(new_name.encode()) - len(name)
            spans = {Span(s.start + shift, s.end + shift) if s.start > name.start else s for s in found}
        repaired += rename_block(path, file_text, sorted(spans), new_name)
    replies = (re.sub(r"^%%%", r"\\%%%", reply, flags=re.MULTILINE) for reply in (forgetful, repaired))
    return "".join(f"%%% reply\n\n{reply}\n" for reply in replies)


def heard(event: TurnEvent) -> None:
    """Prints the stages of the turn."""
    if event.kind == "stage":
        print(f"  [{event.stage.value}]", flush=True)


async def opened(root: str, system: System, model: str) -> Engine:
    """An engine on the copy that asks ``model``."""
    where = locations(system)
    loaded = load_settings(system, where, (root,), {"model": {"name": model}} if model else None)
    return await open_engine(
        EngineOptions(roots=(root,), system=system, settings=loaded.settings, where=where, trusts=lambda _: False)
    )


def show_turn(result: TurnResult) -> None:
    """Every attempt with what was found in it, and the prompts of the repair rounds."""
    for number, attempt in enumerate(result.attempts, start=1):
        findings = attempt.report.findings if attempt.report else ()
        verdict = attempt.report.verdict.value if attempt.report else "nothing to check"
        if number > 1:
            print(f"\n--- repair prompt {number - 1} (the new part of the conversation) ---\n{attempt.asked}\n---")
        print(f"attempt {number}: {verdict}, {len(findings)} findings, {attempt.seconds:.2f} s for the reply")
        for finding in findings:
            print(f"  {finding_line(finding)}")
        for item in attempt.unmatched:
            print(f"  not placed: {item.path}: {item.reason}")
        for problem in attempt.problems:
            print(f"  {problem}")


async def show_index(engine: Engine) -> None:
    """Step 1: what is in the graph."""
    title("1. Index a real code base: a temporary copy of Sightline itself")
    await engine.start()
    report = engine.report
    print(f"{report.files} files, {report.definitions} definitions, {report.references} references,")
    print(f"{report.edges} import edges between files, {len(report.unparsed)} unparsed")
    print("seconds: " + ", ".join(f"{name} {value:.2f}" for name, value in report.seconds.items()))


async def show_context(engine: Engine) -> None:
    """Step 2: what a task needs, and why."""
    title(f"2. The context chosen for a task: {TASK!r} (1,500 tokens)")
    began = time.perf_counter()
    request = TurnRequest(turn="context", task_type="implement", task=TASK, root=engine.roots[0], budget=1500)
    pack, prompt = await engine.build_prompt(request)
    for file in context_report(pack)["files"][:8]:
        print(f"  {file['path']}: {'; '.join(file['reasons'])}")
        for symbol in file["symbols"]:
            reasons = "; ".join(symbol["reasons"])
            if symbol["form"] != "outline":
                name = symbol["name"] or "(between definitions)"
                print(f"      {name} {symbol['form']}, {symbol['tokens']} tokens: {reasons}")
    print(f"{pack.tokens} tokens of code, {prompt.tokens} with instructions, {time.perf_counter() - began:.2f} s")


async def show_edit(engine: Engine, answer: ReferencesAnswer, new: str) -> bool:
    """Steps 4 and 5: the turn with its repair, and the checked edit; whether it was applied."""
    await engine.start()
    old = answer.symbol.definition.name
    task = f"Rename the function `{old}` of {answer.symbol.path} to `{new}`."
    print(f"task: {task}   (warm start: {engine.report.seconds['total']:.2f} s)")
    began = time.perf_counter()
    request = TurnRequest(turn="demo", task_type="refactor", task=task, root=engine.roots[0], budget=4000)
    result = await engine.ask(request, heard)
    took = time.perf_counter() - began
    title("4. What came of it")
    show_turn(result)
    if result.verdict is not TurnVerdict.ACCEPTED:
        print(f"verdict: {result.verdict.value}; nothing was written")
        return False
    title("5. The checked edit, applied to the copy")
    await engine.write(result.turn, task, result.changes)
    print(result.diff)
    seconds = result.report.seconds if result.report else {}
    checks = ", ".join(f"{name} {1000 * value:.0f} ms" for name, value in seconds.items())
    print(f"turn {took:.2f} s; checks of the last attempt: {checks}; model: {result.model}")
    return True


async def demo(seed: int, model: str, folder: Path) -> int:
    """Runs the demo in ``folder``; answers the exit code."""
    root, base = str(folder / "copy"), real_system()
    copy_repository(folder / "copy")
    system = replace(base, environment={**base.environment, "SIGHTLINE_CACHE_DIR": str(folder / "own")})
    replies = folder / "replies.txt"
    engine = await opened(root, system, "")
    try:
        await show_index(engine)
        await show_context(engine)
        title(f"3. An edit that strands callers (drawn by seed {seed}; tools/demo.py --seed {seed} draws it again)")
        answer = draw_function(engine.view, seed)
        new = f"{answer.symbol.definition.name}_renamed"
        users = sorted({str(place.path) for place in answer.places if place.path != answer.symbol.path})
        print(f"{answer.symbol.identifier} is used in {len(users)} other files: {', '.join(users)}")
        replies.write_text(scripted_replies(engine.view, answer, new), "utf-8")
    finally:
        await engine.close()
    print(f"The model is {model or 'the scripted one: its replies were written by this demo'}.")
    engine = await opened(root, system, model or f"scripted:{replies}")
    try:
        applied = await show_edit(engine, answer, new)
    finally:
        await engine.close()
    return 0 if applied or model else 1


def main() -> int:
    """Parses the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=None, help="draws the same function again")
    parser.add_argument("--model", default="", help="PROVIDER:NAME, for example ollama:qwen2.5-coder")
    options = parser.parse_args()
    seed = options.seed if options.seed is not None else random.SystemRandom().randrange(10_000)
    with tempfile.TemporaryDirectory(prefix="sightline-demo-") as folder:
        try:
            return asyncio.run(demo(seed, options.model, Path(folder).resolve()))
        except SightlineError as error:
            print(f"demo: {error.message}\n  {error.hint}", file=sys.stderr)
            return 2
        except KeyboardInterrupt:
            print("demo: interrupted", file=sys.stderr)
            return 130


if __name__ == "__main__":
    sys.exit(main())
