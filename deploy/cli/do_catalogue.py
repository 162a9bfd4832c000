"""Check the service items of a catalogue, draw, simulate, import and migrate them."""

import typer

from deploy.cli.catalogue import check, draw, importing, migrating, simulate

app = typer.Typer(help=__doc__, no_args_is_help=True, add_completion=False)
app.command()(check.check)
app.command()(simulate.simulate)
app.command()(draw.draw)
app.command("import")(importing.import_model)
app.command()(migrating.migrate)
