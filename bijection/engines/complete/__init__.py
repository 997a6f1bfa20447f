"""Complete searches for piecewise-affine networks: all linear regions, or boxes, in pairs."""
