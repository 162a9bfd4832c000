"""Performance sheets: what departments did in a period, in figures that are the same everywhere."""
