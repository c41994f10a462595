"""The parts of the screens. Long lists are drawn line by line: see `line_list`."""
