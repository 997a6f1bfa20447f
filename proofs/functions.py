"""The functions that statements are about: networks in exact arithmetic, networks in binary32 arithmetic, tables."""

from typing import TypeAlias

from proofs.ieee import Binary32
from proofs.network import Network, Table

Function: TypeAlias = Network | Binary32 | Table
