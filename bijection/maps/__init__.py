"""Plain functions between sets: decided exactly, through the same kernel as networks; and what set theory adds.

>>> from bijection.maps import finite_map, is_injective, is_bijective
>>> answer = is_injective(finite_map(lambda n: n * n % 7, domain=range(7), codomain=range(7)))
>>> bool(answer), answer.collision
(False, (3, 4))
>>> is_bijective({"a": 1, "b": 2}).inverse(2)
'b'
"""

from bijection.maps.cardinality import ALEPH_0, CONTINUUM, Cardinal, Settled, cardinality, finite_size, fullest_fibre, settles
from bijection.maps.correspondence import INTEGERS, PAIRING, RATIONALS, Bijection
from bijection.maps.fibres import Factorisation, factor, fibre, fibres, image, kernel_pair, preimage
from bijection.maps.finite import Answer, Missed, is_bijective, is_injective, is_surjective, pigeonhole, question
from bijection.maps.function import FiniteMap, compose, finite_map, identity, restrict, table_map
from bijection.maps.inverses import inverse, retraction, right_inverse, section
from bijection.maps.schroeder_bernstein import Undecided, between_finite, schroeder_bernstein

__all__ = [
    "ALEPH_0", "CONTINUUM", "INTEGERS", "PAIRING", "RATIONALS",
    "Answer", "Bijection", "Cardinal", "Factorisation", "FiniteMap", "Missed", "Settled", "Undecided",
    "between_finite", "cardinality", "compose", "factor", "fibre", "fibres", "finite_map", "finite_size", "fullest_fibre", "identity",
    "image", "inverse", "is_bijective", "is_injective", "is_surjective", "kernel_pair", "pigeonhole", "preimage", "question",
    "restrict", "retraction", "right_inverse", "schroeder_bernstein", "section", "settles", "table_map",
]  # fmt: skip
