"""Typed relations of a piece of code to other places, each kind found and ordered apart; what they count is decided
by whoever ranks. ``registry.py`` is the door, ``relation.py`` has the values, the other files one family of kinds each.
"""
