"""The pytest plugin of bijection: options, a mark, and where failing assertions leave their evidence. Imports nothing heavy.

--bijection-within SECONDS   time allowed for each assertion of bijection.testing
--bijection-evidence DIR     save the evidence of refuted assertions below DIR, one folder for each test
@pytest.mark.bijection(within=…)   the time for one test
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

_state: dict[str, Any] = {"config": None, "item": None}


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options, which xdist hands to its workers."""
    group = parser.getgroup("bijection", "exact assertions about neural networks")
    group.addoption("--bijection-within", type=float, metavar="SECONDS", help="time allowed for each assertion (default: 60)")
    group.addoption("--bijection-evidence", metavar="DIR", help="save the evidence of refuted assertions below DIR")


def pytest_configure(config: pytest.Config) -> None:
    """The mark, and the place of the evidence."""
    config.addinivalue_line("markers", "bijection(within): seconds for each assertion of bijection.testing in this test")
    within = config.getoption("--bijection-within")
    if within is not None and not 0 < within < float("inf"):
        raise pytest.UsageError(f"--bijection-within {within:g}; a positive number of seconds is needed")
    _state["config"] = config


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Which test is running."""
    _state["item"] = item


def pytest_runtest_teardown(item: pytest.Item) -> None:
    """No test is running."""
    _state["item"] = None


def settings() -> dict[str, Any]:
    """What the command line and the mark of the running test say: within, evidence, test."""
    config, item = _state["config"], _state["item"]
    found: dict[str, Any] = {}
    if config is not None:
        if config.getoption("--bijection-within") is not None:
            found["within"] = config.getoption("--bijection-within")
        if config.getoption("--bijection-evidence") is not None:
            found["evidence"] = config.getoption("--bijection-evidence")
    if item is not None:
        found["test"] = item.nodeid
        mark = item.get_closest_marker("bijection")
        if mark is not None and "within" in mark.kwargs:
            found["within"] = float(mark.kwargs["within"])
    return found


def record_evidence(folder: Path) -> None:
    """Put the folder into JUnit's properties of the running test."""
    item = _state["item"]
    if item is not None:
        item.user_properties.append(("bijection-evidence", str(folder)))


def expect_failure(reason: str) -> None:
    """The running test fails as expected."""
    pytest.xfail(reason)
