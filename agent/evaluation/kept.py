"""What many scenes gave, on disk as it comes: what was cut off goes on, what is whole can be compared."""

from pathlib import Path
from typing import Final, Generic, TypeVar

from pydantic import TypeAdapter

from agent.evaluation.report import EvalReport, Heading
from agent.evaluation.trial import Trial
from agent.lines import Lines
from skills.errors import BadInput

TRIALS: Final = ("results", "a file that `eval --results` wrote")
SAMPLES: Final = ("results", "a file that `calibrate --results` wrote")

Sample = TypeVar("Sample")


class KeptTrials:
    """A file of JSON lines: what is measured, then the trials.

    Raises: BadInput where the file is of another evaluation, or something else.
    """

    def __init__(self, path: Path, heading: Heading) -> None:
        self._lines = _begun(path, heading, TRIALS)
        self.trials = {trial.number: trial for trial in load_report(path).trials}

    def keep(self, trial: Trial) -> None:
        self._lines.add(**trial.model_dump(mode="json"))


class KeptSamples(Generic[Sample]):
    """A file of JSON lines: what is fitted, then what each scene gave, which may be nothing.

    Args:
        kind: of the samples: a dataclass.

    Attributes:
        made: by the scene's number.

    Raises: BadInput where the file is of another fit, or something else.
    """

    def __init__(self, path: Path, heading: Heading, kind: type[Sample]) -> None:
        self._lines = _begun(path, heading, SAMPLES)
        self._kind = TypeAdapter(kind)
        try:
            self.made = dict(self._read(line["number"], line["sample"]) for line in self._lines.entries[1:])
        except (KeyError, ValueError):
            raise BadInput(SAMPLES[0], str(path), SAMPLES[1]) from None

    def keep(self, number: int, sample: Sample | None) -> None:
        self._lines.add(number=number, sample=None if sample is None else self._kind.dump_python(sample, mode="json"))
        self.made[number] = sample

    def _read(self, number: int, sample: object) -> tuple[int, Sample | None]:
        return number, None if sample is None else self._kind.validate_python(sample)


def load_report(path: Path) -> EvalReport:
    """What `eval --results` has kept; a last line without its end is that of an evaluation that was cut off.

    Raises: BadInput.
    """
    field, allowed = TRIALS
    try:
        path.stat()
        first, *rest = Lines(path, TRIALS).entries
        trials = sorted(map(Trial.model_validate, rest), key=lambda trial: trial.number)
        return EvalReport(heading=Heading.model_validate(first), trials=tuple(trials))
    except OSError as error:
        raise BadInput(field, str(path), f"a readable file ({error.strerror})") from None
    except ValueError:
        raise BadInput(field, str(path), allowed) from None


def _begun(path: Path, heading: Heading, told: tuple[str, str]) -> Lines:
    """The file's lines, the first of which is that heading. Raises: BadInput."""
    lines = Lines(path, told)
    if not lines.entries:
        lines.add(**heading.model_dump(mode="json"))
    try:
        kept = Heading.model_validate(lines.entries[0])
    except ValueError:
        raise BadInput(told[0], str(path), told[1]) from None
    for field, value in kept:
        if value != getattr(heading, field):
            allowed = f"a new file, or one that was begun with the same: its {field} is {value!r}"
            raise BadInput("--results", str(path), f"{allowed}, not {getattr(heading, field)!r}")
    return lines
