"""What is decided by the form of a network: layer by layer, couplings, monotone layers and residual blocks."""
