"""Texts in settings that are handed on to servers and libraries."""

from typing import Annotated

from pydantic import AfterValidator, SecretStr


def _check(text: str) -> None:
    if not text.isprintable():
        raise ValueError("must be text on one line, without control characters")


def _one_line(text: str) -> str:
    _check(text)
    return text


def _secret_line(secret: SecretStr) -> SecretStr:
    _check(secret.get_secret_value())
    return secret


OneLine = Annotated[str, AfterValidator(_one_line)]
SecretLine = Annotated[SecretStr, AfterValidator(_secret_line)]
