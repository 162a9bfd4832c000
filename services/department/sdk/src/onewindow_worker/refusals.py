"""What the broker means when it says no, as a sentence for the developer who reads the log."""

from __future__ import annotations

import socket

import pika
from pika import exceptions


def explain(error: object, parameters: pika.ConnectionParameters, department: str) -> str:
    """One sentence: what happened, and what to look at where that can be known."""
    user = getattr(parameters.credentials, "username", "?")
    place = f"{parameters.host}:{parameters.port}"
    cause = _root(error)
    if isinstance(cause, (exceptions.ProbableAuthenticationError, exceptions.AuthenticationError)):
        return (
            f"the broker at {place} does not let {user} in: "
            "check the user and the password in the address"
        )
    if isinstance(cause, exceptions.ProbableAccessDeniedError):
        return (
            f"{user} may not enter the virtual host {parameters.virtual_host!r} of {place}, "
            "or there is none: check the end of the address"
        )
    if isinstance(cause, exceptions.ChannelClosedByBroker):
        return _channel_closed(cause, user, department)
    if isinstance(cause, socket.gaierror):
        return f"there is no host {parameters.host}: check the address"
    if isinstance(cause, exceptions.ConnectionClosedByBroker):
        return f"the broker at {place} closed the connection: {cause.reply_text}"
    return f"the broker at {place} is not reachable ({str(cause) or type(cause).__name__})"


def _channel_closed(closed: exceptions.ChannelClosedByBroker, user: str, department: str) -> str:
    if closed.reply_code == 403 and "queue" in closed.reply_text:
        return (
            f"the broker does not let {user} read the tasks of the department {department}: "
            f"a worker for {department} needs the broker user department.{department}"
        )
    if closed.reply_code == 403:
        return (
            f"the broker does not let {user} send results as the department {department} "
            f"({closed.reply_text}): a worker for {department} needs the broker user "
            f"department.{department}; the results wait in the journal"
        )
    if closed.reply_code == 404:
        return (
            f"the broker has no tasks for {department} ({closed.reply_text}): "
            "check the department's name, or ask the operator to register it with its own worker"
        )
    return f"the broker closed the channel: {closed.reply_code} {closed.reply_text}"


def _root(error: object) -> object:
    """The first cause: pika wraps it in the errors of its connection workflow."""
    inner = _inner(error)
    while inner is not None:
        error, inner = inner, _inner(inner)
    return error


def _inner(error: object) -> BaseException | None:
    nested = (
        getattr(error, "exception", None),
        *getattr(error, "exceptions", ()),
        *getattr(error, "args", ()),
    )
    causes = [each for each in nested if isinstance(each, BaseException)]
    return causes[-1] if causes else None
