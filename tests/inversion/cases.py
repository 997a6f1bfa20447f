"""Networks with known inverses, and what they are."""

from fractions import Fraction

from proofs.activations import ABS, RELU, Tanh, leaky_relu
from proofs.network import Max, Network, Node, Pointwise, Sum
from tests.build import affine, chain, q

LEAKY = leaky_relu(q("1/4"))


def coupling(n: int, rng_weights: list[list[int]], bias: list[int]) -> Network:
    """(x, y) ↦ (x, y + B·ReLU(Ax + a)), each half of n coordinates."""
    k = len(rng_weights)
    first = affine([[*row, *[0] * n] for row in rng_weights], bias)
    last = affine([[0] * k] * n + [[i + j - 2 for j in range(k)] for i in range(n)])
    return Network(2 * n, (Node(first, (0,)), Node(Pointwise((RELU,) * k), (1,)), Node(last, (2,)), Node(Sum(), (0, 3))))


SWAP = chain(4, affine([[0, 0, 0, 1], [0, 0, 1, 0], [1, 0, 0, 0], [0, 1, 0, 0]]))
COUPLED = coupling(2, [[3, 1], [1, -1], [0, 2]], [1, 0, -1])


def absolute_value(a: str, b: str) -> Network:
    """z − A|z| with A = [[0, a], [b, 0]]: bijective if and only if |ab| < 1 (G11)."""
    parts = (Node(Pointwise((ABS, ABS)), (0,)), Node(affine([[0, f"-{a}"], [f"-{b}", 0]]), (1,)), Node(Sum(), (0, 2)))
    return Network(2, parts)


def complementarity(m: list[list[int]]) -> Network:
    """x⁺ − M·x⁻ with x⁻ = max(−x, 0): bijective if and only if M is a P-matrix (G8)."""
    n = len(m)
    signs = affine([[int(i == j) for j in range(n)] for i in range(n)] + [[-int(i == j) for j in range(n)] for i in range(n)])
    out = affine([[*(int(i == j) for j in range(n)), *(-a for a in m[i])] for i in range(n)])
    return chain(n, signs, Pointwise((RELU,) * (2 * n)), out)


AUTOREGRESSIVE = Network(
    3,
    (
        Node(affine([[1, 0, 0], [1, 1, 0]]), (0,)),
        Node(Pointwise((RELU,) * 2), (1,)),
        Node(affine([[0, 0], [2, 0], [1, 1]]), (2,)),
        Node(Sum(), (0, 3)),
    ),
)
LAYERED = {
    "nothing": Network(2, ()),
    "affine": chain(2, affine([[2, 1], [1, 1]], ["1/3", 5])),
    "leaky layers": chain(2, affine([[1, 2], [1, 1]], [1, 3]), Pointwise((LEAKY, leaky_relu(q(2)))), affine([[1, 0], [1, 1]])),
    "tall": chain(2, affine([[1, 2], [1, 1], [3, 4]], [1, 2, 3])),
    "rectified pairs (G10)": chain(2, affine([[1, 2], [1, 1], [-3, -6], [-1, -1]], [1, 0, -3, 0]), Pointwise((RELU,) * 4)),
    "rectified pairs, wider": chain(
        2,
        affine([[1, 0], [0, 1], [-1, 0], [0, -1]]),
        Pointwise((RELU,) * 4),
        affine([[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1], [1, 1, 1, 1]]),
        Pointwise((LEAKY,) * 5),
    ),
    "coupling": COUPLED,
    "couplings and leaky layers": Network(
        4,
        (
            *COUPLED.nodes,
            Node(Pointwise((LEAKY,) * 4), (4,)),
            Node(SWAP.nodes[0].op, (5,)),
            *(Node(node.op, tuple(6 + j for j in node.inputs)) for node in COUPLED.nodes),
        ),
    ),
    "autoregressive": AUTOREGRESSIVE,
    "copies": chain(2, affine([[1, 2], [1, 1], [2, 4]]), Pointwise((LEAKY,) * 3), affine([[1, 0, 1], [1, 1, 0]])),
    "maximum of both signs": chain(1, affine([[1], [-1], [2]]), Max(((0, 1), (1,), (2, 0)))),
}
SMOOTH = Network(2, (Node(affine([[1, 0]]), (0,)), Node(Pointwise((Tanh(),)), (1,)), Node(affine([[0], [2]]), (2,)), Node(Sum(), (0, 3))))
CELLS = {
    "absolute values (G11)": absolute_value("2", "1/4"),
    "a P-matrix (G8)": complementarity([[1, -5], [0, 1]]),
    "Murty's matrix (G8)": complementarity([[1, 2, 2], [0, 1, 2], [0, 0, 1]]),
}
NOT_INJECTIVE = {
    "absolute values that fold (G11)": absolute_value("2", "1"),
    "no P-matrix (G8)": complementarity([[1, 2], [2, 1]]),
    "relu": chain(1, Pointwise((RELU,))),
}
HALF = Fraction(1, 2)
