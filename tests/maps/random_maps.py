"""Random maps between small sets."""

from hypothesis import strategies as st

from bijection.maps import table_map


def maps(n=None, k=None):
    """Maps {0..n−1} → {0..k−1}, sizes up to 5 where not given, empty sets included."""
    sizes = st.tuples(st.integers(0, 5) if n is None else st.just(n), st.integers(0, 5) if k is None else st.just(k))
    possible = sizes.filter(lambda s: s[1] > 0 or s[0] == 0)
    return possible.flatmap(
        lambda s: st.lists(st.integers(0, max(s[1] - 1, 0)), min_size=s[0], max_size=s[0]).map(
            lambda vs: table_map(vs, codomain=range(s[1]))
        )
    )


def permutations(n):
    """Bijections of {0..n−1}."""
    return st.permutations(range(n)).map(lambda vs: table_map(vs, codomain=range(n)))
