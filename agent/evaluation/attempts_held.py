"""What is in the gripper before an attempt at a release, and what the agent would know of it."""

from agent.evaluation.table import Table
from agent.holes import misfit
from agent.looking.difference import compare
from agent.looking.looker import Blocked, Looker
from agent.verifying.aims import off_centre
from sim.grasps import NoGrasp
from sim.parts.spawn import Body
from skills.card import SkillCard
from skills.cell import Cell
from skills.protocols import Perceiver
from skills.scene import PerceivedPart


def taken(cell: Cell, perceiver: Perceiver, table: Table, card: SkillCard, body: Body) -> PerceivedPart | None:
    """Let the expert take that part; what two looks say that it is, as the agent knows it after a pick. None where they
    do not say it, or where the agent would lay it back: a bolt that can't be inserted as it is held.
    """
    looker, index = Looker(cell, table.gate, perceiver), table.world.bodies.index(body)
    before, grasp = looker.settled(None), table.expert.grasp(index)
    if isinstance(before, Blocked) or isinstance(grasp, NoGrasp) or table.expert.take(index, grasp).cause is not None:
        return None
    after = looker.settled(None)
    gone = () if isinstance(after, Blocked) else compare(before.scene, after.scene).gone
    if len(gone) != 1:
        return None
    (held,), (x, y) = gone, cell.tray.centre
    off = off_centre(held, (grasp.at[0] - x, grasp.at[1] - y))
    width = table.driver.measure().gripper_width
    return None if card.done_check == "part_inserted" and misfit(held, width, off) else held
