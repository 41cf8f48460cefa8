"""The exact bytes sent to a model: one template per task type, a stable prefix, a manifest of every included span.

Main type: ``Prompt`` (``build.py``). The room sends nothing.
"""
