"""The command line: one module a command family, `main` is the entry point.

Only click is imported here and in the command modules; a command imports what it needs when it
runs, so that `realtap --help` and shell completion stay quick.
"""

from .main import main

__all__ = ["main"]
