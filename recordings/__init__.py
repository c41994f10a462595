"""What was said: the events of a session, the file that keeps them, and how they are read.

Everything here is pure or a plain file: no sockets, no clocks, no terminal. The live proxy and the
reader of an old file use the very same objects.
"""
