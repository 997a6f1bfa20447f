"""Finite domains, grids such as 8-bit images, and binary32 numbers."""
