"""Which code a task needs: ranked candidates, packed under a token budget, each with its reasons.

Main types: ``ContextRequest``, ``Candidate``, ``ContextPack`` (``pack.py``). The room knows no model and no prompt
wording.
"""
