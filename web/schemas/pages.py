"""Lists in pages."""

from typing import Annotated, Generic, TypeVar

from fastapi import Query
from pydantic import BaseModel, Field

T = TypeVar("T")

MAX_PAGE = 1000

Offset = Annotated[int, Query(ge=0, le=2**31 - 1, description="How many to skip.")]
Limit = Annotated[int, Query(ge=1, le=MAX_PAGE, description="How many to give at most.")]


class Page(BaseModel, Generic[T]):
    """A part of a list: `items` from `offset` on, at most `limit` of `total`."""

    items: list[T]
    total: int = Field(ge=0, description="How many there are in all.")
    offset: int = Field(ge=0)
    limit: int = Field(ge=0)
