"""HTTP that survives: one pool of clients, retries, server-sent events. The only room that imports httpx.

It knows no model and no code: it moves bytes, closes what it opened, and turns failures into ``TransportError``.
"""
