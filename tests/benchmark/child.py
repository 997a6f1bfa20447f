"""One question to one solver in a process of its own, so that limits of time and memory hold whatever the solver does.

python -m tests.benchmark.child reads a line of JSON and prints lines of JSON: the progress, at last the answer. Everything is imported
before the clock starts.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

from bijection.driver import decide
from bijection.verdict import Pair, Unknown, Verdict
from proofs.codec import decode_claim, decode_evidence, encode_claim
from proofs.domains import Box
from proofs.kernel import check
from proofs.network import Network
from proofs.statements import Injective
from tests.benchmark.peers import PEERS, judged
from tests.benchmark.suite import Instance

REPOSITORY = Path(__file__).parents[2]
MEMORY = 4 * 2**30  # bytes of address space for a peer; ours is measured against the same number
GRACE = 10.0  # seconds that a solver may take to notice that its time is over


def ask(who: str, instance: Instance, seconds: float) -> dict[str, Any]:
    """The answer of "ours" or of a peer: `answer`, `seconds`, `mebibytes` and what else there is to say."""
    request = {"who": who, "claim": encode_claim(Injective(instance.f, instance.on)).decode(), "seconds": seconds}
    command = [sys.executable, "-m", "tests.benchmark.child"]
    pipe = subprocess.PIPE
    process = subprocess.Popen(command, cwd=REPOSITORY, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL)
    assert process.stdin is not None
    assert process.stdout is not None
    said: list[dict[str, Any]] = []
    reader = threading.Thread(target=_read, args=(process.stdout, said))
    reader.start()
    try:
        process.stdin.write(json.dumps(request).encode() + b"\n")
        process.stdin.flush()
        while reader.is_alive() and not said:
            reader.join(0.05)  # the first line says that everything is imported
        reader.join(seconds + (0.5 if who == "ours" else GRACE))
        late = reader.is_alive()
    finally:
        process.kill()
        process.wait()
        reader.join()
        process.stdin.close()
        process.stdout.close()
    last = next((line["report"] for line in reversed(said) if "report" in line), "")
    if said and "answer" in said[-1]:
        return said[-1]
    if not late:
        return {"answer": "undecided", "seconds": seconds, "because": f"the process ended without an answer, after: {last}"}
    return {"answer": "undecided", "seconds": seconds, "because": f"the time was over during: {last}"}


def _read(stream: Any, said: list[dict[str, Any]]) -> None:
    for line in stream:
        said.append(json.loads(line))


def main() -> None:
    """Answer the one question on standard input."""
    out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what solvers print must not mix with our lines

    def write(message: dict[str, Any]) -> None:
        out.write(json.dumps(message) + "\n")
        out.flush()

    request = json.loads(sys.stdin.readline())
    goal = decode_claim(request["claim"].encode())
    assert isinstance(goal, Injective)
    assert isinstance(goal.f, Network)
    assert isinstance(goal.on, Box)
    who = request["who"]
    if who != "ours":
        __import__(PEERS[who][0])
        _limit_memory()
    write({"report": "the start"})
    started = time.perf_counter()
    if who == "ours":
        verdict = decide(goal, within=None, progress=lambda line: write({"report": line}))
        write({**_ours(verdict), "seconds": time.perf_counter() - started, **_memory(), **_checked(verdict)})
        return
    found = PEERS[who][1](goal.f, goal.on, request["seconds"])
    seconds = time.perf_counter() - started
    answer, gap = judged(goal.f, goal.on, found)
    write({"answer": answer, "gap": gap, "seconds": seconds, **_memory()})


def _ours(verdict: Verdict) -> dict[str, Any]:
    answer = {"Proved": "injective", "Refuted": "collides", "Unknown": "undecided"}[type(verdict).__name__]
    pair = verdict.counterexample
    distance = float(pair.distance) if isinstance(pair, Pair) else None
    return {"answer": answer, "because": verdict.because, "rests_on": [basis.name for basis in verdict.rests_on], "distance": distance}


def _checked(verdict: Verdict) -> dict[str, Any]:
    """Bytes of the claim and the evidence, and the seconds of the kernel for them: decoded and checked."""
    if isinstance(verdict, Unknown):
        return {}
    claim, evidence = verdict.files()
    started = time.perf_counter()
    check(decode_claim(claim), decode_evidence(evidence))
    return {"check": time.perf_counter() - started, "bytes": len(claim) + len(evidence)}


def _limit_memory() -> None:
    try:
        import resource
    except ImportError:  # not a Unix
        return
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


def _memory() -> dict[str, Any]:
    """The peak of the resident memory, imports included."""
    try:
        import resource
    except ImportError:
        return {}
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {"mebibytes": peak / (2**20 if sys.platform == "darwin" else 2**10)}


if __name__ == "__main__":
    main()
