"""The baseline: what LangGraph has ready, making the same calls over the same tray; it believes each of them."""

import warnings
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from agent_cost.long_job import Job, Meter, fed_tray
from agent_cost.stopwatch import CELL, POLICY, Claimed, Stopwatch

PHRASES = (("pick", "pick up the failed part"), ("place", "place it in the rejection bin"))


def baseline(calls: int) -> Job:
    """LangGraph's ready-made agent: a model that calls a tool, a tool that makes the call and looks."""
    import kinematic_tray as little
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import AIMessage
    from langchain_core.outputs import ChatGeneration, ChatResult
    from langchain_core.tools import tool
    from langgraph.checkpoint.sqlite import SqliteSaver
    from langgraph.prebuilt import create_react_agent

    from skills.call import SkillCall
    from skills.scene import PartQuery

    watch, world = Stopwatch(), fed_tray(calls)
    gate: Any = Claimed(little.TrayGate(world), watch, CELL)
    policies: Any = {n: Claimed(little.TextPolicy(little.contract_of(n)), watch, POLICY) for n in ("pick", "place")}
    named = PartQuery(condition="failed")
    perceiver, numbers = little.TextPerceiver(), count(1)

    @tool
    def call(skill: str, phrase: str) -> str:
        """Say the phrase to the skill's policy; what is seen afterwards."""
        policy = policies[skill]
        bound = SkillCall(id=f"baseline/{next(numbers)}", skill=skill, arguments={}, part=named, phrase=phrase)
        gate.go_home(open_gripper=skill == "pick")
        gate.bind(bound, policy.contract.weights_hash)
        gate.execute(policy.act(gate.observe(), phrase, bound.id))
        gate.unbind()
        meter.called()
        return str(perceiver.perceive(gate.observe()).model_dump_json())

    class Scripted(BaseChatModel):
        """Calls pick and place in turn, then says that it is done."""

        @property
        def _llm_type(self) -> str:
            return "scripted"

        def bind_tools(self, *_: Any, **__: Any) -> "Scripted":
            return self

        def _generate(self, messages: Any, *_: Any, **__: Any) -> ChatResult:
            made = len(messages) // 2
            skill, phrase = PHRASES[made % 2]
            asked = {"name": "call", "args": {"skill": skill, "phrase": phrase}, "id": str(made)}
            said = AIMessage("", tool_calls=[asked]) if made < calls else AIMessage("done")
            return ChatResult(generations=[ChatGeneration(message=said)])

    with TemporaryDirectory(prefix="smolcell-agent-") as folder:
        meter = Meter(Path(folder), calls)
        with SqliteSaver.from_conn_string(str(Path(folder) / "journal.db")) as saver, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # its successor is in another package, and the same graph
            agent = create_react_agent(Scripted(), [call], checkpointer=saver)
            config: Any = {"configurable": {"thread_id": "1"}, "recursion_limit": 10 * calls}
            agent.invoke({"messages": [("user", "remove all failed parts")]}, config, durability="sync")
        own = watch.own
    return Job(*(own * 1e3 / calls), meter.resident, meter.written, len(world.bins["rejection bin"]))
