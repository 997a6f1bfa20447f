"""Bytes that are no claim, and a part of the message."""

_CLAIM = b'{"format":"bijection-claim","statement":%s,"version":1}'
_ON = b'"on":{"is":"Reals","n":1}'
MALFORMED: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "not JSON"),
    "a list": (b"[]", "not a bijection-claim file"),
    "not text": (b"\xff\xfe\x00", "not JSON"),
    "a truncated file": (b'{"format":"bijection-claim","sta', "not JSON"),
    "nested without end": (b"[" * 100_000, "not JSON"),
    "another version": (b'{"format":"bijection-claim","statement":null,"version":2}', "version 2 of"),
    "a version that is true": (b'{"format":"bijection-claim","statement":null,"version":true}', "version True of"),
    "another format": (b'{"format":"bijection-evidence","steps":[],"version":1}', "not a bijection-claim file"),
    "a field twice": (b'{"format":"bijection-claim","format":"bijection-claim","statement":null,"version":1}', "names a field twice"),
    "a field too many": (
        b'{"extra":0,"format":"bijection-claim","statement":null,"version":1}',
        "has the fields format, version, statement",
    ),
    "a float": (_CLAIM % b'{"is":"Injective","f":0.5}', "0.5 is not exact"),
    "not a number": (_CLAIM % b"NaN", "NaN is not exact"),
    "infinity": (_CLAIM % b"-Infinity", "-Infinity is not exact"),
    "an exponent": (_CLAIM % b"1e3", "1e3 is not exact"),
    "no such statement": (_CLAIM % b'{"is":"True"}', "expected one of Injective"),
    "a statement inside a list": (_CLAIM % (b"[" * 900 + b"]" * 900), "expected one of Injective"),
    "an unknown field": (_CLAIM % (b'{"is":"Injective",' + _ON + b"}"), "Injective has the fields"),
    "not not": (_CLAIM % b'{"is":"Not","statement":{"is":"Not","statement":null}}', "expected one of Injective"),
    "a fraction as a number": (
        _CLAIM % b'{"is":"Injective","f":{"is":"Table","values":["1/2"]},"on":{"is":"Labels","k":1}}',
        "expected an integer",
    ),
    "a long integer": (
        _CLAIM % (b'{"is":"Injective","f":{"is":"Table","values":[' + b"9" * 5000 + b']},"on":{"is":"Labels","k":1}}'),
        "not JSON",
    ),
    "a long number of labels": (
        _CLAIM % (b'{"is":"Injective","f":{"is":"Table","values":[]},"on":{"is":"Labels","k":"-0x' + b"f" * 9000 + b'"}}'),
        "an integer of 36000 bits labels",
    ),
    "a number without end": (
        _CLAIM % (b'{"is":"Injective","f":{"is":"Table","values":["0x' + b"f" * 300_000 + b'"]},"on":{"is":"Labels","k":1}}'),
        "a number of 300002 characters",
    ),
    "breakpoints out of order": (
        _CLAIM
        % (
            b'{"is":"Injective","f":{"is":"Network","arity":1,"nodes":[{"is":"Node","inputs":[0],"op":{"is":"Pointwise","runs":[[1,'
            b'{"is":"PiecewiseAffine","breakpoints":["1","0"],"pieces":[["0","0"],["0","0"],["0","0"]]}]]}}]},' + _ON + b"}"
        ),
        "do not increase strictly",
    ),
    "a layer without end": (
        _CLAIM
        % (
            b'{"is":"Injective","f":{"is":"Network","arity":1,"nodes":[{"is":"Node","inputs":[0],"op":{"is":"Pointwise","runs":'
            b'[[1000000000000,{"is":"Tanh"}]]}}]},' + _ON + b"}"
        ),
        "unfold to more than 50000000 entries",
    ),
    "a stack of a stack without end": (
        _CLAIM
        % (
            b'{"is":"Injective","f":{"is":"Network","arity":1,"nodes":['
            + b",".join(b'{"is":"Node","inputs":[%d,%d],"op":{"is":"Stack"}}' % (i, i) for i in range(60))
            + b"]},"
            + _ON
            + b"}"
        ),
        "the limit is 20000000",
    ),
    "a network on too many inputs": (
        _CLAIM % b'{"is":"Injective","f":{"is":"Network","arity":1000000000000,"nodes":[]},"on":{"is":"Reals","n":1000000000000}}',
        "a network on 1000000000000 inputs",
    ),
}
