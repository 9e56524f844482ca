"""The kinds of training: what each is told, and who learns by it. A new kind is one line here."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from policy.training.config import SET_BY_THE_RUN, Training
from policy.training.finetune.config import FinetuneTraining
from policy.training.networks import PerceiverTraining, PolicyTraining
from skills.errors import BadInput, Unavailable, UnknownName
from skills.yamlfile import parse_model

if TYPE_CHECKING:
    from policy.training.job import Learner


@dataclass(frozen=True)
class Kind:
    """One kind of training.

    Attributes:
        config: its configuration; loading it imports no torch.
        learner: `module:name` of a `Learner`, imported when training begins.
    """

    config: type[Training]
    learner: str

    def load(self) -> "Learner[Any]":
        """Raises: Unavailable without the extra `train`."""
        module, name = self.learner.split(":")
        try:
            learner: Learner[Any] = getattr(import_module(module), name)
        except ModuleNotFoundError as error:
            raise Unavailable(
                f"training needs the package {error.name!r}.", "Install it: pip install 'smolcell[train]'"
            ) from None
        return learner


KINDS: Final[Mapping[str, Kind]] = {
    "policy": Kind(PolicyTraining, "policy.training.learn_policy:LEARNER"),
    "perceiver": Kind(PerceiverTraining, "policy.training.learn_perceiver:LEARNER"),
    "finetune": Kind(FinetuneTraining, "policy.training.finetune.learn:LEARNER"),
}


def parse_training(content: Any, source: str) -> Training:
    """`content` as the configuration of its kind; `source` names it in errors. Raises: BadInput, UnknownName."""
    if not isinstance(content, Mapping):
        raise BadInput(source, type(content).__name__, "a mapping with the fields of a training configuration")
    if (kind := str(content.get("kind"))) not in KINDS:
        raise UnknownName(f"{source}: kind", kind, KINDS)
    for field in SET_BY_THE_RUN:
        if field in content:
            raise BadInput(f"{source}: {field}", content[field], "left out; the run itself sets it")
    return parse_model(content, KINDS[kind].config, source)
