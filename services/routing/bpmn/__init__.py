"""A process model in BPMN 2.0 as the skeleton of a service item."""

from services.routing.bpmn.document import UnreadableModel
from services.routing.bpmn.skeleton import Imported, Wanted, imported

__all__ = ["Imported", "UnreadableModel", "Wanted", "imported"]
