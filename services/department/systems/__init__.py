"""Ways from a department's old system to its tasks: over HTTP, by fetching, by files in a folder.

The tasks are those of the desk and change only by its rules. `news` is what a system is to be told
about them; each way tells it, and brings back results, which `taking` hands to the desk's rules.
"""
