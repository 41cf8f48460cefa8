"""The language server: converts, calls the engine, converts back. The only room that imports pygls and lsprotocol."""
