"""Side-by-side measurements: realtap and its peers in one run, told as ratios.

Run it from the repository's root: `python -m benchmarks`. It is not packaged.
"""
