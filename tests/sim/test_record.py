"""The expert's episodes as a LeRobot dataset: lerobot itself reads them back whole."""

import numpy as np
import pytest

from sim.record import FPS, joint_names, record
from skills.catalogue import load_catalogue
from skills.errors import BadInput

pytestmark = pytest.mark.train


@pytest.mark.filterwarnings("ignore")
def test_lerobot_reads_what_was_recorded(cell, tmp_path):
    from lerobot.datasets.lerobot_dataset import LeRobotDataset

    folder = tmp_path / "picks"
    record(folder, cell, episodes=2, seed=4)
    dataset = LeRobotDataset("smolcell/picks", root=folder)
    assert (dataset.num_episodes, dataset.fps) == (2, FPS)
    assert set(dataset.meta.tasks.index) <= set(load_catalogue()["pick"].phrases())
    frame = dataset[0]
    for name, camera in cell.cameras.items():
        assert tuple(frame[f"observation.images.{name}"].shape) == (3, camera.size, camera.size)
    assert frame["action"].shape == (len(joint_names(cell)),)
    widths = np.array([dataset[i]["observation.state"][-1] for i in range(dataset.num_frames)])
    assert widths.max() > 0.03
    assert widths.min() < widths.max() - 0.01
    first = [dataset[i] for i in range(dataset.num_frames) if dataset[i]["episode_index"] == 0]
    told = np.array([frame["action"][-1] for frame in first])
    state, action = (np.array([frame[key].numpy() for frame in first]) for key in ("observation.state", "action"))
    assert told[0] > 0.03
    assert told[-1] == 0.0, "it closes once, when it has come down"
    assert (np.diff(told == 0.0) > 0).sum() == 1
    assert np.abs(state[1:, :7] - action[:-1, :7]).max() < 0.12, "an action is where the joints stand a frame later"


def test_existing_folder_is_refused(cell, tmp_path):
    with pytest.raises(BadInput, match="a folder that does not exist yet"):
        record(tmp_path, cell, episodes=1, seed=0)
