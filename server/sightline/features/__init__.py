"""What a user can name: one file per chat command. They never import one another; ``registry.py`` lists them."""
