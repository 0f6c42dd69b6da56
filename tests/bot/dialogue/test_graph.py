from __future__ import annotations

from itertools import combinations, pairwise

from hypothesis import given
from hypothesis import strategies as st

from bot.dialogue.graph import Layout, Size, lay_out

Graph = tuple[dict[int, Size], list[tuple[int, int]]]


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    count = draw(st.integers(1, 12))
    sides = st.floats(5, 300)
    sizes = {number: Size(draw(sides), draw(sides)) for number in range(count)}
    ends = st.integers(0, count - 1)
    return sizes, draw(st.lists(st.tuples(ends, ends), max_size=25))


def apart(layout: Layout[int], sizes: dict[int, Size], one: int, other: int) -> bool:
    a, b = layout.centres[one], layout.centres[other]
    wide = abs(a.x - b.x) - (sizes[one].width + sizes[other].width) / 2
    high = abs(a.y - b.y) - (sizes[one].height + sizes[other].height) / 2
    return max(wide, high) >= 10


@given(graphs(), st.booleans())
def test_boxes_stand_apart_and_within_the_drawing(graph: Graph, sideways: bool) -> None:
    sizes, arrows = graph
    layout = lay_out(sizes, arrows, sideways=sideways)
    assert all(apart(layout, sizes, one, other) for one, other in combinations(sizes, 2))
    for number, centre in layout.centres.items():
        half = sizes[number].width / 2, sizes[number].height / 2
        assert -0.01 <= centre.x - half[0] <= centre.x + half[0] <= layout.size.width + 0.01
        assert -0.01 <= centre.y - half[1] <= centre.y + half[1] <= layout.size.height + 0.01


@given(graphs())
def test_each_arrow_leaves_its_first_box_and_arrives_at_its_second(graph: Graph) -> None:
    sizes, arrows = graph
    layout = lay_out(sizes, arrows)
    assert layout.arrows.keys() == {arrow for arrow in arrows if arrow[0] != arrow[1]}
    for (start, end), points in layout.arrows.items():
        for number, point in ((start, points[0]), (end, points[-1])):
            centre = layout.centres[number]
            assert point.x == centre.x
            assert abs(abs(point.y - centre.y) - sizes[number].height / 2) < 0.01


@given(graphs())
def test_without_circles_every_arrow_goes_down(graph: Graph) -> None:
    sizes, arrows = graph
    downwards = [(min(arrow), max(arrow)) for arrow in arrows]
    layout = lay_out(sizes, downwards)
    for points in layout.arrows.values():
        assert all(one.y <= other.y for one, other in pairwise(points))


def test_arrows_do_not_cross_where_they_need_not() -> None:
    sizes = dict.fromkeys("abcdef", Size(20, 10))
    layout = lay_out(sizes, [("a", "f"), ("b", "e"), ("c", "d")])
    places = {name: layout.centres[name].x for name in sizes}
    pairs = [("a", "f"), ("b", "e"), ("c", "d")]
    assert all((places[p] - places[r]) * (places[q] - places[s]) > 0 for (p, q), (r, s) in combinations(pairs, 2))


def test_an_arrow_passes_beside_the_boxes_between() -> None:
    sizes = dict.fromkeys("abc", Size(60, 20))
    layout = lay_out(sizes, [("a", "b"), ("b", "c"), ("a", "c")])
    passing = layout.arrows["a", "c"][2:4]
    assert all(abs(point.x - layout.centres["b"].x) > 30 for point in passing)
    assert passing[0].x == passing[1].x


def test_a_drawing_of_nothing_has_no_size() -> None:
    assert lay_out({}, []).size == Size(0, 0)
