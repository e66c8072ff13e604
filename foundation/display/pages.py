"""Pages of lists as the API gives them."""

from typing import Any


def page_view(items: list[dict[str, Any]], *, total: int, offset: int, limit: int) -> dict[str, Any]:
    """A page of a list."""
    return {"items": items, "total": total, "offset": offset, "limit": limit}
