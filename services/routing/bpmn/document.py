"""The XML of a model as a tree.

It comes from outside: a document type, and with it every entity, is refused (entities expand
without bound), and nothing but the standard library's parser touches it.
"""

from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from shared.errors import Fault, Invalid

BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
LARGEST = 20_000_000
"""Bytes."""

DEEPEST = 100


class UnreadableModel(Invalid):
    """The file is not a BPMN 2.0 model, or not one that may be read."""

    def __init__(self, problem: str) -> None:
        super().__init__(Fault("model", problem))


def read(content: bytes) -> Element:
    """The `definitions` of a model; raises UnreadableModel."""
    if len(content) > LARGEST:
        raise UnreadableModel(f"has {len(content)} bytes, and {LARGEST} are allowed")
    builder, depth = TreeBuilder(), 0  # a tree of its own: nothing outside the file is fetched
    parser = expat.ParserCreate(namespace_separator="}")

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > DEEPEST:
            raise UnreadableModel(f"is more than {DEEPEST} elements deep")
        builder.start(_named(name), {_named(key): value for key, value in attributes.items()})

    def end(name: str) -> None:
        nonlocal depth
        depth -= 1
        builder.end(_named(name))

    parser.StartDoctypeDeclHandler = _refuse
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = builder.data
    try:
        parser.Parse(content, True)
    except expat.ExpatError as error:
        raise UnreadableModel(f"is not XML: {error}") from error
    root = builder.close()
    if root.tag != f"{BPMN}definitions":
        raise UnreadableModel(f"begins with <{local(root)}>; BPMN 2.0 begins with <definitions>")
    return root


def local(element: Element) -> str:
    """The name of an element without its namespace."""
    return str(element.tag).rpartition("}")[2]


def _named(name: str) -> str:
    return f"{{{name}" if "}" in name else name


def _refuse(*_declaration: object) -> None:
    raise UnreadableModel("declares a document type, which a model never needs")
