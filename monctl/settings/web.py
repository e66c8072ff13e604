"""The settings of API and dashboard."""

import ipaddress
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from monctl.settings.durations import Duration
from monctl.settings.paths import SettingPath

_RATE = re.compile(r"[1-9][0-9]{0,6}/(second|minute|hour|day)")
_HOST_NAME = re.compile(r"(?:\*\.)?(?!-)[A-Za-z0-9_-]{1,63}(?:\.[A-Za-z0-9_-]{1,63})*\.?")
_HIGHEST_PORT = 65535


@dataclass(frozen=True, slots=True)
class ListenAddress:
    """Where to listen; `host` is a name or an address, without brackets, empty for every address."""

    host: str
    port: int

    @property
    def is_loopback(self) -> bool:
        """Whether nobody but this machine can reach it."""
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def parse_listen(text: str) -> ListenAddress:
    """`HOST:PORT`, `[IPv6]:PORT`, `:PORT` for every address; raises ValueError that says what is accepted."""
    host, colon, port = text.strip().rpartition(":")
    if host.startswith("[") and host.endswith("]"):
        host = host[1:-1]
    elif ":" in host or "[" in host:
        raise ValueError("write HOST:PORT, an IPv6 address in brackets: [::1]:8000")
    if not colon or not (port.isascii() and port.isdigit()) or int(port) > _HIGHEST_PORT:
        raise ValueError("write HOST:PORT, such as 127.0.0.1:8000")
    return ListenAddress(host, int(port))


def _listen(value: object) -> str:
    return str(parse_listen(str(value)))  # YAML makes a number of a lone port


def _rate(text: str) -> str:
    if not _RATE.fullmatch(text.strip()):
        raise ValueError("write a number of requests and a time, such as 100/minute (second, hour, day)")
    return text.strip()


def _proxy(text: str) -> str:
    try:
        return str(ipaddress.ip_network(text))
    except ValueError as error:
        raise ValueError("write an address or a network, such as 10.0.0.0/8") from error


def _host_name(text: str) -> str:
    if not _HOST_NAME.fullmatch(text.strip()):
        raise ValueError("write the name of a host without a port, or *.example.com for all names below it")
    return text.strip()


def _public_url(text: str) -> str:
    url = urlsplit(text.strip())
    if url.scheme not in ("http", "https") or not url.hostname or url.username or url.query or url.fragment:
        raise ValueError("write the address that people reach monctl at, such as https://monctl.example.com")
    return text.strip().rstrip("/")


class WebSettings(BaseModel):
    """The address of API and dashboard, and who may use them how."""

    model_config = ConfigDict(extra="forbid")

    listen: Annotated[str, BeforeValidator(_listen)] = "127.0.0.1:8000"
    public_url: Annotated[str, AfterValidator(_public_url)] | None = Field(
        default=None, description="Where people reach it; links in messages begin with it."
    )
    tls_certificate: SettingPath | None = Field(default=None, description="PEM file, the chain included.")
    tls_key: SettingPath | None = Field(
        default=None, description="PEM file; in the certificate's file without it."
    )
    rate_limit: Annotated[str, AfterValidator(_rate)] = Field(
        default="100/minute", description="Requests of each user, key, or address without either."
    )
    cors_origins: list[str] = Field(default_factory=list, description="Origins whose pages may use the API.")
    trusted_proxies: list[Annotated[str, AfterValidator(_proxy)]] = Field(
        default_factory=list,
        description="Proxies whose X-Forwarded-For and -Proto are believed.",
    )
    token_lifetime: Duration = Field(default=3600.0, ge=60, le=86400, description="How long a log-in lasts.")
    host_variables: list[str] = Field(
        default_factory=lambda: ["MONCTL_HOST_*"],
        description="Patterns of the environment variables that hosts added over the API may refer to.",
    )
    host_files: list[Path] | None = Field(
        default=None,
        description="Folders in which keys and known_hosts of hosts of the API must lie, beside those files "
        "that hosts.yaml names; ~/.ssh and the folder of hosts.yaml without it.",
    )

    kiosk: bool = Field(
        default=False,
        description="Anybody who reaches the address may see states, figures and alerts without a log-in.",
    )
    hosts: list[Annotated[str, AfterValidator(_host_name)]] = Field(
        default_factory=list,
        description="Names that a kiosk answers by, beside those of this machine and of public_url; "
        "*.example.com for all below one.",
    )

    @model_validator(mode="after")
    def _pair(self) -> Self:
        if self.tls_key is not None and self.tls_certificate is None:
            raise ValueError("tls_key needs tls_certificate beside it")
        return self

    @property
    def own_names(self) -> tuple[str, ...]:
        """The names of hosts that the settings know for this installation's."""
        public_host = urlsplit(self.public_url or "").hostname
        return tuple(name for name in (*self.hosts, public_host, self.address.host) if name)

    @property
    def address(self) -> ListenAddress:
        """The address to listen on."""
        return parse_listen(self.listen)
