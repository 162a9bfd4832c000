"""Delivery: how a message has its effect exactly once.

Work is one transaction: remember the message's id (inbox), change the state, write what is to be
sent (outbox); then commit, then send with the broker's confirmation, then acknowledge. A crash
before the commit leaves nothing; after it, the broker delivers again and the inbox drops the
repeat, while the relay sends what the crashed process left in its outbox.

    link       a connection that reads and writes through buffers
    consumer   batches of deliveries          publisher  pipelined confirms
    envelope   who sent it, and may they      wire       the message as it travels
    inbox, outbox, parking, retry             work, workplace, processor, relay
    topology   all that exists in the broker  entrypoints, backbone   the wiring for nameko
"""
