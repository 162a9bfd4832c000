"""Delivery: how a message has its effect exactly once.

Work is one transaction: remember the message's id (inbox), change the state, write what is to be
sent (outbox); then commit, then send with the broker's confirmation, then acknowledge. A crash
before the commit leaves nothing; after it, the broker delivers again and the inbox drops the
repeat, while the relay sends what the crashed process left in its outbox.
"""
