"""Several things at once whose answers are wanted together."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


async def side_by_side(*work: Coroutine[Any, Any, T]) -> list[T]:
    """Run all of the work at the same time; the results are in the order of the work.

    With the first error the rest is cancelled and waited for, and that error is raised, alone.
    """
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(one) for one in work]
    except ExceptionGroup as errors:
        raise errors.exceptions[0] from errors
    return [task.result() for task in tasks]
