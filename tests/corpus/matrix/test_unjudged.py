"""What a parser is not judged by is said, and derived where it can be."""

from typing import get_args

import attrs

from corpus.tools.matrix.read_peers import NamesShown, Shows, View, load
from corpus.tools.matrix.unjudged import left_unjudged

PLAIN = attrs.evolve(load(["psutil"])[0], unjudged=(), shows=Shows())


def test_nothing_is_said_of_a_parser_that_shows_all() -> None:
    assert left_unjudged(PLAIN) == ()


def test_every_view_and_choice_of_names_says_what_it_leaves_out() -> None:
    views = {view: left_unjudged(attrs.evolve(PLAIN, view=view)) for view in get_args(View)}
    names = {
        chosen: left_unjudged(attrs.evolve(PLAIN, shows=Shows(names=chosen)))
        for chosen in get_args(NamesShown)
    }
    assert views.pop("all") == names.pop("any") == ()
    assert all(len(clauses) == 1 for clauses in (*views.values(), *names.values()))
    assert len({*views.values(), *names.values()}) == len(views) + len(names)


def test_flags_and_the_parsers_own_clauses_follow() -> None:
    peer = attrs.evolve(PLAIN, view="executable", flags_left_out=("io", "pf"), unjudged=("x",))
    assert left_unjudged(peer) == (
        "mappings that cannot be executed",
        "mappings with the flags io, pf",
        "x",
    )
