"""Studies: each variant differs from the first in what it says, and a wrong one is refused before any training."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from policy.training.study import load_study, study_names
from skills.errors import BadInput, UnknownName

CONTENT: dict[str, Any] = {
    "summary": "two trainings",
    "preset": "smoke",
    "data": {"scenes": 40, "seed": 1},
    "trials": {"scenes": 2, "seed": 3},
    "variants": [{"name": "whole", "group": "all"}, {"name": "other", "group": "all", "change": {"seed": 1}}],
}


def study_file(folder: Path, **changes: Any) -> str:
    file = folder / "study.yaml"
    file.write_text(yaml.safe_dump(CONTENT | changes))
    return str(file)


@pytest.mark.parametrize("name", study_names())
def test_the_variants_of_a_study_differ_from_the_first(name: str) -> None:
    study = load_study(name)
    configs = [study.config(variant).model_copy(update={"name": ""}) for variant in study.variants]
    assert all(config != configs[0] for config in configs[1:])
    assert len({config.model_dump_json() for config in configs}) == len(configs)
    most = max(config.scenes or 0 for config in configs)
    assert most <= 0.85 * study.data.scenes, "what the twin makes has to have as many for training"


def test_a_variant_is_laid_over_the_study_and_that_over_its_preset(tmp_path: Path) -> None:
    change = {"scenes": 5, "flow": {"pointing": 0.25}}
    variants = [CONTENT["variants"][0], {"name": "other", "group": "all", "change": {"flow": {"pointing": 0}}}]
    study = load_study(study_file(tmp_path, change=change, variants=variants))
    whole, other = (study.config(variant) for variant in study.variants)
    assert (whole.name, whole.scenes, whole.flow.pointing, whole.flow.images) == ("whole", 5, 0.25, 2)
    assert (other.name, other.scenes, other.flow.pointing) == ("other", 5, 0)


WHOLE = {"name": "whole", "group": "all"}


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"variants": [WHOLE]}, "variants"),
        ({"variants": [{**WHOLE, "change": {"seed": 1}}, WHOLE]}, "variants.0.change"),
        ({"variants": [WHOLE, {**WHOLE, "change": {"seed": 1}}]}, "variants: 'whole'"),
        ({"variants": [WHOLE, {"name": "../up", "group": "all"}]}, "variants.1.name"),
        ({"variants": [WHOLE, {"name": "other", "group": "all", "change": {"flow": {"points": 0}}}]}, "flow.points"),
        ({"preset": "perceiver"}, "preset: 'perceiver'"),
        ({"preset": "pik"}, "'pick'"),
        ({"trial": {}}, "trial"),
    ],
)
def test_what_is_no_study_is_told_by_its_field(tmp_path: Path, changes: dict[str, Any], told: str) -> None:
    with pytest.raises((BadInput, UnknownName)) as raised:
        load_study(study_file(tmp_path, **changes))
    assert told in str(raised.value)


def test_an_unknown_study_is_answered_with_the_nearest() -> None:
    with pytest.raises(UnknownName, match="Nearest: 'recipe'"):
        load_study("recip")
