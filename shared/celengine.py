"""The engine of CEL without the command line that its package imports beside it: a terminal toolkit
in each process, 20 MiB and a tenth of its start."""

import sys
from types import ModuleType

sys.modules.setdefault("cel.cli", ModuleType("cel.cli"))

import cel  # noqa: E402

__all__ = ["cel"]
