"""Split trees over two copies: a generated one is accepted, and refused once anything in it is changed."""

from fractions import Fraction
from pathlib import Path

from bijection.export.rocq_check import check_text, library
from proofs.activations import ABS, RELU, PiecewiseAffine, leaky_relu
from proofs.network import Network, Pointwise
from proofs.statements import Injective
from tests.build import affine, box, chain
from tests.rocq.copies import Cut, Leaf, Split, System, Tree, body, file, shifted
from tests.rocq.test_corpus import module, run


def bend(bias: str, outer: int = -1) -> Network:
    """t ↦ 2·relu(t + bias) + outer·relu(−t): it rises everywhere if the bias is not negative and outer is."""
    return chain(1, affine([[1], [-1]], [bias, 0]), Pointwise((RELU, RELU)), affine([[2, outer]]))


IMPORT = "From Bijection Require Import Copies Leaves.\n"
LINE = Injective(bend("1/3"), box(-1, 1))
SYSTEM = System(LINE.f, LINE.on)
TREE = SYSTEM.tree(0)
PLANE = Injective(chain(2, affine([[1, 2], [-1, 1]], ["1/3", 0]), Pointwise((leaky_relu(Fraction(1, 4)),) * 2)), box(-1, 1, 2))
THREE = PiecewiseAffine((Fraction(0), Fraction(1)), tuple((Fraction(p), Fraction(q)) for p, q in ((1, 0), (3, 0), (2, 1))))


def tightened(slack: int) -> Tree:
    """The tree below a cut: 1 − x ≥ 0 once more, with a slack."""
    assert TREE is not None
    return Cut(((2, 1),), slack, shifted(SYSTEM, TREE, 0, 1))


def changed_leaf(tree: Tree) -> Tree:
    """One multiplier more than it was."""
    match tree:
        case Leaf(((k, c), *rest)):
            return Leaf(((k, c + 1), *rest))
        case Split(number, (first, *others)):
            return Split(number, (changed_leaf(first), *others))
        case _:
            raise AssertionError


def dropped(tree: Tree) -> Tree:
    """Without its last branch."""
    assert isinstance(tree, Split)
    return Split(tree.number, tree.cases[:-1])


def test_trees_are_accepted(rocq: list[str], cache: Path, tmp_path: Path) -> None:
    plane, three = System(PLANE.f, PLANE.on), Injective(chain(1, Pointwise((THREE,))), box(-2, 2))
    trees, third = [plane.tree(i) for i in range(2)], System(three.f, three.on).tree(0)
    assert TREE is not None
    assert third is not None
    cases = {
        "a line": body(LINE, [TREE]),
        "a cut": body(LINE, [tightened(0)]),
        "a weaker cut": body(LINE, [tightened(1)]),
        "two coordinates": body(PLANE, [tree for tree in trees if tree is not None]),
        "three pieces": body(three, [third]),
    }
    done = run(rocq, library(cache), tmp_path, IMPORT + "\n".join(module(i, name, case) for i, (name, case) in enumerate(cases.items())))
    assert done.returncode == 0, done.stderr


def test_changed_trees_are_refused(rocq: list[str], cache: Path, tmp_path: Path) -> None:
    assert TREE is not None
    cases = {
        "one multiplier": (LINE, [changed_leaf(TREE)]),
        "a dropped branch": (LINE, [dropped(TREE)]),
        "a cut that does not follow": (LINE, [tightened(-1)]),
        "no tree": (LINE, []),
        "one bias": (Injective(bend("-1/3"), LINE.on), [TREE]),
        "one weight": (Injective(bend("1/3", 1), LINE.on), [TREE]),
        "another activation": (Injective(chain(1, Pointwise((ABS,))), LINE.on), [TREE]),
    }
    texts = []
    for i, (name, (claim, trees)) in enumerate(cases.items()):
        text = body(claim, trees).partition("\nTheorem verdict")[0]
        texts.append(module(i, name, text.replace("= true", "= false").replace("eq_refl true", "eq_refl false")))
    done = run(rocq, library(cache), tmp_path, IMPORT + "\n".join(texts))
    assert done.returncode == 0, done.stderr


def test_the_file_assumes_nothing(rocq: list[str], cache: Path) -> None:
    assert TREE is not None
    answer = check_text(file(LINE, [TREE]), cache=cache)
    assert answer, answer


def test_a_fold_has_no_tree() -> None:
    assert System(chain(1, Pointwise((ABS,))), box(-1, 1)).tree(0) is None
