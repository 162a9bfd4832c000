"""Pages that people see: HTML from templates, forms, languages, sign-in, files for the browser.

`from shared.web.pages import Page, Pages, Redirect, Visit, page` is what a service needs; README.md
beside this file says how a page is written.
"""

from shared.web.pages.answers import Flash, Page, Redirect
from shared.web.pages.entrypoint import page
from shared.web.pages.forms import Form
from shared.web.pages.kit import Link, Pages
from shared.web.pages.live import live
from shared.web.pages.person import Person
from shared.web.pages.visit import Visit

__all__ = ["Flash", "Form", "Link", "Page", "Pages", "Person", "Redirect", "Visit", "live", "page"]
