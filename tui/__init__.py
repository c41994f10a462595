"""The person: the command line, and what a terminal shows.

Everything here reads recordings and starts what `realtap.proxy` offers; it knows no protocol.
"""
