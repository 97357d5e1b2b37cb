"""When is it due? Open time, clocks and their course, warnings, what was agreed."""
