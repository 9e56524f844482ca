"""docs/training.md names every field of a configuration with its default, and no other."""

import re
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from policy.training.augmentation import CAMERA, SHIFTED, TRAY, Augmentation, Light
from policy.training.config import SET_BY_THE_RUN, Schedule
from policy.training.networks import PerceiverTraining, PolicyTraining


def model_of(annotation: Any) -> type[BaseModel] | None:
    """The model inside Model or Model | None."""
    found = [one for one in (annotation, *get_args(annotation)) if isinstance(one, type) and issubclass(one, BaseModel)]
    return found[0] if found else None


def fields(model: type[BaseModel], above: str = "") -> dict[str, Any]:
    """Dotted name -> default, in the way that the page writes them."""
    told: dict[str, Any] = {}
    for name, field in model.model_fields.items():
        inner = model_of(field.annotation)
        if name in SET_BY_THE_RUN:
            continue
        if inner is Schedule:
            told |= fields(Schedule, "*.schedule.")
        elif inner is Augmentation:
            told["light.training`, `light.shifted"] = "tray, shifted"
        else:
            if inner is None or field.is_required() or field.default is None:
                told[f"{above}{name}"] = field.default
            if inner is not None:
                told |= fields(inner, f"{above}{name}.")
    return told


def shown(default: Any) -> str:
    names = {PydanticUndefined: "given", None: "none", "": "empty"}
    return names[default] if default in names else str(default)


def test_every_field_and_its_default_stand_in_the_table(root: Path) -> None:
    text = (root / "docs" / "training.md").read_text(encoding="utf-8")
    table = text.split("<!-- configuration")[1].split("<!-- /configuration")[0]
    rows = re.findall(r"^\| `(.+?)` \| (.+?) \| .+ \|$", table, re.MULTILINE)
    expected = fields(PerceiverTraining) | fields(PolicyTraining)
    del expected["backbone"]  # its fields say it all
    assert dict(rows) == {name: shown(value) for name, value in expected.items()} | {"kind": "given"}


def test_the_ranges_of_light_stand_in_the_table(root: Path) -> None:
    text = (root / "docs" / "training.md").read_text(encoding="utf-8")
    for field in Light.model_fields:
        row = next(line for line in text.splitlines() if line.startswith(f"| `{field}`"))
        cells = [cell.replace("−", "-") for cell in row.split("|")[2:5]]
        columns = [[float(x) for x in re.findall(r"-?\d+\.?\d*", cell)] for cell in cells]
        for light, numbers in zip((TRAY, CAMERA, SHIFTED), columns, strict=True):
            value = getattr(light, field)
            ends = sorted(set(value)) if isinstance(value, tuple) else [value]
            assert sorted({abs(x) for x in numbers}) == sorted({abs(x) for x in ends}), (field, value)
