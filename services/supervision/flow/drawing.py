"""A map as SVG: tasks as boxes from the opening downward, edges as thick as they are frequent.

What takes most of the whole time is darkest; the figures stand beside it, so that colour is never
all that says so. No script, and no style within: on a page its style sheet has the classes, and a
picture that stands alone is given them.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from math import sqrt

from services.supervision.flow.flows import END, START, Edge, Flow, Node
from services.supervision.flow.geometry import (
    HEIGHT,
    PILL,
    WIDTH,
    Area,
    Point,
    corner,
    free,
    line,
    size,
)
from services.supervision.flow.layout import Layout, layout
from services.supervision.flow.lettering import two_lines, width
from services.supervision.flow.thinning import RARE, drawn
from services.supervision.flow.words import Words, percent

LETTERS = 23
"""Half-width letters that fit on a line of a box."""
HEATS = (0.02, 0.05, 0.1, 0.2)
"""Shares of the whole time from which on a part is one shade darker."""
WIDE = 960
"""Pixels from which on a picture may be drawn smaller than it is."""
TALL = 24
"""The height of a label: as much as a finger or a bad hand needs (WCAG 2.2, 2.5.8)."""
THINNEST, THICKEST = 1.2, 8.0

Link = Callable[[str, str], str]


def no_link(_before: str, _after: str) -> str:
    """A picture that leads nowhere."""
    return ""


def heat(share: float) -> int:
    """How dark a part is that takes this share of the whole time: 0 to 4."""
    return sum(share >= it for it in HEATS)


def svg(flow: Flow, words: Words, *, link: Link = no_link, rare: float = RARE) -> str:
    """The picture of a map; `link` gives the address behind a task (`task, ""`) or an edge."""
    edges = drawn(flow, rare)
    tasks = [START, *(it.task for it in flow.nodes), END]
    picture = _Picture(
        where=layout(tasks, {(it.before, it.after): it.count for it in edges}, START, END),
        shares={(it.before, it.after): it.share for it in flow.bottlenecks if it.part != "stopped"},
        most=max((it.count for it in edges), default=1),
        words=words,
        link=link,
    )
    return "\n".join(picture.lines(flow.nodes, edges))


@dataclass(frozen=True, kw_only=True)
class _Picture:
    where: Layout
    shares: Mapping[tuple[str, str], float]
    most: int
    words: Words
    link: Link

    def lines(self, nodes: Sequence[Node], edges: Sequence[Edge]) -> Iterator[str]:
        across, down = size(self.where)
        names = "flow-map flow-wide" if across > WIDE else "flow-map"
        yield (
            f'<svg xmlns="http://www.w3.org/2000/svg" class="{names}" role="group"'
            f' viewBox="0 0 {across} {down}" width="{across}" height="{down}">'
        )
        yield f"<defs>{''.join(_arrow(shade) for shade in range(len(HEATS) + 1))}</defs>"
        yield from map(self._line, edges)
        yield from map(self._end, (START, END))
        yield from map(self._box, nodes)
        taken = [self._area(it.task) for it in nodes]
        yield from (self._label(it, taken) for it in edges)  # over everything else
        yield "</svg>"

    def _line(self, it: Edge) -> str:
        shade = heat(self.shares.get((it.before, it.after), 0.0))
        thick = THINNEST + (THICKEST - THINNEST) * sqrt(it.count / self.most)
        path = line(self.where, it.before, it.after).path
        return (
            f'<path class="flow-edge flow-heat-{shade}" d="{path}" stroke-width="{thick:.1f}"'
            f' marker-end="url(#flow-arrow-{shade})"/>'
        )

    def _area(self, task: str) -> Area:
        x, y = corner(self.where, task)
        return Area(middle=(x + WIDTH / 2, y + HEIGHT / 2), width=WIDTH, height=HEIGHT)

    def _label(self, it: Edge, taken: list[Area]) -> str:
        text = f"{self.words.times(it.count)} · {self.words.time(it.waiting.median)}"
        across = 6.3 * width(text) + 8
        spots = line(self.where, it.before, it.after).spots
        x, y = free(spots, across, TALL, taken).middle
        inner = (
            f'<rect class="flow-label" x="{x - across / 2:.0f}" y="{y - TALL / 2:.0f}" rx="4"'
            f' width="{across:.0f}" height="{TALL}"/>{_text("flow-small", (x, y + 4), text)}'
        )
        told = self.words.edge(it, self.shares.get((it.before, it.after), 0.0))
        return self._linked(it.before, it.after, told, inner)

    def _box(self, it: Node) -> str:
        (x, y), share = corner(self.where, it.task), self.shares.get((it.task, ""), 0.0)
        middle = x + WIDTH / 2
        title = two_lines(self.words.title(it.task), LETTERS)
        top = y + (25 if len(title) == 1 else 19)
        inner = [
            f'<rect class="flow-box flow-heat-{heat(share)}" x="{x:.0f}" y="{y:.0f}"'
            f' width="{WIDTH}" height="{HEIGHT}" rx="8"/>',
            *(_text("flow-title", (middle, top + 15 * i), it) for i, it in enumerate(title)),
            _text("flow-small", (middle, y + HEIGHT - 9), self._figures(it, share)),
        ]
        return self._linked(it.task, "", self.words.node(it, share), "".join(inner))

    def _figures(self, it: Node, share: float) -> str:
        """A log may know no more of a task than when it ended."""
        times = self.words.times(it.count)
        if not it.handling.total:
            return times
        return f"{times} · {self.words.time(it.handling.median)} · {percent(share)}"

    def _end(self, end: str) -> str:
        x, y = corner(self.where, end)
        x, y = x + WIDTH / 2, y + HEIGHT / 2
        return (
            f'<rect class="flow-end" x="{x - 52:.0f}" y="{y - PILL:.0f}" width="104"'
            f' height="{2 * PILL}" rx="{PILL}"/>'
            + _text("flow-title", (x, y + 5), self.words.title(end))
        )

    def _linked(self, before: str, after: str, told: str, inner: str) -> str:
        """What leads to the cases behind it; its title, which is read out, has all its figures."""
        address, told = self.link(before, after), escape(told)
        if not address:
            return f"<g><title>{told}</title>{inner}</g>"
        return f'<a href="{escape(address)}"><title>{told}</title>{inner}</a>'


def _text(name: str, at: Point, text: str) -> str:
    return f'<text class="{name}" x="{at[0]:.0f}" y="{at[1]:.0f}">{escape(text)}</text>'


def _arrow(shade: int) -> str:
    return (
        f'<marker id="flow-arrow-{shade}" viewBox="0 0 10 10" refX="1" refY="5" orient="auto"'
        ' markerUnits="userSpaceOnUse" markerWidth="11" markerHeight="11">'
        f'<path class="flow-head flow-heat-{shade}" d="M0 0L10 5L0 10z"/></marker>'
    )
