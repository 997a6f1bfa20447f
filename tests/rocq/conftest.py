"""Tests that run Rocq are skipped, visibly, where it is not installed. Its library is compiled once, into pytest's own cache."""

from pathlib import Path

import pytest

from bijection.export.rocq_check import Unavailable, compiler


@pytest.fixture(scope="session")
def rocq() -> list[str]:
    """The compiler's command."""
    try:
        return compiler()
    except Unavailable as error:
        pytest.skip(str(error))


@pytest.fixture(scope="session")
def cache(request: pytest.FixtureRequest) -> Path:
    """Where the library is compiled."""
    return Path(request.config.cache.mkdir("rocq")) / "bijection-nn"  # as below $XDG_CACHE_HOME
