"""The pages of a department's opinion templates."""

from typing import Any

from services.department.desk import library
from services.department.desk.templates import OUTCOMES, PLACES
from services.department.pages import forms
from services.department.pages.base import KEEP, MET, DeskBase, officer_of
from shared.web.pages import Page, Redirect, Visit, page


class TemplatePages(DeskBase):
    """Templates: listed for all who keep them, made, changed, removed."""

    @page("GET", "/desk/templates", roles=KEEP)
    def templates(self, visit: Visit) -> Page:
        with self.delivery.database.reading() as tx:
            found = library.of_department(tx, visit.somebody.unit)
        return Page("templates.html", found=found)

    @page("GET", "/desk/templates/new", roles=KEEP)
    def new_template(self, _visit: Visit) -> Page:
        return Page("template.html", template=None, **_CHOICES)

    @page("POST", "/desk/templates", form=forms.TemplateTyped, again="new_template", roles=KEEP)
    def add_template(self, visit: Visit) -> Redirect:
        with self.delivery.work() as work:
            library.add(work, officer_of(visit.somebody), _said(visit))
        return self._listed("template.added")

    @page("GET", "/desk/templates/<key>", roles=KEEP)
    def template(self, visit: Visit, key: str) -> Page:
        with self.delivery.database.reading() as tx:
            found = library.show(tx, visit.somebody.unit, key)
        return Page("template.html", template=found, **_CHOICES)

    @page(
        "POST",
        "/desk/templates/<key>",
        form=forms.TemplateTyped,
        again="template",
        problems=MET,
        roles=KEEP,
    )
    def change_template(self, visit: Visit, key: str) -> Redirect:
        officer, version = officer_of(visit.somebody), visit.form["version"]
        with self.delivery.work() as work:
            library.change(work, officer, key, version, _said(visit))
        return self._listed("template.changed")

    @page(
        "POST",
        "/desk/templates/<key>/removal",
        form=forms.SeenAt,
        again="template",
        problems=MET,
        roles=KEEP,
    )
    def remove_template(self, visit: Visit, key: str) -> Redirect:
        with self.delivery.work() as work:
            library.remove(work, officer_of(visit.somebody), key, visit.form["version"])
        return self._listed("template.removed")

    def _listed(self, text: str) -> Redirect:
        return Redirect(self.pages.address("templates")).saying(text)


_CHOICES: dict[str, Any] = {"outcomes": OUTCOMES, "places": PLACES, "current": "templates"}


def _said(visit: Visit) -> dict[str, Any]:
    return {name: value for name, value in visit.form.values.items() if name != "version"}
