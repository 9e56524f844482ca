"""Every refusal names field, value, what is allowed and the nearest choice."""

from skills.errors import BadInput, StoppedBySafety, Unavailable, UnknownName, nearest


def test_unknown_name_lists_a_short_list_and_the_nearest():
    error = UnknownName("part", "geer", ("bolt", "gear"))
    assert str(error) == "part: 'geer' is not known; allowed is one of 'bolt', 'gear'. Nearest: 'gear'."
    assert (error.field, error.value, error.nearest, error.exit_code) == ("part", "geer", ("gear",), 2)


def test_unknown_name_does_not_print_a_long_list():
    names = [f"pick up the {i} gear" for i in range(100)]
    error = UnknownName("phrase", "pick up the 7 geer", names, "See: smolcell skills list")
    assert str(error).startswith("phrase: 'pick up the 7 geer' is not known; allowed is one of 100 names. Nearest: ")
    assert str(error).endswith("See: smolcell skills list")


def test_exit_codes_of_the_tree():
    assert BadInput("a", 1, "b").exit_code == 2
    assert Unavailable("no robot.", "Plug it in.").exit_code == 5
    assert StoppedBySafety("operator").exit_code == 4


def test_nearest_ignores_case_and_gives_nothing_where_nothing_is_near():
    assert nearest("m8", ("M6", "M8", "large"))[0] == "M8"
    assert nearest("zebra", ("bolt", "nut")) == ()
