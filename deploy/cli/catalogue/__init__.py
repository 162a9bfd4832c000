"""The commands of the catalogue, one a file; `do_catalogue` puts them together."""
