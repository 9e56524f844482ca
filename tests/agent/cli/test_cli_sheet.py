"""`smolcell data sheet`: a picture of any setting, and one clear line for a wrong name."""

import cv2

from sim.setting import setting_names


def test_sheet_of_a_setting_is_a_picture(smolcell, tmp_path):
    out = tmp_path / "sheet.png"
    said = smolcell("data", "sheet", "--setting", "plain", "--seed", "3", "--out", str(out))
    assert (said.code, said.out, said.err) == (0, f"{out}\n", "")
    assert cv2.imread(str(out)).shape == (784, 1044, 3)


def test_unknown_setting_is_refused_with_the_nearest(smolcell, tmp_path):
    said = smolcell("data", "sheet", "--setting", "dimm", "--out", str(tmp_path / "x.png"))
    names = ", ".join(map(repr, setting_names()))
    assert (said.code, said.out) == (2, "")
    assert said.err == f"UnknownName: setting: 'dimm' is not known; allowed is one of {names}. Nearest: 'dim'.\n"


def test_sheet_that_cannot_be_written_is_refused(smolcell, tmp_path):
    out = tmp_path / "missing" / "sheet.png"
    said = smolcell("data", "sheet", "--setting", "plain", "--out", str(out))
    assert (said.code, said.out) == (2, "")
    assert said.err == (
        f"BadInput: --out: '{out}' is not allowed; it must be a file that can be written (No such file or directory).\n"
    )
    assert list(tmp_path.iterdir()) == []
