"""Whatever is asked: an answer, never an exception, never long, and never against what trying every point says."""

from __future__ import annotations

import faulthandler
import time
from dataclasses import fields

from hypothesis import given, reject, settings
from hypothesis import strategies as st

from bijection.driver import decide
from bijection.engines import ENGINES
from bijection.engines.proposal import Search
from bijection.verdict import Proved, Refuted, accept
from bijection.wishes import KINDS, Wish, fits
from proofs.errors import Malformed
from proofs.statements import Not, Statement
from tests.strategies import points_in, statements, truth

LONG = 20.0  # seconds for one small question without a deadline


@settings(max_examples=150)
@given(statements())
def test_every_legal_question_is_answered_in_good_time(statement: Statement) -> None:
    started = time.monotonic()
    faulthandler.dump_traceback_later(2 * LONG, exit=True)  # a loop without end must not look like a slow test
    try:
        verdict = decide(statement, within=None)
    finally:
        faulthandler.cancel_dump_traceback_later()
    assert time.monotonic() - started < LONG
    known = truth(statement)
    assert known is None or not isinstance(verdict, Refuted if known else Proved)


@given(statements(), st.data(), st.sampled_from(KINDS))
def test_every_wish_is_taken_without_an_exception(statement: Statement, data: st.DataObject, kind: type[Wish]) -> None:
    positive = statement.statement if isinstance(statement, Not) else statement
    named = [data.draw(points_in(positive.f.arity)) for _ in fields(kind)]
    wish = kind(*named)
    try:
        fits(wish, positive.on)
    except Malformed:
        reject()
    decide(statement, within=None, wish=wish)


@given(statements())
def test_the_kernel_accepts_what_each_engine_proposes(statement: Statement) -> None:
    positive = statement.statement if isinstance(statement, Not) else statement
    for engine in ENGINES:
        for proposal in engine(positive, Search(deadline=time.monotonic() + LONG)):
            accept(positive, proposal.claim, proposal.evidence, proposal.because, 0.0)
