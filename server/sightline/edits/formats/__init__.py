"""One file per edit format; ``edits/registry.py`` lists them."""
