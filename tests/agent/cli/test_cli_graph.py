"""`smolcell graph` prints what the documents draw."""

import json
from pathlib import Path


def test_the_documents_draw_what_the_command_prints(smolcell, root: Path) -> None:
    """To draw it anew: put what `smolcell graph` prints between the fences of docs/graph.md."""
    text = (root / "docs" / "graph.md").read_text(encoding="utf-8")
    assert smolcell("graph").out == text.split("```mermaid\n")[1].split("```")[0]


def test_as_json_it_has_the_same_edges(smolcell) -> None:
    content = json.loads(smolcell("graph", "--json").out)
    drawn = smolcell("graph").out.splitlines()[1:]
    edges = {f"{one['from']} {'-.->' if one['conditional'] else '-->'} {one['to']}" for one in content["edges"]}
    assert edges == {line.strip().rstrip(";") for line in drawn}
    assert {"__start__", "understand", "report", "__end__"} <= set(content["nodes"])
