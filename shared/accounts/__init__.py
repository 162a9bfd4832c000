"""Accounts of people: who may sign in to a service's pages, with what, and what they may do there.

Every service keeps its own in its own database: `tables.create(op)` in a migration of the service.
"""
