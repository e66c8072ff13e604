"""The settings of alerts: channels, rules, and how long things wait and are kept."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    PlainSerializer,
    PlainValidator,
    PrivateAttr,
    SecretStr,
    StringConstraints,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from alerts.channels.names import NAME_PATTERN
from alerts.severity import Severity
from foundation.addresses import AddressPolicy, parse_allowed, policy_of
from foundation.documents.errors import DocumentInvalid, Problem
from foundation.documents.report import Report
from foundation.late_import import late_import
from monctl.late_modules import LateModule
from monctl.settings.durations import Duration

if TYPE_CHECKING:
    from alerts.rules.document import WrittenRule

    WrittenRules: TypeAlias = tuple[WrittenRule, ...]
else:
    WrittenRules = tuple

DAY_SECONDS = 86400.0
RULES_FIELD = "alerts.rules"

ChannelName = Annotated[str, StringConstraints(pattern=NAME_PATTERN)]
_URL_HELP = "An Apprise URL; keep secrets out of it: ${NAME}."


class RulesInvalid(DocumentInvalid, ValueError):
    """Rules that cannot be used; `problems` know their lines, not their file. Pydantic takes it up."""


def _rules(value: object) -> WrittenRules:
    report = Report(None)
    rules: WrittenRules = late_import(LateModule.RULES).parse_rules(value, report, field=RULES_FIELD)
    if report.problems:
        raise RulesInvalid(report.problems)
    return rules


def _as_written(rules: WrittenRules) -> list[dict[str, Any]]:
    return [{"name": rule_as_written.rule.name, **rule_as_written.spec} for rule_as_written in rules]


class _RulesSchema:
    """The JSON Schema of rules, made when it is asked for."""

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        rule = late_import(LateModule.RULE_SCHEMA).rule_schema(with_name=True)
        return {"anyOf": [{"type": "array", "items": rule}, {"type": "null"}]}


def _not_empty(url: SecretStr) -> SecretStr:
    if not url.get_secret_value().strip():
        raise ValueError("must not be empty")
    return url


@dataclass(frozen=True, slots=True)
class ChannelOrigin:
    """Where a channel stands in monctl.yaml; `written_url`: its URL there, before variables are put in."""

    line: int | None
    written_url: str = field(repr=False)


class ChannelSettings(BaseModel):
    """A place that alerts go to: an Apprise URL, and the least severity that goes there.

    The URL alone may stand for it. What was found out of a channel's `origin` is no setting.
    """

    model_config = ConfigDict(extra="forbid")

    url: Annotated[SecretStr, AfterValidator(_not_empty)] = Field(description=_URL_HELP)
    min_severity: Severity = Field(default=Severity.INFO, description="The least that goes there.")
    _origin: ChannelOrigin | None = PrivateAttr(default=None)

    @property
    def origin(self) -> ChannelOrigin | None:
        """Where its URL comes from, None if it is not the file."""
        return self._origin

    def place(self, origin: ChannelOrigin) -> None:
        """Remember where its URL comes from."""
        self._origin = origin

    @model_validator(mode="before")
    @classmethod
    def _from_url(cls, value: object) -> object:
        return {"url": value} if isinstance(value, str) else value

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """Either form."""
        section = handler.resolve_ref_schema(handler(core_schema))
        return {"anyOf": [{"type": "string", "minLength": 1, "description": _URL_HELP}, section]}


class AlertSettings(BaseModel):
    """Who must know, and of what."""

    model_config = ConfigDict(extra="forbid")

    channels: dict[ChannelName, ChannelSettings] = Field(
        default_factory=dict,
        description="Name to Apprise URL.",
        json_schema_extra={"additionalProperties": False},
    )
    rules: Annotated[
        WrittenRules,
        PlainValidator(_rules),
        PlainSerializer(_as_written, return_type=list[dict[str, Any]]),
        _RulesSchema(),
    ] = Field(default=(), description="Rules; one with the name of one that ships is laid over it.")
    defaults: bool = Field(default=True, description="false: none of the rules that ship.")
    refires_a_day: int = Field(
        default=20,
        ge=1,
        le=1000,
        description="How often alerts of one rule on one host fire again within a day as usual.",
    )
    group_wait: Duration = Field(
        default=10.0, ge=0, le=3600, description="Alerts of one channel within this time are one message."
    )
    history: Duration = Field(
        default=365 * DAY_SECONDS, ge=DAY_SECONDS, description="How long resolved alerts are kept."
    )
    channel_variables: list[str] = Field(
        default_factory=lambda: ["MONCTL_CHANNEL_*"],
        description="Patterns of the environment variables that channels added over the API may refer to.",
    )
    channel_addresses: list[Annotated[str, AfterValidator(parse_allowed)]] = Field(
        default_factory=list,
        description="Networks, addresses and names of hosts that channels added over the API may reach, "
        "beyond public addresses.",
    )

    @property
    def address_policy(self) -> AddressPolicy:
        """What channels added over the API may reach."""
        return policy_of(self.channel_addresses, setting="alerts.channel_addresses")


def rule_problems(detail: dict[str, Any]) -> tuple[Problem, ...]:
    """The problems of rules that one of pydantic's error details stands for; none for any other detail."""
    error = detail.get("ctx", {}).get("error")
    return error.problems if isinstance(error, RulesInvalid) else ()
