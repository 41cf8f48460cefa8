"""What is kept: the journal of applied edits (inverse edits with digests). SQLite, precious, never a shadow git.

Main type: ``EditJournal`` (``journal.py``). The room calls no model.
"""
