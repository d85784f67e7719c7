"""A person has seen to what a task asks, and nothing else would close it."""

from __future__ import annotations

from collections.abc import Collection

from hub.errors import DataError
from hub.services.ports import JsonObject, UnitOfWork


def close_seen(work: UnitOfWork, task_no: int, kinds: Collection[str], about: str) -> JsonObject:
    """Close a task of one of these kinds. Raises DataError when there is none of that number."""
    for task in work.commands.open_tasks():
        if task["task_no"] == task_no and task["kind"] in kinds:
            work.commands.close_task(task["kind"], task["subject"])
            return {"task_no": task_no}
    raise DataError(f"there is no open task {task_no} about {about}; see: hub tasks")
