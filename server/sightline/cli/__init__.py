"""The command line: a door like the editor's, and the way to start the others."""
