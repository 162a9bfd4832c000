"""Pages in a real browser; all tests of this folder run in one process, with one browser."""
