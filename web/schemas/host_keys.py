"""SSH keys of hosts in requests and answers."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

MAX_KEYS = 20


class KnownKeyView(BaseModel):
    """A public key."""

    model_config = ConfigDict(extra="forbid")

    type: str = Field(examples=["ssh-ed25519"])
    fingerprint: str = Field(examples=["SHA256:…"])


class ShownKeyView(KnownKeyView):
    """A key that the host shows now."""

    status: Literal["known", "unknown", "changed"] = Field(
        description="changed: the host has keys and this is none of them, or it is revoked."
    )


class HostKeysView(BaseModel):
    """What a host shows now, beside what known_hosts has."""

    model_config = ConfigDict(extra="forbid")

    host: str
    name: str = Field(description="The host as known_hosts spells it.", examples=["[10.0.0.9]:2222"])
    file: str = Field(description="The known_hosts file that would take a new key.")
    is_changed: bool = Field(description="A key is not the one that is known: nothing will be added.")
    keys: list[ShownKeyView]
    known: list[KnownKeyView] = Field(description="What known_hosts has, shown or not.")
    advice: str = Field(description="What to do; empty where every key is known.")


class TrustRequest(BaseModel):
    """The keys to trust."""

    model_config = ConfigDict(extra="forbid")

    fingerprints: list[str] = Field(
        min_length=1,
        max_length=MAX_KEYS,
        description="Those that people have compared; exactly these are added.",
        examples=[["SHA256:…"]],
    )
