"""Values: which are reached, which are not, and all inputs of one; labels too."""
