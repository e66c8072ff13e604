"""`monctl schema …`."""

import typer

from inventory.hosts_yaml.json_schema import hosts_schema
from monctl.render.printing import print_json
from monctl.settings.settings import settings_schema

schema_app = typer.Typer(no_args_is_help=True, help="JSON Schemas, for editors and checks.")


@schema_app.command("hosts")
def schema_hosts() -> None:
    """Print the JSON Schema of hosts.yaml."""
    print_json(hosts_schema())


@schema_app.command("config")
def schema_config() -> None:
    """Print the JSON Schema of monctl.yaml."""
    print_json(settings_schema())
