"""Verbs that use a model: one turn from task to checked edit (``turn.py``), and its repair rounds (``repair.py``).

The room writes no file and speaks no editor protocol.
"""
