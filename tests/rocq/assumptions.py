"""Write proofs/rocq/ASSUMPTIONS.txt anew: `python -m tests.rocq.assumptions`."""

import tempfile
from pathlib import Path

from bijection.export.rocq_check import compiler, library
from tests.rocq.test_library import RECORD, printed

if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        found = printed(compiler(), library(), Path(folder))
    RECORD.write_text("".join(f"{name}: {uses}\n" for name, uses in found.items()), encoding="utf-8")
