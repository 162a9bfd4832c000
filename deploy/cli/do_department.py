"""How a department plugs in: add it, give it what it signs in with, list it, let it leave.

\b
A department joins in three steps:
  1  ./onewindow department add drainage --zh 排水管理处 --en "Drainage Office"
  2  give what was printed to the department, over a way that nobody else reads
  3  name the department in the service items that need it, and publish them

The stack that runs on this machine is meant. For one elsewhere: its administrator's address in
AMQP_URI, its catalogue in ONEWINDOW_CATALOGUE, its database in ONEWINDOW_DATABASE, and --passwords.
"""

import os

import typer

from deploy.cli.department import desk, joining, leaving, listing, rotating, systems
from deploy.cli.department.options import Folder, Name
from deploy.departments.site import catalogue_in_use, way_of
from deploy.local.passwords import Passwords
from deploy.local.places import Places
from deploy.local.services import departments
from deploy.local.state import StackState
from shared.delivery.topology import department_user
from shared.errors import Fault, Invalid

app = typer.Typer(help=__doc__, no_args_is_help=True, add_completion=False, rich_markup_mode=None)
app.command()(joining.add)
app.command("list")(listing.show_all)
app.command()(rotating.rotate)
app.command()(leaving.remove)
app.command()(desk.token)
app.command()(desk.tokens)
app.command()(desk.revoke)
app.command()(systems.systems)


@app.command()
def uri(department: Name, *, catalogue: Folder = None) -> None:
    """Print the broker address of a worker that came with the local stack; keep it secret.

    Of a department that was added, or whose password was made anew, it was shown once: `rotate`.
    """
    if way_of(department, departments(catalogue_in_use(catalogue))):
        raise Invalid(Fault("department", f"{department} works at the desk: give it a token"))
    places = Places.from_environment(os.environ)
    broker = StackState.running(places.state).broker
    user = department_user(department)
    print(broker.uri(user, Passwords(places.stack / "passwords").of(user)))
