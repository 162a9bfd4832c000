"""The demonstration: a dozen cases with different fates, seven weeks in a minute."""
