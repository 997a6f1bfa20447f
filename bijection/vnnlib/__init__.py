"""Queries of the VNN-LIB standard: read, decided, answered in the words of its command line. Injectivity is one of them: two networks, one
equal to the other, different inputs, equal outputs."""
