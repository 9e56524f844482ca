"""What stands on the disk: the latch over restarts and damage, the audit's chain."""

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from safety.audit import Audit, Break, verify_audit
from safety.latch import Latch
from skills.errors import BadInput


def test_a_latch_is_open_until_closed_and_closed_until_opened(tmp_path: Path) -> None:
    path = tmp_path / "state" / "latch.json"
    assert Latch(path).reason is None

    latch = Latch(path)
    latch.close("first", 7)
    latch.close("second", 8)
    assert latch.reason == "first"
    assert Latch(path).reason == "first"
    assert json.loads(path.read_text(encoding="utf-8")) == {"reason": "first", "time_ns": 7}

    latch.open("Ada")
    assert latch.reason is None
    assert Latch(path).reason is None
    assert not path.exists()


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '"stop"', "null", '{"reas', "[" * 100_000])
def test_a_damaged_latch_is_closed(tmp_path: Path, content: str) -> None:
    path = tmp_path / "latch.json"
    path.write_text(content, encoding="utf-8")

    assert Latch(path).reason == "the latch file is damaged"
    Latch(path).open("Ada")
    assert Latch(path).reason is None


def test_a_latch_that_is_no_file_is_closed(tmp_path: Path) -> None:
    (tmp_path / "latch.json").mkdir()

    reason = Latch(tmp_path / "latch.json").reason
    assert reason is not None
    assert reason.startswith("the latch file can't be read")


def test_a_draft_left_by_a_power_cut_closes_nothing(tmp_path: Path) -> None:
    (tmp_path / "latch.json.draft").write_text('{"reason": "half', encoding="utf-8")

    assert Latch(tmp_path / "latch.json").reason is None


def written(path: Path, lines: int = 4) -> list[str]:
    audit = Audit(path)
    for number in range(lines):
        audit.record("ruling", decision="allow", number=number, text="für „alle“")
    return path.read_text(encoding="utf-8").splitlines()


def test_the_chain_goes_on_after_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    written(path, 2)
    lines = [json.loads(line) for line in written(path, 2)]

    assert verify_audit(path) is None
    assert [line["line"] for line in lines] == [1, 2, 3, 4]
    assert [line["previous"] for line in lines[1:]] == [line["hash"] for line in lines[:-1]]


@pytest.mark.parametrize(
    ("forge", "found"),
    [
        (lambda s: [s[0], s[1].replace("allow", "clamp"), *s[2:]], Break(line=2, reason="its content was changed")),
        (
            lambda s: [s[0], *s[2:]],
            Break(line=2, reason="it does not follow the line before: one was removed, added or moved"),
        ),
        (
            lambda s: [s[0], s[2], s[1], s[3]],
            Break(line=2, reason="it does not follow the line before: one was removed, added or moved"),
        ),
        (lambda s: [*s[:2], "", *s[2:]], Break(line=3, reason="it is no complete line of an audit")),
        (lambda s: [*s[:3], s[3][:-5]], Break(line=4, reason="it is no complete line of an audit")),
        (lambda s: ["[]", *s[1:]], Break(line=1, reason="it is no complete line of an audit")),
    ],
)
def test_the_first_broken_line_is_named(tmp_path: Path, forge: object, found: Break) -> None:
    path = tmp_path / "audit.jsonl"
    lines = written(path)
    assert callable(forge)
    path.write_text("\n".join(forge(lines)) + "\n", encoding="utf-8")

    assert verify_audit(path) == found


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(position=st.integers(0, 10**6), byte=st.integers(32, 126))
def test_no_single_changed_character_passes(tmp_path: Path, position: int, byte: int) -> None:
    path = tmp_path / "audit.jsonl"
    path.unlink(missing_ok=True)
    text = "\n".join(written(path, 2)) + "\n"
    place = position % (len(text) - 1)
    changed = text[:place] + chr(byte) + text[place + 1 :]
    path.write_text(changed, encoding="utf-8")

    assert (verify_audit(path) is None) == (changed == text)


def test_a_torn_last_line_is_dropped_and_said(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    lines = written(path, 2)
    path.write_text("\n".join(lines) + '\n{"line": 3, "prev', encoding="utf-8")
    Audit(path).record("ruling", decision="stop")

    assert verify_audit(path) is None
    kinds = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert [entry["kind"] for entry in kinds] == ["ruling", "ruling", "torn", "ruling"]
    assert kinds[2]["bytes"] == 17


def test_an_audit_with_a_forged_end_is_not_continued(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    path.write_text("\n".join(written(path, 2)).replace('"number": 1', '"number": 2') + "\n", encoding="utf-8")

    with pytest.raises(BadInput, match=r"^audit: .* is not allowed; it must be an audit whose last line is whole"):
        Audit(path)


def test_an_unreadable_audit_is_bad_input(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"^audit: .* it must be a readable file"):
        verify_audit(tmp_path / "none.jsonl")


@pytest.mark.parametrize("end", ["\u2028", "\x85", "\x0c"])
def test_what_ends_a_line_elsewhere_ends_none_here(tmp_path: Path, end: str) -> None:
    path = tmp_path / "audit.jsonl"
    Audit(path).record("reset", by=f"Ada{end}Byron")
    Audit(path).record("reset", by="Ada")
    assert verify_audit(path) is None
