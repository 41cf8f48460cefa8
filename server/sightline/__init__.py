"""Sightline: a language server that lets any model edit real code bases safely.

The rooms and the floors they stand on are described in docs/explanation/architecture.md.
"""

__version__ = "0.1.0"
