"""Who may do what, by account and cell file."""

from pathlib import Path
from typing import Any

import pytest

from skills.cell import Cell, load_cell
from skills.errors import BadInput, NotAllowed, UnknownName
from skills.roles import ALLOWED, ROLES, Person, check, person_of, who_may

PEOPLE = {"ada": "maintainer", "ben": "operator", "others": "viewer"}


@pytest.mark.parametrize("deed", ALLOWED)
@pytest.mark.parametrize("role", ROLES)
def test_a_role_may_what_its_table_says_and_all_that_lesser_ones_may(deed: Any, role: Any) -> None:
    maintainers = {
        "approve what is kept for maintainers",
        "open a stop that nobody asked for",
        "put weights in force",
    }
    allowed = {"viewer": set(), "operator": set(ALLOWED) - maintainers, "maintainer": set(ALLOWED)}[role]
    assert Person(name="x", role=role).may(deed) == (deed in allowed)


@pytest.mark.parametrize(
    ("account", "role"), [("ada", "maintainer"), ("ben", "operator"), ("carl", "viewer"), ("others", "viewer")]
)
def test_a_role_comes_from_the_account(account: str, role: str) -> None:
    assert person_of(account, PEOPLE) == Person(name=account, role=role)  # type: ignore[arg-type]


def test_who_is_not_named_is_a_viewer_and_a_file_without_people_restricts_nobody() -> None:
    assert person_of("carl", {"ada": "maintainer"}).role == "viewer"
    assert person_of("carl", {}).role == "maintainer"


def test_a_refusal_says_who_may() -> None:
    with pytest.raises(NotAllowed) as refused:
        check(person_of("carl", PEOPLE), "run instructions", PEOPLE)
    assert str(refused.value) == (
        "carl may not run instructions: it takes an operator, and carl is a viewer. Who may: ada, ben."
    )
    assert refused.value.exit_code == 2
    assert who_may("run instructions", {"ada": "maintainer", "others": "operator"}) == "everybody"
    check(person_of("ben", PEOPLE), "run instructions", PEOPLE)


def _cell(root: Path, **sections: Any) -> Cell:
    content = load_cell(root / "cells" / "default.yaml").model_dump()
    return Cell.model_validate({**content, **sections})


def test_a_cell_has_a_maintainer_and_approves_places_that_stand_in_it(root: Path) -> None:
    assert _cell(root, people=PEOPLE).people == PEOPLE
    with pytest.raises(BadInput, match="at least one maintainer"):
        _cell(root, people={"ben": "operator"})
    with pytest.raises(UnknownName, match="'conveyor belt'"):
        _cell(root, approval={"places": {"conveyer belt": 0}})
