"""SmolVLM2 from a folder as second opinion: the whole way, with random weights, which know nothing."""

from pathlib import Path

import numpy as np
import pytest
import torch
from langchain_core.messages import HumanMessage

from agent.chat.smolvlm import SmolVlmChat
from agent.verifying.second_opinion import ChatOpinion, load_eye
from policy.training.finetune.blank import SHAPES, write_backbone_of
from skills.errors import BadInput, Unavailable
from tests.agent.verifying.test_verifier import PICK

pytestmark = [pytest.mark.train, pytest.mark.filterwarnings("ignore")]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SmolVLM of the real class, tiny, with random weights."""
    from transformers import AutoConfig, AutoModelForImageTextToText

    torch.manual_seed(0)
    folder = tmp_path_factory.mktemp("smolvlm")
    write_backbone_of(folder, SHAPES["small"], ("pick up the part",))
    AutoModelForImageTextToText.from_config(AutoConfig.from_pretrained(folder)).save_pretrained(folder)
    return folder


def picture(seed: int) -> "np.ndarray[tuple[int, ...], np.dtype[np.uint8]]":
    return np.random.default_rng(seed).integers(0, 255, (256, 256, 3)).astype(np.uint8)


def test_it_reads_text_and_pictures_and_answers_with_words(folder: Path) -> None:
    import base64

    from policy.pictures import png

    url = f"data:image/png;base64,{base64.b64encode(png(picture(1))).decode()}"
    content = [{"type": "text", "text": "pick up the part"}, {"type": "image_url", "image_url": {"url": url}}]
    model = SmolVlmChat(folder=str(folder), tokens=5)
    first, again = (model.invoke([HumanMessage(content)]) for _ in range(2))
    assert isinstance(first.content, str)
    assert first.content == again.content


def test_random_weights_give_no_opinion(folder: Path) -> None:
    opinion = ChatOpinion(f"smolvlm:{folder}", load_eye, 60.0)
    with pytest.raises(Unavailable, match="not in the form"):
        opinion.judge(PICK, None, "one part is held", picture(1), picture(2))


def test_a_picture_from_elsewhere_is_not_fetched(folder: Path) -> None:
    content = [{"type": "image_url", "image_url": {"url": "https://example.org/a.png"}}]
    with pytest.raises(BadInput, match="data URL"):
        SmolVlmChat(folder=str(folder)).invoke([HumanMessage(content)])


def test_a_folder_without_a_model_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="folder with a SmolVLM2"):
        SmolVlmChat(folder=str(tmp_path)).invoke("hello")
