"""From a model's reply to a ``ChangeSet``: parsing, locating, applying to a snapshot. Pure; parsing never raises.

Main types: ``EditProposal`` and ``AppliedProposal`` (``proposal.py``). The room writes no file and judges no edit.
"""
