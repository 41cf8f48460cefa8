"""Names of changed definitions, from hunk heads and changed lines."""

from __future__ import annotations

import pytest

from sightline.context.history.definition_names import defined_in_hunks, defined_name


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("def total(prices, rate=(1, 2)):", "total"),
        ("    async def fetch(self):", "fetch"),
        ("class Cart(Base):", "Cart"),
        ("func (c *Context) Negotiate(code int) {", "Negotiate"),
        ("func New(opts ...func(*Engine)) *Engine {", "New"),
        ("type Engine struct {", "Engine"),
        ("pub(crate) async fn call<T>(&self) -> T {", "call"),
        ("impl<T> fmt::Display for Shelf<T> where T: Copy {", "Shelf"),
        ("unsafe impl Send for Shelf {}", "Shelf"),
        ("macro_rules! boxed {", "boxed"),
        ("export default class Cart<T> extends Base<T> {", "Cart"),
        ("  private async load<T>(a: (x: T) => void): Promise<void> {", "load"),
        ("export const total = (prices: number[]) =>", "total"),
        ("res.send = function send(body) {", "send"),
        ("  total: function (prices) {", "total"),
        ("export function* walk(tree) {", "walk"),
        ("    public static <T> List<T> of(T... items) throws Error {", "of"),
        ("  private final class Entry {", "Entry"),
        ("static int compare(const void *a, const void *b)", "compare"),
        ("struct point *nearest(struct point *a, struct point *b)", "nearest"),
        ("struct point {", "point"),
        ("void Shelf::put(int a) const", "put"),
        ("enum class Colour : int {", "Colour"),
        ("fun <T> List<T>.second(): T {", "second"),
        ("    return total(prices)", "total"),
        ("if (a) {", ""),
        ("", ""),
    ],
)
def test_the_name_of_a_definition(line: str, name: str) -> None:
    assert defined_name(line) == name


def patched(*hunks: str, path: str = "b/a.py") -> dict[str, tuple[str, ...]]:
    text = f"diff --git a/a.py b/a.py\nindex 1..2 100644\n--- a/a.py\n+++ {path}\n" + "".join(hunks)
    return dict(defined_in_hunks(text.encode()))


def test_a_change_inside_counts_for_the_definition_above() -> None:
    assert patched("@@ -3 +3 @@ def total(prices):\n-    return 1\n+    return 2\n") == {"a.py": ("total",)}


def test_a_new_definition_counts_for_itself_and_not_for_the_one_above() -> None:
    hunk = "@@ -3,0 +4,4 @@ def total(prices):\n+\n+# Says it.\n+@cache\n+def mean(prices):\n+    return 1\n"
    assert patched(hunk) == {"a.py": ("mean",)}


def test_a_change_and_a_definition_after_it_count_both() -> None:
    hunk = "@@ -3 +3,3 @@ def total(prices):\n-    return 1\n+    return 2\n+def mean(prices):\n+    return 1\n"
    assert patched(hunk) == {"a.py": ("total", "mean")}


def test_lines_that_look_like_headers_are_lines() -> None:
    hunk = "@@ -3 +3,2 @@ def total(prices):\n--- a/other.py\n+++ b/other.py\n@@ -9 +9 @@ def mean():\n+x\n"
    assert patched(hunk) == {"a.py": ("total", "mean")}


@pytest.mark.parametrize(
    ("written", "path"),
    [('"b/tab\\there\\"\\303\\244.py"', 'tab\there"ä.py'), ("b/with space.py\t", "with space.py"), ("b/ä.py", "ä.py")],
)
def test_quoted_names(written: str, path: str) -> None:
    assert patched("@@ -1 +1 @@ def total():\n+x\n", path=written) == {path: ("total",)}


def test_deleted_files_and_binary_ones_have_no_definitions() -> None:
    assert patched("@@ -1 +0,0 @@\n-def total():\n", path="/dev/null") == {}
    assert defined_in_hunks(b"diff --git a/a.png b/a.png\nBinary files a/a.png and b/a.png differ\n") == {}


def test_a_line_however_long_is_judged_by_its_beginning() -> None:
    """Read to its end, one of a megabyte would hold up everything for minutes."""
    hunk = f"@@ -3 +3,2 @@ def total(prices):\n+{'private const ' * 80_000}\n+def mean(prices):\n"
    assert patched(hunk) == {"a.py": ("total", "mean")}
