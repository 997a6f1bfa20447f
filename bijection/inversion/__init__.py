"""The inverse of a network in hand: layer by layer or piece by piece, with the proofs that it is the inverse."""
