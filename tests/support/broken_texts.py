"""Texts that grammars cannot read."""

from __future__ import annotations

from typing import Final

#: What Kotlin's grammar never gets past: it puts in a missing name, ends the statement, and is where it was.
ENDLESS_KOTLIN: Final = """{y{when=1
l
 \x04n
}

  inner class In
}

sealed interface Priced {
  fun price(): Money
  val tax: Int
}

enum class Kind(val size: Int) {
  SMALL(1),
  LARGE(2) { override fun grow() {} };

w6 = Cart<Item>
fun top(action: (Int) -> Unit = {}): Unit = action(1)
private const val TOP = 3
annotation class Marked(val name:
"""
