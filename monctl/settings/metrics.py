"""The section `metrics` of the settings: where metrics are kept, for how long, and what waits meanwhile."""

from enum import StrEnum
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ByteSize, ConfigDict, Field, SecretStr

from monctl.settings.durations import Duration
from monctl.settings.paths import SettingPath
from monctl.settings.texts import OneLine, SecretLine

_LEAST_SPOOL_BYTES = 1_000_000

INFLUX_LONGEST_SECONDS = 200 * 365 * 86400.0
"""Of a bucket's retention, which InfluxDB counts in nanoseconds of 64 bits."""


class StoreKind(StrEnum):
    """Where metrics are kept."""

    SQLITE = "sqlite"
    INFLUXDB = "influxdb"


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid")


class RetentionSettings(_Section):
    """How long each resolution is kept, in seconds."""

    raw: Duration = Field(default=48 * 3600.0, gt=0, description="answers as they came")
    minute: Duration = Field(default=30 * 86400.0, gt=0, alias="1m", description="1-minute rollups")
    quarter: Duration = Field(default=2 * 365 * 86400.0, gt=0, alias="15m", description="15-minute rollups")


def _http_url(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("must be a URL such as http://localhost:8086")
    if parts.username or parts.password:
        raise ValueError("must not hold a user or password: the token is its own key")
    return url.rstrip("/")


class InfluxSettings(_Section):
    """The InfluxDB to use when `metrics.store` is influxdb."""

    url: Annotated[str, AfterValidator(_http_url)] = "http://localhost:8086"
    org: OneLine = "monctl"
    bucket: OneLine = Field(default="monctl", min_length=1)
    token: SecretLine = SecretStr("")
    retention: Duration | None = Field(
        default=None,
        gt=0,
        le=INFLUX_LONGEST_SECONDS,
        description="of a bucket that monctl makes; the longest of metrics.retention if null",
    )


class SpoolSettings(_Section):
    """Where samples wait while the metric store cannot be written."""

    path: SettingPath | None = Field(default=None, description="spool.db in the data directory if null")
    max_size: ByteSize = Field(
        default=ByteSize(1_000_000_000), ge=_LEAST_SPOOL_BYTES, description="such as 1GB or 500MB"
    )


class MetricsSettings(_Section):
    """Where metrics are kept, and for how long."""

    store: StoreKind = StoreKind.SQLITE
    retention: RetentionSettings = RetentionSettings()
    influxdb: InfluxSettings = InfluxSettings()
    spool: SpoolSettings = SpoolSettings()
