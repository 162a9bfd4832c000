"""Faults on purpose: a stack under load whose parts are killed, cut off, stopped and told twice.

plan      which faults come when, from a seed         faults    how each is done and undone
proxy     a TCP proxy that cuts, delays, goes mute     wires     its other end
ground    the stack under test, all its processes     strays    messages twice and out of order
stories   what is handed in, and how it must end      load      applicants and clerks
worker    a department's worker                       findings  every promise, from the outside
run       all of it together                          show      what a person sees
"""
