"""Studies: one training many times over, each time with one thing changed, so that a table can say what it is worth."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Final, Self

from pydantic import Field, model_validator

from policy.training.config import Count, Recipe
from policy.training.kinds import parse_training
from policy.training.networks import PolicyTraining
from policy.training.presets import content_of, merged
from skills.base import Finite
from skills.errors import BadInput, UnknownName
from skills.yamlfile import parse_model, read_yaml

FOLDER: Final = Path(__file__).parent / "studies"


class Trials(Finite):
    """What every checkpoint of a study is tried on: the same scenes of a split, as for `smolcell eval`."""

    split: str = "new-scenes"
    scenes: Count = 300
    seed: Annotated[int, Field(ge=0, lt=2**32)]


class Variant(Finite):
    """One training of a study.

    Attributes:
        name: of its folder and row.
        group: which rows stand together.
        says: what is different, for a reader; its `name` where nothing is said.
        change: fields of the configuration that differ from the study's own.
    """

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=60)]
    group: str
    says: str = ""
    change: dict[str, Any] = {}

    @property
    def label(self) -> str:
        return self.says or self.name


class Study(Finite):
    """Trainings on one data set, tried on the same scenes; the first of them is what the others are compared with.

    Attributes:
        preset: the configuration that `change` is different from, and each variant from that.
        data: the data set that the twin makes where none is given.
    """

    summary: str
    preset: str
    change: dict[str, Any] = {}
    data: Recipe
    trials: Trials
    variants: Annotated[tuple[Variant, ...], Field(min_length=2)]

    @model_validator(mode="after")
    def _can_be_compared(self) -> Self:
        if self.variants[0].change:
            raise BadInput("variants.0.change", self.variants[0].change, "none: the others are compared with the first")
        names = [variant.name for variant in self.variants]
        for name in names:
            if names.count(name) > 1:
                raise BadInput("variants", name, "names that are given once")
        for variant in self.variants:
            self.config(variant)
        return self

    def config(self, variant: Variant) -> PolicyTraining:
        """What that variant is trained by. Raises: BadInput, UnknownName (a wrong field or value)."""
        content = merged(merged(content_of(self.preset), self.change), variant.change)
        config = parse_training({**content, "name": variant.name}, f"variant {variant.name}")
        if not isinstance(config, PolicyTraining):
            raise BadInput("preset", self.preset, "one of kind policy; only those are tried in closed loop")
        return config


@cache
def study_names() -> tuple[str, ...]:
    return tuple(sorted(file.stem for file in FOLDER.glob("*.yaml")))


def load_study(text: str) -> Study:
    """The study of that name, or the file at that path. Raises: BadInput, UnknownName."""
    path = Path(text)
    if path.suffix in (".yaml", ".yml") or path.is_file():
        return _parsed(path)
    if text not in study_names():
        raise UnknownName("study", text, study_names(), "Or the path of a YAML file; all: smolcell study --list")
    return _parsed(FOLDER / f"{text}.yaml")


def _parsed(path: Path) -> Study:
    content = read_yaml(path)
    if not isinstance(content, Mapping):
        raise BadInput(str(path), type(content).__name__, "a mapping with the fields of a study")
    return parse_model(content, Study, str(path))
