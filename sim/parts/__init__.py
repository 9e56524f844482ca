"""Parts: their dimensions, meshes and collision shapes, made by code."""
