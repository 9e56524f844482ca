"""`smolcell data augment`: pictures of a data set as they are, as training sees them, and under shifted light."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Annotated

import typer

from agent.doors.cli.files import write_file
from agent.doors.cli.group import new_app
from agent.doors.cli.options import DrawSeed, a_path, number_option, path_option
from agent.doors.cli.output import answer, talk
from agent.exit_codes import ExitCode
from skills.base import Image
from skills.errors import BadInput, Unavailable

app = new_app()


@app.command()
def augment(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", parser=a_path("data set"), help="A data set: keyframes, or LeRobot.")
    ],
    out: Annotated[Path, path_option("--out", "FILE", "Picture, a PNG file.")],
    config: Annotated[
        str, typer.Option("--config", metavar="CONFIG", help="Training configuration whose `light` is drawn.")
    ] = "pick",
    n: Annotated[int, number_option("--n", 1, 64, "Pictures.")] = 6,
    seed: DrawSeed = 0,
) -> ExitCode:
    """Draw pictures raw, as training varies them, and under the shifted light of validation, side by side.

    Says where the hues of training can turn one colour word into another. Needs the extra `train`.
    """
    from agent.training.from_twin import paints
    from policy.training.colour_words import colour_warning
    from policy.training.presets import load_training
    from sim.data.episodes import png

    light = load_training(config).light
    try:
        from policy.training.light_sheet import light_sheet
    except ModuleNotFoundError as error:
        raise Unavailable(
            f"this picture needs the package {error.name!r}.", "Install it: pip install 'smolcell[train]'"
        ) from None
    pictures = list(islice(_pictures(folder), n))
    if not pictures:
        raise BadInput("data set", str(folder), "one with pictures")
    write_file("--out", out, png(light_sheet(pictures, light, seed)))
    if text := colour_warning(paints(), light.training):
        talk(f"warning: {text}")
    answer(str(out))
    return ExitCode.DONE


def _pictures(folder: Path) -> Iterator[Image]:
    """Of each scene one; of each episode the first frame of every camera."""
    from sim.data.episodes import pixels
    from sim.data.keyframes import open_keyframes
    from sim.data.lerobot_form import is_lerobot, open_lerobot

    if not is_lerobot(folder):
        for scene in open_keyframes(folder).scenes():
            yield scene.image
        return
    for number, episode in enumerate(open_lerobot(folder)):
        for camera, files in episode.pictures.items():
            yield pixels(f"episode {number}, camera {camera}", files[0])
