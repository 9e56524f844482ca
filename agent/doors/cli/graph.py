"""`smolcell graph`: which node of a run may follow which."""

from agent.doors.cli.group import new_app
from agent.doors.cli.options import AsJson
from agent.doors.cli.output import answer, answer_json
from agent.exit_codes import ExitCode

app = new_app()


@app.command()
def graph(as_json: AsJson = False) -> ExitCode:
    """Draw the graph of a run as a Mermaid diagram: which node may follow which.

    Paste it where Mermaid is drawn, such as a Markdown file. With --json: nodes and edges.
    """
    from agent.graph import drawing

    diagram, content = drawing()
    answer_json(content) if as_json else answer(diagram.rstrip("\n"))
    return ExitCode.DONE
