"""monctl's settings: monctl.yaml beside hosts.yaml, and MONCTL_… variables before it.

Every key has a default, so that no file is needed. Nested keys come from the environment with two
underscores: `MONCTL_METRICS__STORE=influxdb`.
"""

import difflib
import os
from collections.abc import Iterator, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from inventory.durations import parse_duration
from inventory.errors import ValueInvalid
from monctl.config_file import ConfigFile
from monctl.errors import SettingsInvalid


class StoreKind(StrEnum):
    """Where metrics are kept."""

    SQLITE = "sqlite"
    INFLUXDB = "influxdb"


class LogLevel(StrEnum):
    """The least severity that is logged."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class LogFormat(StrEnum):
    """How a record is written."""

    TEXT = "text"
    JSON = "json"


def _seconds(value: object) -> object:
    try:
        return parse_duration(value)
    except ValueInvalid as error:
        raise ValueError(error.message) from error


Duration = Annotated[float, BeforeValidator(_seconds)]
"""Seconds; written `48h`, `30d`, `500ms` or as a bare number of seconds."""


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", populate_by_name=True)


class RetentionSettings(_Section):
    """How long each resolution is kept, in seconds."""

    raw: Duration = Field(default=48 * 3600.0, gt=0, description="answers as they came")
    minute: Duration = Field(default=30 * 86400.0, gt=0, alias="1m", description="1-minute rollups")
    quarter: Duration = Field(default=2 * 365 * 86400.0, gt=0, alias="15m", description="15-minute rollups")


class InfluxSettings(_Section):
    """The InfluxDB to use when `metrics.store` is influxdb."""

    url: str = "http://localhost:8086"
    org: str = "monctl"
    bucket: str = "monctl"
    token: SecretStr = SecretStr("")


class MetricsSettings(_Section):
    """Where metrics are kept, and for how long."""

    store: StoreKind = StoreKind.SQLITE
    retention: RetentionSettings = RetentionSettings()
    influxdb: InfluxSettings = InfluxSettings()


class WebSettings(_Section):
    """The address of API and dashboard."""

    listen: str = "127.0.0.1:8000"
    tls_certificate: Path | None = None
    tls_key: Path | None = None
    rate_limit: str = "100/minute"


class ChannelSettings(_Section):
    """A place that alerts go to: an Apprise URL, and the least severity that goes there."""

    url: SecretStr
    min_severity: str = "info"


class AlertSettings(_Section):
    """Who must know, and of what."""

    channels: dict[str, ChannelSettings] = Field(default_factory=dict)
    rules: list[dict[str, Any]] = Field(default_factory=list)


class LogSettings(_Section):
    """The log: standard error, or a file that rotates."""

    level: LogLevel = LogLevel.INFO
    file: Path | None = None
    format: LogFormat = LogFormat.TEXT


class Settings(BaseSettings):
    """All settings. Relative paths count from the folder of monctl.yaml (of hosts.yaml without one)."""

    model_config = SettingsConfigDict(
        env_prefix="MONCTL_", env_nested_delimiter="__", extra="ignore", populate_by_name=True
    )

    data_dir: Path = Path("data")
    database: str = "sqlite"
    metrics: MetricsSettings = MetricsSettings()
    web: WebSettings = WebSettings()
    alerts: AlertSettings = AlertSettings()
    log: LogSettings = LogSettings()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment comes before the file, whose keys are given as arguments."""
        return env_settings, init_settings


def load_settings(file: Path, *, environ: Mapping[str, str] | None = None) -> Settings:
    """The settings of a file (which need not exist) and of the process' environment.

    `environ` is where `${NAME}` in the file is looked up. Raises SettingsInvalid with every problem.
    """
    config = ConfigFile(file, os.environ if environ is None else environ)
    problems = list(config.problems)
    problems += _unknown_keys(Settings, config.values, config, ())
    settings = None
    try:
        settings = Settings(**config.values)
    except ValidationError as error:
        problems += [_problem(config, dict(detail)) for detail in error.errors()]
    if problems or settings is None:
        raise SettingsInvalid(problems)
    return _with_absolute_paths(settings, file.parent)


def settings_schema() -> dict[str, Any]:
    """The JSON Schema of monctl.yaml."""
    schema = Settings.model_json_schema(by_alias=True)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "monctl.yaml"} | schema


def _with_absolute_paths(settings: Settings, folder: Path) -> Settings:
    # a path from the environment counts from where the command runs, as a shell's user expects
    from_environment = "MONCTL_DATA_DIR" in os.environ
    base = Path.cwd() if from_environment else folder.absolute()
    settings.data_dir = base / settings.data_dir.expanduser()
    if settings.log.file is not None:
        settings.log.file = folder.absolute() / settings.log.file.expanduser()
    return settings


def _unknown_keys(
    model: type[BaseModel], values: Mapping[str, Any], config: ConfigFile, path: tuple[str, ...]
) -> Iterator[str]:
    """Unknown keys of the top level; those of the sections are pydantic's to find."""
    known = [field.alias or name for name, field in model.model_fields.items()]
    for key in values:
        if key not in known:
            yield f"{config.where((*path, key))}: unknown key `{key}`{_did_you_mean(key, known)}"


def _problem(config: ConfigFile, detail: Mapping[str, Any]) -> str:
    path = tuple(detail["loc"])
    name = ".".join(str(part) for part in path)
    where = config.where(path)
    if detail["type"] == "extra_forbidden":
        known = _known_keys(path[:-1])
        return f"{where}: unknown key `{name}`{_did_you_mean(str(path[-1]), known)}"
    return f"{where}: {name}: {detail['msg'].removeprefix('Value error, ')}"


def _known_keys(path: tuple[Any, ...]) -> list[str]:
    model: Any = Settings
    for part in path:
        fields = {field.alias or name: field for name, field in model.model_fields.items()}
        if part not in fields:
            return []
        annotation = fields[part].annotation
        options = [annotation, *get_args(annotation)]
        model = next(
            (kind for kind in options if isinstance(kind, type) and issubclass(kind, BaseModel)), None
        )
        if model is None:
            return []
    return [field.alias or name for name, field in model.model_fields.items()]


def _did_you_mean(key: str, known: list[str]) -> str:
    near = difflib.get_close_matches(key, known, n=1)
    return f", did you mean `{near[0]}`?" if near else f" (known: {', '.join(known)})"
