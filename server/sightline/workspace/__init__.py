"""What files say now: the disk under the editor's open buffers.

Main types: ``SourceFile`` and the immutable ``WorkspaceView`` (``files.py``), ``ScanResult`` (``scan.py``). This room
knows no syntax and no graph.
"""
