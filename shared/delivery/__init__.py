"""Delivery: how a message has its effect exactly once. README.md has the picture.

Work is one transaction: remember the message's id (inbox), change the state, write what is to be
sent (outbox); then commit, then send with the broker's confirmation, then acknowledge. A crash
before the commit leaves nothing; after it, the broker delivers again and the inbox drops the
repeat, while the relay sends what the crashed process left in its outbox.

    link, inbound, outbound         a connection with buffers; frames in and out
    consumer, receiver, processor   batches: reading, the loop, settling
    publisher, session, sending     pipelined confirms
    envelope, wire                  who sent it, and may they; the message as it travels
    work, workplace                 transactions and what they send
    inbox, outbox, relay            once only; nothing lost
    retry, parking                  what goes wrong
    topology                        all that exists in the broker
    backbone, entrypoints           the wiring for nameko
"""
