"""An evaluation on disk, trial by trial as they come: what was cut off goes on, what is whole can be compared."""

from pathlib import Path
from typing import Final

from agent.evaluation.report import EvalReport, Heading
from agent.evaluation.trial import Trial
from agent.lines import Lines
from skills.errors import BadInput

TOLD: Final = ("results", "a file that `eval --results` wrote")


class KeptTrials:
    """A file of JSON lines: what is measured, then the trials.

    Raises: BadInput where the file is of another evaluation, or something else.
    """

    def __init__(self, path: Path, heading: Heading) -> None:
        self._lines = Lines(path, TOLD)
        if not self._lines.entries:
            self._lines.add(**heading.model_dump(mode="json"))
        kept = load_report(path)
        for field, value in kept.heading:
            if value != getattr(heading, field):
                allowed = f"a new file, or one of this evaluation: its {field} is {value!r}"
                raise BadInput("--results", str(path), f"{allowed}, not {getattr(heading, field)!r}")
        self.trials = {trial.number: trial for trial in kept.trials}

    def keep(self, trial: Trial) -> None:
        self._lines.add(**trial.model_dump(mode="json"))


def load_report(path: Path) -> EvalReport:
    """What `--results` has kept; a last line without its end is that of an evaluation that was cut off.

    Raises: BadInput.
    """
    field, allowed = TOLD
    try:
        path.stat()
        first, *rest = Lines(path, TOLD).entries
        trials = sorted(map(Trial.model_validate, rest), key=lambda trial: trial.number)
        return EvalReport(heading=Heading.model_validate(first), trials=tuple(trials))
    except OSError as error:
        raise BadInput(field, str(path), f"a readable file ({error.strerror})") from None
    except ValueError:
        raise BadInput(field, str(path), allowed) from None
