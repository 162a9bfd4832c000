"""A bar chart of medians as SVG, with the span of the rounds as a line on each bar."""

from collections.abc import Mapping, Sequence
from html import escape

from deploy.bench.figures import Figure

WIDTH, LEFT, RIGHT, ROW, HEAD = 760, 210, 110, 26, 34


def drawn(charts: Mapping[str, Mapping[str, Figure]]) -> str:
    """One picture: for each title a chart with a bar for each name."""
    pieces: list[str] = []
    top = 10
    for title, bars in charts.items():
        pieces += _chart(title, bars, top)
        top += HEAD + ROW * len(bars) + 14
    return "\n".join(
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {top}"'
            ' font-family="sans-serif" font-size="13">',
            f'<rect width="{WIDTH}" height="{top}" fill="#fff"/>',
            *pieces,
            "</svg>\n",
        )
    )


def _chart(title: str, bars: Mapping[str, Figure], top: int) -> Sequence[str]:
    most = max((bar.most for bar in bars.values()), default=0.0) or 1.0
    unit = (WIDTH - LEFT - RIGHT) / most
    pieces = [f'<text x="10" y="{top + 18}" font-weight="bold">{escape(title)}</text>']
    for place, (name, bar) in enumerate(bars.items()):
        pieces += _bar(name, bar, top + HEAD + ROW * place, unit)
    return pieces


def _bar(name: str, bar: Figure, y: int, unit: float) -> Sequence[str]:
    middle, behind = y + 9, LEFT + unit * bar.most + 6
    colour = "#1f6f5c" if name.startswith("onewindow") or "stored" in name else "#9aa5b1"
    return (
        f'<text x="{LEFT - 8}" y="{y + 13}" text-anchor="end">{escape(name)}</text>',
        f'<rect x="{LEFT}" y="{y}" width="{unit * bar.median:.1f}" height="18" fill="{colour}"/>',
        f'<path d="M{LEFT + unit * bar.least:.1f} {middle}H{LEFT + unit * bar.most:.1f}"'
        ' stroke="#222"/>',
        f'<text x="{behind:.1f}" y="{y + 13}">{escape(str(bar))}</text>',
    )
