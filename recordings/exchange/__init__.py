"""Recordings from and for other tools: what those kept of a session comes in, and ours goes out.

Each format has a module for each direction. What comes in is a `ForeignSession`, whose secrets are
still in it; `Shelf.put` redacts it and makes it a recording. What goes out is redacted once more.
"""
