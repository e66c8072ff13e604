"""Which bucket of which InfluxDB."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class InfluxTarget:
    """A bucket and the token that opens it.

    `url`: such as `http://localhost:8086`. `retention_seconds`: of the bucket, where it has to be made; None
    for ever.
    """

    url: str
    org: str
    bucket: str
    token: str = field(repr=False)
    retention_seconds: float | None = None

    @property
    def base(self) -> str:
        """The URL without a slash at its end."""
        return self.url.rstrip("/")

    @property
    def place(self) -> str:
        """How messages name the bucket; without a password that the URL may hold."""
        return f'bucket "{self.bucket}" at {self.server}'

    @property
    def server(self) -> str:
        """How messages name the server."""
        scheme, separator, rest = self.base.partition("://")
        return f"{scheme}{separator}{rest.rpartition('@')[2]}"

    @property
    def headers(self) -> dict[str, str]:
        """What authorizes a request."""
        token = self.token.strip()
        return {"Authorization": f"Token {token}"} if token else {}

    def without_token(self, text: str) -> str:
        """A server's text, in which nobody can read the token."""
        token = self.token.strip()
        return text.replace(token, "***") if token else text
