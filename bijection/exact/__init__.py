"""Exact tools for the search: linear algebra over ℚ (flint), simplest fractions, linear programs; floats only to find."""
