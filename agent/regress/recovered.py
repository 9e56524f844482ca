"""Whether a run met its failures as its scenario expects, by the events that the journal holds."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.scenario import Recovered


def undone(expected: "Iterable[Recovered]", events: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    """What was expected to be done about a failure and was not, a line for each."""
    told = [event for event in events if event["event"] == "recovering"]
    done = {(event.get("situation"), event["verdict"]["cause"], event["action"]) for event in told}
    return tuple(
        f"{one.situation}, {one.cause}: {one.action} was expected and not done"
        for one in expected
        if (one.situation, one.cause, one.action) not in done
    )
