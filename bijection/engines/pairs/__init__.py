"""Explicit pairs of real inputs with one output, in one linear region or in two."""
