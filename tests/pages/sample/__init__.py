"""A service whose pages show every part of the kit, for the tests of the kit itself."""
