"""A OneWindow of its own on this machine: private broker, private database, supervised processes.

Imports nothing but the standard library, `shared.errors` and its own modules, so that a command
starts at once; what is heavier is imported where it is used.
"""
