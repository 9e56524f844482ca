"""SmolVLM2 from a folder as a LangChain chat model: on this machine, on the processor, without a network.

It takes text and pictures as any multimodal chat model does. It has no structured output of its own: it is asked for
JSON, and what is no JSON of the form that was asked for is no answer.
"""

import base64
import io
import json
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.runnables import Runnable, RunnableLambda

from skills.errors import BadInput, Unavailable

TOKENS: Final = 200
"""Of an answer: a judgement, a number and a sentence."""


def check_folder(folder: str) -> Path:
    """`folder`, where a model lies in it that can be loaded. Raises: BadInput, Unavailable (no packages for it)."""
    root = Path(folder)
    if not (root / "config.json").is_file():
        wanted = "smolvlm: and a folder with a SmolVLM2, as transformers saves one; without a second opinion, empty"
        raise BadInput("verifier.model", f"smolvlm:{folder}", wanted)
    if missing := [name for name in ("torch", "transformers") if find_spec(name) is None]:
        remedy = "Install it: pip install 'smolcell[train]'"
        raise Unavailable(f"a local model needs the package {missing[0]!r}.", remedy)
    return root


class SmolVlmChat(BaseChatModel):
    """The model in `folder`, as `transformers` saved it; loaded at the first question.

    Raises: BadInput (no such folder, or no model in it), Unavailable (no transformers or torch).
    """

    folder: str
    tokens: int = TOKENS

    @property
    def _llm_type(self) -> str:
        return "smolvlm"

    @cached_property
    def _loaded(self) -> tuple[Any, Any]:
        """Processor and model."""
        root = check_folder(self.folder)
        try:
            from transformers import AutoModelForImageTextToText, AutoProcessor
        except ImportError as error:
            remedy = "Install it: pip install 'smolcell[train]'"
            raise Unavailable(f"a local model needs the package {error.name!r}.", remedy) from None
        try:
            processor = AutoProcessor.from_pretrained(root, local_files_only=True)
            model = AutoModelForImageTextToText.from_pretrained(root, local_files_only=True)
        except (OSError, ValueError, KeyError) as error:
            told = " ".join(str(error).split())[:120]
            raise BadInput("verifier.model", f"smolvlm:{self.folder}", f"a folder with a SmolVLM2 ({told})") from None
        return processor, model.eval()

    def _generate(self, messages: list[BaseMessage], *_: Any, **__: Any) -> ChatResult:
        processor, model = self._loaded
        said, pictures = _told(messages, processor.image_token)
        given = processor(text=said, images=[pictures] if pictures else None, return_tensors="pt")
        given.pop("token_type_ids", None)
        answer = model.generate(**given, max_new_tokens=self.tokens, do_sample=False)
        text = processor.batch_decode(answer[:, given["input_ids"].shape[1] :], skip_special_tokens=True)[0]
        return ChatResult(generations=[ChatGeneration(message=AIMessage(text.strip()))])

    def with_structured_output(self, schema: Any, *, include_raw: bool = False, **_: Any) -> Runnable[Any, Any]:
        """Answers as JSON of that schema: its text is added to the last message, and the answer is read.

        `parsed` is None where the answer is no JSON object; whether it has the schema's form is the caller's to check.
        """
        task = json.dumps(schema.get("properties", {}))

        def ask(messages: list[BaseMessage]) -> Any:
            asked = [*messages, type(messages[-1])(f"Answer with one JSON object with these fields: {task}")]
            raw = self.invoke(asked)
            parsed = _object(str(raw.content))
            return {"raw": raw, "parsed": parsed, "parsing_error": None} if include_raw else parsed

        return RunnableLambda(ask)


def _told(messages: list[BaseMessage], picture_token: str) -> tuple[str, list[Any]]:
    """All text in order, with the picture token where a picture stands; and the pictures."""
    words: list[str] = []
    pictures: list[Any] = []
    for message in messages:
        blocks: list[Any] = message.content if isinstance(message.content, list) else [message.content]
        for block in blocks:
            if isinstance(block, str):
                words.append(block)
            elif block.get("type") == "image_url":
                words.append(picture_token)
                pictures.append(_picture(block["image_url"]["url"]))
            else:
                words.append(str(block.get("text", "")))
    return f"User: {' '.join(words)}\nAssistant:", pictures


def _picture(url: str) -> Any:
    """The picture in a data URL. Raises: BadInput: nothing is fetched."""
    from PIL import Image

    head, _, data = url.partition(",")
    if not head.startswith("data:image/") or not head.endswith(";base64"):
        raise BadInput("picture", url[:40], "a data URL, data:image/png;base64,…")
    return Image.open(io.BytesIO(base64.b64decode(data))).convert("RGB")


def _object(text: str) -> Any:
    """The JSON object in an answer; None where there is none."""
    start, end = text.find("{"), text.rfind("}")
    try:
        found = json.loads(text[start : end + 1]) if 0 <= start < end else None
    except ValueError:
        return None
    return found if isinstance(found, dict) else None
