"""An evaluation on disk, trial by trial as they come: what was cut off goes on, what is whole can be compared."""

import json
from pathlib import Path

from pydantic import ValidationError

from agent.evaluation.report import EvalReport, Heading
from agent.evaluation.trial import Trial
from skills.errors import BadInput


class KeptTrials:
    """A file of JSON lines: what is measured, then the trials.

    Raises: BadInput where the file is of another evaluation, or something else.
    """

    def __init__(self, path: Path, heading: Heading) -> None:
        self._path = path
        if not path.exists() or not path.read_text(encoding="utf-8").count("\n"):
            path.write_text(heading.model_dump_json() + "\n", encoding="utf-8")
        kept = load_report(path)
        for field, value in kept.heading:
            if value != getattr(heading, field):
                allowed = f"a new file, or one of this evaluation: its {field} is {value!r}"
                raise BadInput("--results", str(path), f"{allowed}, not {getattr(heading, field)!r}")
        self.trials = {trial.number: trial for trial in kept.trials}
        _cut_torn_line(path)

    def keep(self, trial: Trial) -> None:
        with self._path.open("a", encoding="utf-8") as file:
            file.write(trial.model_dump_json() + "\n")


def load_report(path: Path) -> EvalReport:
    """What `--results` has kept; a last line without its end is that of an evaluation that was cut off.

    Raises: BadInput.
    """
    try:
        first, *lines = path.read_text(encoding="utf-8").split("\n")[:-1]
        trials = sorted((Trial.model_validate_json(line) for line in lines), key=lambda trial: trial.number)
        return EvalReport(heading=Heading.model_validate(json.loads(first)), trials=tuple(trials))
    except OSError as error:
        raise BadInput("results", str(path), f"a readable file ({error.strerror})") from None
    except (ValueError, ValidationError):
        raise BadInput("results", str(path), "a file that `eval --results` wrote") from None


def _cut_torn_line(path: Path) -> None:
    content = path.read_bytes()
    whole = content[: content.rfind(b"\n") + 1]
    if len(whole) < len(content):
        path.write_bytes(whole)
