"""What was seen and proposed in calls that failed, or that the policy was not sure of: material to learn from.

A row is written before anything moves and stays only where the verdict, or the policy's own doubt, says that it is
worth a second look. Nothing here knows more than the agent did.
"""

from dataclasses import replace
from typing import Final

import numpy as np
from pydantic import ConfigDict

from agent.executor import Checkpoint
from agent.journal.database import Database
from agent.looking.looker import OVERHEAD
from skills.base import Value
from skills.call import SkillCall, Verdict
from skills.chunk import ActionChunk, Space
from skills.observation import Observation
from skills.protocols import Policy

MOST: Final = 200
"""Attempts that are kept, about 100 kB each; the oldest go first."""

SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS attempts (
    call TEXT PRIMARY KEY REFERENCES calls (id), proposal TEXT NOT NULL, picture BLOB NOT NULL, confidence REAL,
    verdict TEXT
);
"""


class Proposal(Value):
    """What a policy was shown beside the picture, and its answer.

    Attributes:
        time_ns: cell time of the observation [ns].
        tcp: tool centre point in the robot's base frame: x, y, z [m], quaternion x, y, z, w.
        width: between the fingers [m].
        space, values: the chunk, row by row; see `skills.chunk`.
        checkpoint: hash of the weights.
        confidence: probability of success by the policy's own account, where it gives one.
    """

    model_config = ConfigDict(ser_json_inf_nan="constants")  # what a broken policy proposes is kept as it is

    time_ns: int
    tcp: tuple[float, ...]
    width: float
    space: Space
    values: tuple[tuple[float, ...], ...]
    checkpoint: str
    confidence: float | None = None


class Flagged(Value):
    """An attempt that failed or was doubted; `picture` is the overhead camera's, as PNG."""

    call: SkillCall
    proposal: Proposal
    verdict: Verdict
    picture: bytes


class Attempts:
    """The journal's table of attempts, of which it keeps the last `most`."""

    def __init__(self, database: Database, most: int = MOST) -> None:
        self._database, self._most = database, most

    def keep(self, call_id: str, observation: Observation, chunk: ActionChunk) -> None:
        """Write a proposal down; of several in one call the one that the policy is least sure of, or the first."""
        from policy.pictures import png

        image = observation.images.get(OVERHEAD)
        if image is None:
            return
        proposal = Proposal(
            time_ns=observation.time_ns,
            tcp=tuple(observation.tcp.tolist()),
            width=observation.gripper_width,
            space=chunk.space,
            values=tuple(map(tuple, chunk.values.tolist())),
            checkpoint=chunk.checkpoint,
            confidence=chunk.confidence,
        )
        row = (call_id, proposal.model_dump_json(), png(image), chunk.confidence)
        with self._database.transaction() as database:
            database.execute(
                "INSERT INTO attempts (call, proposal, picture, confidence) VALUES (?, ?, ?, ?) ON CONFLICT (call) "
                "DO UPDATE SET proposal = excluded.proposal, picture = excluded.picture, "
                "confidence = excluded.confidence WHERE excluded.confidence < attempts.confidence",
                row,
            )

    def judge(self, call_id: str, verdict: Verdict, flag_below: float) -> None:
        """Keep the attempt where it was no success or its confidence is below `flag_below`, else forget it."""
        with self._database.transaction() as database:
            if verdict.judgement == "success":
                database.execute(
                    "DELETE FROM attempts WHERE call = ? AND (confidence IS NULL OR confidence >= ?)",
                    (call_id, flag_below),
                )
            database.execute("UPDATE attempts SET verdict = ? WHERE call = ?", (verdict.model_dump_json(), call_id))
            database.execute(
                "DELETE FROM attempts WHERE call IN (SELECT call FROM attempts ORDER BY rowid DESC LIMIT -1 OFFSET ?)",
                (self._most,),
            )

    def flagged(self) -> tuple[Flagged, ...]:
        """Those that were judged, the oldest first. Raises: BadInput (another version's)."""
        rows = self._database.rows(
            "SELECT calls.call, proposal, verdict, picture FROM attempts JOIN calls ON calls.id = attempts.call "
            "WHERE verdict IS NOT NULL ORDER BY attempts.rowid"
        )
        parsed = self._database.parsed
        return tuple(
            Flagged(
                call=parsed(SkillCall, call),
                proposal=parsed(Proposal, proposal),
                verdict=parsed(Verdict, verdict),
                picture=picture,
            )
            for call, proposal, verdict, picture in rows
        )


class Remembered:
    """A policy whose proposals are written down before anybody acts on them. Implements Policy."""

    def __init__(self, policy: Policy, attempts: Attempts) -> None:
        self._policy, self._attempts = policy, attempts

    def act(self, observation: Observation, phrase: str, call_id: str) -> ActionChunk:
        """Raises: what the policy raises."""
        chunk = self._policy.act(observation, phrase, call_id)
        self._attempts.keep(call_id, observation, chunk)
        return chunk


def remembered(checkpoint: Checkpoint, attempts: Attempts) -> Checkpoint:
    """`checkpoint` with its proposals written down."""
    return replace(checkpoint, policy=Remembered(checkpoint.policy, attempts))


def observation_of(attempt: Flagged) -> Observation:
    """What the policy was shown: picture, tool and fingers; joints are not kept."""
    import cv2

    coded = cv2.imdecode(np.frombuffer(attempt.picture, np.uint8), cv2.IMREAD_COLOR)
    proposal = attempt.proposal
    return Observation(
        images={OVERHEAD: np.asarray(cv2.cvtColor(coded, cv2.COLOR_BGR2RGB), np.uint8)},
        joints=np.zeros(0),
        joint_speeds=np.zeros(0),
        gripper_width=proposal.width,
        tcp=np.array(proposal.tcp),
        time_ns=proposal.time_ns,
        sequence=0,
    )
