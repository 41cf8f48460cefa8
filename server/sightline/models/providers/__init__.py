"""One file per provider; ``models/registry.py`` lists them."""
