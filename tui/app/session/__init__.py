"""A recording as the screens show it: rows, folds, filters, and what was understood of it.

Nothing here draws; nothing here knows Textual.
"""
