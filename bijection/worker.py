"""The search in a process of its own, which can be ended whatever a solver is doing.

Lines of JSON go both ways; values travel in the certificate format, so nothing is ever unpickled.
"""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import suppress
from fractions import Fraction
from typing import Any

from bijection.engines.proposal import Proposal, Search
from bijection.errors import EngineBug
from bijection.wishes import KINDS, Wish, named
from proofs.codec import decode, decode_claim, decode_evidence, encode, encode_claim, encode_evidence
from proofs.domains import Point
from proofs.errors import Malformed
from proofs.statements import Not, Positive, Reached

_PROGRAM = "from bijection.worker import main; main()"


def proposals(goal: Positive, search: Search, labels: Sequence[int] = ()) -> Generator[Proposal, None, None]:
    """What the engines propose, searched for in a worker process until the deadline; closing the generator ends the process.

    With labels, the goal is that a classifier reaches one of them, and the proposals are about the same goal for each of them.
    """
    goals = same_goal(goal, labels)
    lines: queue.Queue[bytes] = queue.Queue()
    request = _request(goal, search, labels)
    process = _start()
    assert process.stdin is not None
    assert process.stdout is not None
    # Both directions in threads: a worker that does not read, or does not write, must not hold us up.
    threads = [_thread(_send, process.stdin, request), _thread(_read, process.stdout, lines)]
    deadline = search.deadline
    try:
        while True:
            try:
                line = lines.get(timeout=max(0.0, min(deadline - time.monotonic(), threading.TIMEOUT_MAX)))
            except queue.Empty:
                return
            message = _message(line)
            match message:
                case {"report": text}:
                    search.report(text)
                case {"error": text}:
                    raise EngineBug(text)
                case {"malformed": text}:
                    raise Malformed(text)
                case {"done": _}:
                    return
                case _:
                    proposal = _proposal(goals, message)
                    yield proposal
                    if proposal.improvable:
                        deadline = min(deadline, search.after(proposal))
    finally:
        _end(process, threads)


def _thread(work: Callable[..., None], *arguments: Any) -> threading.Thread:
    thread = threading.Thread(target=work, args=arguments, daemon=True)
    thread.start()
    return thread


def _end(process: subprocess.Popen[bytes], threads: list[threading.Thread]) -> None:
    """Kill the worker with whatever it started (its session is its own), and leave nothing open."""
    if os.name == "posix":
        os.killpg(process.pid, signal.SIGKILL)  # it is not waited for yet, so the number is still its own
    else:
        process.kill()
    process.wait()
    for thread, stream in zip(threads, (process.stdin, process.stdout), strict=True):
        thread.join(timeout=1)
        if stream is not None and not thread.is_alive():
            with suppress(BrokenPipeError):  # what could not be written is still in the buffer
                stream.close()


def _start() -> subprocess.Popen[bytes]:
    """A Python with the same packages, in a session of its own so that Ctrl-C reaches only us."""
    environment = dict(os.environ, PYTHONPATH=os.pathsep.join(path or os.getcwd() for path in sys.path))
    environment.setdefault("OPENBLAS_NUM_THREADS", "1")  # our matrices are small: more threads only wait for each other
    command = [sys.executable, "-P", "-c", _PROGRAM]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, env=environment, start_new_session=True)


def same_goal(goal: Positive, labels: Sequence[int]) -> list[Positive]:
    """The goal, or Reached for each label in turn."""
    return [Reached(goal.f, goal.on, (Fraction(label),)) for label in labels] or [goal]


def _request(goal: Positive, search: Search, labels: Sequence[int]) -> bytes:
    wish = None if search.wish is None else [type(search.wish).__name__, *map(encode, named(search.wish))]
    settings = {"seconds": search.remaining(), "seed": search.seed, "wish": wish, "journal": search.journal}
    return json.dumps({"claim": encode_claim(goal).decode(), "labels": list(labels), **settings}).encode()


def _wish(request: list[Any] | None) -> Wish | None:
    if request is None:
        return None
    kind = next(kind for kind in KINDS if kind.__name__ == request[0])
    return kind(*(decode(x, Point) for x in request[1:]))


def _send(stream: Any, data: bytes) -> None:
    with suppress(BrokenPipeError):  # the reader finds out and says so
        stream.write(data + b"\n")
        stream.flush()


def _read(stream: Any, lines: queue.Queue[bytes]) -> None:
    for line in stream:
        lines.put(line)
    lines.put(b"")


def _message(line: bytes) -> dict[str, Any]:
    if not line:
        raise EngineBug("the worker process ended without an answer (perhaps for want of memory); run with within=None to see why")
    try:
        message = json.loads(line)
    except ValueError:
        message = None
    if not isinstance(message, dict):
        raise EngineBug(f"the worker process wrote {line[:60]!r}, which is no message")
    return message


def _sent(goals: list[Positive], proposal: Proposal) -> dict[str, Any]:
    """A proposal as a message; the goals are known on both sides and can be large, so only which one and the side taken is sent."""
    positive = proposal.claim.statement if isinstance(proposal.claim, Not) else proposal.claim
    assert positive in goals, "evidence for another statement"
    evidence = encode_evidence(proposal.evidence).decode()
    side = {"goal": goals.index(positive), "refutes": isinstance(proposal.claim, Not)}
    return {**side, "evidence": evidence, "because": proposal.because, "improvable": proposal.improvable}


def _proposal(goals: list[Positive], message: dict[str, Any]) -> Proposal:
    try:
        goal = goals[message["goal"]]
        evidence = decode_evidence(message["evidence"].encode())
        return Proposal(Not(goal) if message["refutes"] else goal, evidence, message["because"], message["improvable"])
    except (Malformed, KeyError, IndexError) as error:
        raise EngineBug(f"the worker process sent a proposal that cannot be read: {error}") from None


def main() -> None:
    """The worker's side: read one request, write proposals, end when the parent does."""
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what solvers print must not mix with our lines
    request = json.loads(sys.stdin.buffer.readline())
    threading.Thread(target=_end_with_parent, daemon=True).start()

    def write(message: dict[str, Any]) -> None:
        out.write(json.dumps(message).encode() + b"\n")
        out.flush()

    try:
        for message in _search(request, write):
            write(message)
    except Malformed as error:
        write({"malformed": str(error)})
    except Exception as error:
        import traceback

        where = traceback.format_exception_only(error)[-1].strip()
        write({"error": f"{where} in the search; {traceback.format_exc().splitlines()[-2].strip()}"})
    write({"done": True})


def _search(request: dict[str, Any], write: Any) -> Generator[dict[str, Any], None, None]:
    from bijection.driver import label_proposals
    from bijection.driver import proposals as search_here

    goal = decode_claim(request["claim"].encode())
    assert not isinstance(goal, Not), "the search is for a positive statement"
    search = Search(
        deadline=time.monotonic() + request["seconds"],
        seed=request["seed"],
        wish=_wish(request["wish"]),
        report=lambda line: write({"report": line}),
        journal=request["journal"],
    )
    labels = request["labels"]
    goals = same_goal(goal, labels)
    for proposal in label_proposals(goal, labels, search) if labels else search_here(goal, search):
        yield _sent(goals, proposal)


def ignore_interrupts() -> None:
    """For the processes of a pool: Ctrl-C is for the process that has started them."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _end_with_parent() -> None:
    sys.stdin.buffer.read()
    os._exit(0)
