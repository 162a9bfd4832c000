"""Every message type, where it goes and who may send it.

`message` registers a frozen dataclass as a message type, `change` as a part of the case stream.
The names of types are past tense for what happened, imperative for what is ordered.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

from shared.values import made_often

C = TypeVar("C", bound=type)
Role = str
"""Who sends: a service's name, or `unit` for a department's own worker."""


@dataclass(frozen=True, kw_only=True)
class MessageType:
    """One entry of the registry.

    `readable` are the schema versions that are still read; the highest is the one that is written.
    """

    name: str
    cls: type
    exchange: str
    sent_by: frozenset[Role]
    key: Callable[[Any], str]
    mandatory: bool
    version: int


_by_name: dict[str, MessageType] = {}
_by_class: dict[type, MessageType] = {}
_change_kinds: dict[type, str] = {}


def message(
    name: str,
    *,
    exchange: str,
    sent_by: Iterable[Role],
    key: Callable[[Any], str] | None = None,
    mandatory: bool = True,
    version: int = 1,
) -> Callable[[C], C]:
    """Register a message type. Without `key` the routing key is the type's name."""

    def register(cls: C) -> C:
        entry = MessageType(
            name=name,
            cls=cls,
            exchange=exchange,
            sent_by=frozenset(sent_by),
            key=key or (lambda _sent: name),
            mandatory=mandatory,
            version=version,
        )
        assert name not in _by_name, f"{name} is registered twice"
        _by_name[name] = _by_class[cls] = entry
        return made_often(cls)

    return register


def change(kind: str) -> Callable[[C], C]:
    """Register a part of the case stream; `kind` tells the parts of a union apart on the wire."""

    def register(cls: C) -> C:
        _change_kinds[cls] = kind
        return made_often(cls)

    return register


def type_of(cls: type) -> MessageType:
    """The registry's entry for a message class."""
    return _by_class[cls]


def name_of(cls: type) -> str:
    """The type name of a message class, as it stands in the AMQP property `type`."""
    return _by_class[cls].name


def find(name: str) -> MessageType | None:
    """The entry for a type name, or None where there is no such type."""
    return _by_name.get(name)


def kind_of(cls: type) -> str:
    """The name of a part of the case stream, as it stands in its field `kind`."""
    return _change_kinds[cls]


def is_change(cls: type) -> bool:
    """Whether the class is a part of the case stream."""
    return cls in _change_kinds


def all_types() -> tuple[MessageType, ...]:
    """Every message type, by name."""
    return tuple(_by_name[name] for name in sorted(_by_name))
