// Nothing to call: what CJobMarker.c puts into an executable is read from its file.
