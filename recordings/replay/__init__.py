"""A recording as a script that is played again: what must agree, and how it is told when it does not."""
