"""Whose fault is it?  `Malformed` (proofs.errors): the input.  `NotSupported`: nobody's, not built yet.  `EngineBug`: ours."""


class NotSupported(Exception):
    """The input is right, but this version cannot treat it; the message says what, where, and the way round."""


class EngineBug(AssertionError):
    """The toolkit contradicted itself: please report it. Never a statement about the network."""
