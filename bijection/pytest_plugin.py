"""The pytest plugin of bijection: options, a mark, and where failing assertions leave their evidence. Imports nothing heavy.

--bijection-within SECONDS             time allowed for each assertion of bijection.testing (60)
--bijection-unknown fail | skip | xfail   what an answer does that is not known (fail)
--bijection-evidence DIR               save the evidence of every assertion below DIR, proofs too, one folder for each

Without DIR the evidence of refuted assertions is kept in pytest's own cache, .pytest_cache/d/bijection, if there is one. In a
configuration file the three are called bijection_within, bijection_unknown and bijection_evidence; for one test or class,
@pytest.mark.bijection(within=…, unknown=…). What an assertion is called with comes first, then the mark, the command line, the file.
"""

from __future__ import annotations

import re
from collections.abc import Generator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

UNKNOWN = ("fail", "skip", "xfail")
_NAME = 80  # characters of a test's name in a folder's


@dataclass
class _Run:
    """A run of pytest, the test that is running, and how many of its assertions have left evidence."""

    config: pytest.Config
    item: pytest.Item | None = None
    saved: int = 0


_runs: list[_Run] = []  # a test may run pytest itself, in this process


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options, which xdist hands to its workers."""
    group = parser.getgroup("bijection", "exact assertions about neural networks")
    group.addoption("--bijection-within", type=float, metavar="SECONDS", help="time allowed for each assertion (default: 60)")
    group.addoption("--bijection-unknown", choices=UNKNOWN, help="what an answer does that is not known (default: fail)")
    group.addoption("--bijection-evidence", metavar="DIR", help="save the evidence of every assertion below DIR, proofs too")
    parser.addini("bijection_within", "default of --bijection-within", default=None)
    parser.addini("bijection_unknown", "default of --bijection-unknown", default=None)
    parser.addini("bijection_evidence", "default of --bijection-evidence, relative to the root of the tests", default=None)


def pytest_configure(config: pytest.Config) -> None:
    """The mark; and what is said in numbers has to be one."""
    config.addinivalue_line(
        "markers", "bijection(within=SECONDS, unknown='fail' | 'skip' | 'xfail'): for the assertions of bijection.testing in this test"
    )
    try:
        for name, found in (("--bijection-within", config.getoption("--bijection-within")), ("bijection_within", _ini(config, "within"))):
            if found is not None:
                _seconds(found, name)
        _policy(_ini(config, "unknown") or "fail", "bijection_unknown")
    except ValueError as error:
        raise pytest.UsageError(str(error)) from None
    _runs.append(_Run(config))


def pytest_unconfigure(config: pytest.Config) -> None:
    """The run is over."""
    _runs[:] = [run for run in _runs if run.config is not config]


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Which test is running, with the setup and the teardown of its fixtures."""
    run = _runs[-1]
    run.item, run.saved = item, 0
    try:
        return (yield)
    finally:
        run.item = None


def pytest_runtest_setup(item: pytest.Item) -> None:
    """A mark that says nothing it can mean is an error of its test."""
    for mark in item.iter_markers("bijection"):
        wrong = [repr(t) for t in mark.args] + [f"{key}={t!r}" for key, t in mark.kwargs.items() if key not in ("within", "unknown")]
        if wrong:
            pytest.fail(f"the mark bijection takes within=… and unknown=…, not {', '.join(wrong)}", pytrace=False)
        try:
            _seconds(mark.kwargs.get("within", 1), "the mark bijection: within")
            _policy(mark.kwargs.get("unknown", "fail"), "the mark bijection: unknown")
        except ValueError as error:
            pytest.fail(str(error), pytrace=False)


def settings() -> dict[str, Any]:
    """What the file, the command line and the marks of the running test say: within, unknown."""
    found: dict[str, Any] = {}
    for run in _runs[-1:]:
        marks = {} if run.item is None else dict(kv for m in reversed(list(run.item.iter_markers("bijection"))) for kv in m.kwargs.items())
        for name in ("within", "unknown"):
            said = (marks.get(name), run.config.getoption(f"--bijection-{name}"), _ini(run.config, name))
            first = next((t for t in said if t is not None), None)
            if first is not None:
                found[name] = float(first) if name == "within" else first
    return found


def evidence_folder(proved: bool) -> Path | None:
    """Where the evidence of the next assertion goes, a folder named like the test; None where it is not kept."""
    if not _runs:
        return None
    run = _runs[-1]
    place = _evidence(run.config)
    if place is None and not proved and getattr(run.config, "cache", None) is not None:
        place = Path(run.config.cache.mkdir("bijection"))
    if place is None:
        return None
    run.saved += 1
    test = "" if run.item is None else run.item.nodeid
    stem = re.sub(r"[^\w.-]+", "-", test).strip("-")[:_NAME] + "-" + sha256(test.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return place / (stem if run.saved == 1 else f"{stem}-{run.saved}")


def record_evidence(folder: Path) -> str:
    """Put the folder into JUnit's properties of the running test; how it is called where pytest was started."""
    run = _runs[-1]
    start = run.config.invocation_params.dir
    shown = str(folder.relative_to(start) if folder.is_relative_to(start) else folder)
    if run.item is not None:
        run.item.user_properties.append(("bijection-evidence", shown))
    return shown


def test_name() -> str | None:
    """The test that is running."""
    return _runs[-1].item.nodeid if _runs and _runs[-1].item is not None else None


def expect_failure(reason: str) -> None:
    """The running test fails as expected."""
    __tracebackhide__ = True
    pytest.xfail(reason)


def _evidence(config: pytest.Config) -> Path | None:
    """Absolute, because tests change folders."""
    given, default = config.getoption("--bijection-evidence"), _ini(config, "evidence")
    if given is not None:
        return Path(config.invocation_params.dir, given)
    return None if default is None else Path(config.inipath.parent if config.inipath else config.rootpath, default)


def _ini(config: pytest.Config, name: str) -> str | None:
    found = config.getini(f"bijection_{name}")
    return None if found in (None, "") else str(found)


def _seconds(value: Any, name: str) -> None:
    try:
        seconds = float(value)
    except (TypeError, ValueError):
        seconds = -1.0
    if not 0 < seconds < float("inf"):
        raise ValueError(f"{name} {value}; a positive number of seconds is needed")


def _policy(value: Any, name: str) -> None:
    if value not in UNKNOWN:
        raise ValueError(f"{name} {value!r}; it is one of {', '.join(UNKNOWN)}")
