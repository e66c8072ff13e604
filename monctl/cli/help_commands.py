"""`monctl schema / version`."""

import platform

import typer

from inventory.hosts_yaml.json_schema import hosts_schema
from monctl.cli.options import JsonOption, fail, out, print_json
from monctl.settings.settings import settings_schema
from monctl.version import version as installed_version

schema_app = typer.Typer(no_args_is_help=True, help="JSON Schemas, for editors and checks.")


@schema_app.command("hosts")
def schema_hosts() -> None:
    """Print the JSON Schema of hosts.yaml."""
    print_json(hosts_schema())


@schema_app.command("config")
def schema_config() -> None:
    """Print the JSON Schema of monctl.yaml."""
    print_json(settings_schema())


def version(as_json: JsonOption = False) -> None:
    """Print monctl's version."""
    number = installed_version()
    if number is None:
        fail("run from a source tree that is not installed: it has no version")
    if as_json:
        print_json({"version": number, "python": platform.python_version()})
    else:
        out.print(f"monctl {number}")
