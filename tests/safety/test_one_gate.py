"""Only the gate commands a robot: in the source of every room, and while it runs."""

import ast
import traceback
from pathlib import Path
from typing import Any

import pytest

from skills.cell import Cell
from skills.chunk import GripperCommand, JointSlice
from skills.protocols import Clock, Driver
from tests.safety.ideal_robot import KinematicDriver

ROOMS = ("agent", "policy", "prompts", "safety", "sim", "skills", "benchmarks")
GATE = "safety/gate.py"


def is_command(node: ast.Attribute) -> bool:
    return node.attr == "command" and not isinstance(node.ctx, ast.Store)


def called(tree: ast.AST) -> set[int]:
    """Lines that call a method named `command`, or fetch it by name."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            named = isinstance(node.func, ast.Name) and node.func.id in ("getattr", "attrgetter", "methodcaller")
            fetched = named and any(isinstance(a, ast.Constant) and a.value == "command" for a in node.args)
            if fetched or (isinstance(node.func, ast.Attribute) and is_command(node.func)):
                found.add(node.lineno)
    return found


def test_only_the_gate_calls_command(root: Path) -> None:
    found = {
        path.relative_to(root).as_posix(): lines
        for room in ROOMS
        for path in sorted((root / room).rglob("*.py"))
        if (lines := called(tree := ast.parse(path.read_text(encoding="utf-8"))) - harmless(tree))
    }

    assert set(found) == {GATE}
    assert len(found[GATE]) == 2


def harmless(tree: ast.AST) -> set[int]:
    """Lines of `@app.command(...)`, a register's, and those of a wrapper that passes its own `command` on."""
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    wrappers = [function for function in functions if function.name == "command"]
    passed_on = {node.lineno for function in wrappers for node in ast.walk(function) if passes_on(function, node)}
    return passed_on | {decorator.lineno for function in functions for decorator in function.decorator_list}


def passes_on(wrapper: ast.FunctionDef, node: ast.AST) -> bool:
    """Whether `node` is `self._driver.command(<the wrapper's own argument>)`, which it leaves as it was."""
    given = [argument.arg for argument in wrapper.args.args]
    stored = {name.id for name in ast.walk(wrapper) if isinstance(name, ast.Name) and isinstance(name.ctx, ast.Store)}
    untouched = len(given) == 2 and given[1] not in stored
    return untouched and isinstance(node, ast.Call) and ast.unparse(node) == f"self._driver.command({given[1]})"


WRAPPER = "class Wrapper:\n    def command(self, motion):\n        "


def test_a_wrapper_may_pass_a_command_on() -> None:
    tree = ast.parse(f"{WRAPPER}self._driver.command(motion)\n")
    assert called(tree) == harmless(tree) == {3}


@pytest.mark.parametrize(
    "body",
    [
        "self._driver.command(JointSlice(motion.positions * 2, motion.velocities))",
        "self._other.command(motion)",
        "robot.command(motion)",
        "getattr(self._driver, 'command')(motion)",
        "motion = another; self._driver.command(motion)",
    ],
)
def test_a_wrapper_may_do_nothing_else(body: str) -> None:
    tree = ast.parse(WRAPPER + body)
    assert called(tree) - harmless(tree) == {3}


@pytest.mark.parametrize(
    "source",
    ["driver.command(x)", "self._driver.command(x)", "getattr(driver, 'command')(x)", "methodcaller('command')"],
)
def test_the_walk_sees_a_second_gate(source: str) -> None:
    assert called(ast.parse(source)) == {1}


class Witness(KinematicDriver):
    """Writes down who called."""

    def __init__(self, cell: Cell) -> None:
        super().__init__(cell)
        self.callers: set[str] = set()

    def command(self, motion: JointSlice | GripperCommand) -> None:
        self.callers.add(traceback.extract_stack(limit=2)[0].filename)
        super().command(motion)


def test_every_command_comes_from_the_gate_at_run_time(cell: Cell, benches: Any, root: Path) -> None:
    bench = benches(driver=Witness(cell))
    bench.driver.part_width = 0.02
    assert bench.waypoints(bench.pick(0.5, 0.0)).decision == "allow"
    bench.bind()
    assert bench.waypoints(bench.place(0.15, 0.5)).decision == "allow"
    assert bench.gate.go_home(open_gripper=False).decision == "allow"

    assert bench.driver.callers == {str(root / GATE)}


def test_the_ideal_robot_is_a_driver_and_a_clock(cell: Cell) -> None:
    driver = KinematicDriver(cell)

    assert isinstance(driver, Driver)
    assert isinstance(driver, Clock)
    seen = driver.observe()
    assert {name: image.shape for name, image in seen.images.items()} == {
        "overhead": (256, 256, 3),
        "wrist": (128, 128, 3),
    }
    assert driver.measure().sequence == seen.sequence + 1
