"""monctl's settings: monctl.yaml beside hosts.yaml, and MONCTL_… variables before it.

Every key has a default, so that no file is needed. Nested keys come from the environment with two
underscores: `MONCTL_METRICS__STORE=influxdb`.
"""

import difflib
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, get_args, get_origin

from pydantic import BaseModel, ConfigDict, ValidationError

from foundation.late_import import late_import
from monctl.errors import SettingsInvalid
from monctl.late_modules import LateModule
from monctl.settings.alerts import AlertSettings, ChannelOrigin, rule_problems
from monctl.settings.config_file import ConfigFile
from monctl.settings.log_choices import LogFormat, LogLevel
from monctl.settings.metrics import MetricsSettings
from monctl.settings.paths import SettingPath
from monctl.settings.texts import OneLine
from monctl.settings.web import WebSettings

ENVIRONMENT_PREFIX = "MONCTL_"
"""How the variables begin that are settings."""

_SCHEMA_ID = "https://json-schema.org/draft/2020-12/schema"


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid")


class LogSettings(_Section):
    """The log: standard error, or a file that rotates."""

    level: LogLevel = LogLevel.INFO
    file: SettingPath | None = None
    format: LogFormat = LogFormat.TEXT


class VariableInvalid(Exception):
    """A variable of the environment cannot be read, whatever it is to set."""


class Settings(BaseModel):
    """All settings. Relative paths count from the folder of monctl.yaml (of hosts.yaml without one)."""

    model_config = ConfigDict(extra="ignore", validate_default=True)

    data_dir: SettingPath = Path("data")
    database: OneLine = "sqlite"
    metrics: MetricsSettings = MetricsSettings()
    web: WebSettings = WebSettings()
    alerts: AlertSettings = AlertSettings()
    log: LogSettings = LogSettings()


def load_settings(file: Path, *, environ: Mapping[str, str] | None = None) -> Settings:
    """The settings of a file (which need not exist) and of the process' environment.

    `environ` is where `${NAME}` in the file is looked up. Raises SettingsInvalid with every problem.
    """
    config = ConfigFile(file, os.environ if environ is None else environ)
    problems = list(config.problems)
    problems += _unknown_keys(Settings, config.values, config, ())
    settings = None
    try:
        settings = _validated(_set_values(config.values))
    except ValidationError as error:
        details = [detail for detail in error.errors() if _dotted(detail["loc"]) not in config.unresolved]
        problems += [problem for detail in details for problem in _problems(config, dict(detail))]
    except VariableInvalid as error:  # a variable of a whole section that is not JSON
        problems.append(f"environment: {error}")
    if problems or settings is None:
        raise SettingsInvalid(problems)
    _place_channels(settings, config)
    return _with_absolute_paths(settings, file.parent)


def _set_values(values: Mapping[str, Any]) -> dict[str, Any]:
    """The sections that have a value; other keys are told of, and are no arguments of anything."""
    return {key: values[key] for key in _fields(Settings) if values.get(key) is not None}


def _validated(values: dict[str, Any]) -> Settings:
    """The settings of a file's values and of the environment; raises ValidationError and VariableInvalid."""
    if not any(name.upper().startswith(ENVIRONMENT_PREFIX) for name in os.environ):
        return Settings(**values)
    settings: Settings = late_import(LateModule.ENVIRONMENT).settings_with_environment(values)
    return settings


def settings_schema() -> dict[str, Any]:
    """The JSON Schema of monctl.yaml."""
    schema = Settings.model_json_schema(by_alias=True)
    sections = {
        name: {"anyOf": [section, {"type": "null"}]} for name, section in schema["properties"].items()
    }
    # unknown keys are wrong in the file, though not in the environment, which other programs share
    top: dict[str, Any] = {"$schema": _SCHEMA_ID, "title": "monctl.yaml", "additionalProperties": False}
    return schema | top | {"properties": sections}


def _place_channels(settings: Settings, config: ConfigFile) -> None:
    """Tell each channel where its URL stands, unless the environment gave it another."""
    for name, channel in settings.alerts.channels.items():
        short = ("alerts", "channels", name)
        for path in (short, (*short, "url")):
            text = config.text_at(path)
            if text is not None and config.resolved_text_at(path) == channel.url.get_secret_value():
                channel.place(ChannelOrigin(config.line(short), text))


def _with_absolute_paths(settings: Settings, folder: Path) -> Settings:
    # a path from the environment counts from where the command runs, as a shell's user expects
    def absolute(path: Path, variable: str) -> Path:
        return (Path.cwd() if variable in os.environ else folder.absolute()) / path.expanduser()

    settings.data_dir = absolute(settings.data_dir, "MONCTL_DATA_DIR")
    if settings.log.file is not None:
        settings.log.file = absolute(settings.log.file, "MONCTL_LOG__FILE")
    spool = settings.metrics.spool
    if spool.path is not None:
        spool.path = absolute(spool.path, "MONCTL_METRICS__SPOOL__PATH")
    web = settings.web
    if web.host_files is not None:
        web.host_files = [absolute(path, "MONCTL_WEB__HOST_FILES") for path in web.host_files]
    if web.tls_certificate is not None:
        web.tls_certificate = absolute(web.tls_certificate, "MONCTL_WEB__TLS_CERTIFICATE")
    if web.tls_key is not None:
        web.tls_key = absolute(web.tls_key, "MONCTL_WEB__TLS_KEY")
    return settings


def _unknown_keys(
    model: type[BaseModel], values: Mapping[str, Any], config: ConfigFile, path: tuple[str, ...]
) -> Iterator[str]:
    """Unknown keys of the top level; those of the sections are pydantic's to find."""
    keys = list(_fields(model))
    for key in values:
        if key not in keys:
            yield f"{config.where((*path, key))}: unknown key `{key}`{_did_you_mean(key, keys)}"


def _problems(config: ConfigFile, detail: dict[str, Any]) -> list[str]:
    """What one of pydantic's error details says; one for rules may say several things."""
    problems = rule_problems(detail)
    if not problems:
        return [_problem(config, detail)]
    # a variable that is missing is told already, and what is left of its value is nobody's mistake
    return [config.describe(problem) for problem in problems if not config.is_unresolved_on(problem.line)]


def _problem(config: ConfigFile, detail: Mapping[str, Any]) -> str:
    path = tuple(detail["loc"])
    name = _dotted(path)
    where = config.where(path)
    if detail["type"] == "extra_forbidden":
        keys = _known_keys(path[:-1])
        return f"{where}: unknown key `{name}`{_did_you_mean(str(path[-1]), keys)}"
    return f"{where}: {name}: {detail['msg'].removeprefix('Value error, ')}"


def _dotted(path: tuple[Any, ...]) -> str:
    return ".".join(str(part) for part in path)


def _known_keys(path: tuple[Any, ...]) -> list[str]:
    """The keys that a section may have; none if the path leads to no section."""
    kind: Any = Settings
    for part in path:
        kind = get_args(kind)[1] if get_origin(kind) is dict else _fields(kind).get(str(part))
    return list(_fields(kind))


def _fields(kind: Any) -> dict[str, Any]:
    if not (isinstance(kind, type) and issubclass(kind, BaseModel)):
        return {}
    return {field.alias or name: field.annotation for name, field in kind.model_fields.items()}


def _did_you_mean(key: str, keys: list[str]) -> str:
    near = difflib.get_close_matches(key, keys, n=1)
    return f", did you mean `{near[0]}`?" if near else f" (known: {', '.join(keys)})"
