"""The catalogue: a folder of YAML from which routing takes service items and departments."""

from services.routing.catalogue.faults import CatalogueFault
from services.routing.catalogue.folder import check_catalogue, load_catalogue, read_departments
from services.routing.catalogue.items import item_of

__all__ = ["CatalogueFault", "check_catalogue", "item_of", "load_catalogue", "read_departments"]
