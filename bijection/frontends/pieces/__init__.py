"""Functions that branch on their input, read piece by piece from what they compute, whoever wrote them."""
