"""Judges an edit before it is written: compares the graph *before* with the graph *after* and reports only what is new.

Main types: ``Finding``, ``CheckReport`` (``check.py``); ``registry.py`` lists the checks, ``run.py`` runs them. The
room knows no model and applies nothing.
"""
