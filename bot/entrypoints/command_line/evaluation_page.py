"""The page of `overture nlu evaluate`: one file, no script, light and dark."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cache
from html import escape
from pathlib import Path

from bot.nlu.evaluate import Bin, EntityError, Figures, Verdict, macro
from bot.nlu.report import Report

MOST_CONFUSED, MOST_PAIRS, MOST_EXAMPLES, MOST_ROWS = 30, 24, 5, 60
"""What the page shows at most of intents in the picture, of pairs, of each pair's examples, and of any other list."""

FAINTEST, HOTTEST = 0.16, 0.75
"""Of the colour behind a number of confusions: beyond, the number would be hard to read on it."""

NOTHING_JUDGED = (
    "Nothing could be judged: no intent has three examples, of which one could be held back. Write more, or judge "
    "messages of your own with --test."
)

SIZE, MARGIN, LARGEST_DOT = 300.0, 44.0, 11.0
"""The calibration curve, in pixels: its side, the room for what is written at it, and the radius of its largest dot."""


def percent(share: float) -> str:
    return f"{share:.1%}"


def evaluation_page(title: str, report: Report) -> str:
    """The whole page, with no reference to anything outside."""
    sections = [
        ("advice", "What to do", "What an author can change, with the gain that can be expected.", _advice(report)),
        ("confusion", "Confusions", "Rows are what was meant, columns what it was taken for.", _picture(report)),
        ("pairs", "Worst pairs", "With the messages that were mistaken, surest first.", _pairs(report)),
        ("intents", "Intents", "The weakest first.", _figures("Intent", report.intents)),
        ("calibration", "Confidence", "On the line, confidence means what it says.", _curve(report.bins)),
        ("scope", "Out of scope", "Messages about nothing that the assistant knows.", _scope(report)),
        (
            "entities",
            "Entities",
            "Right where label, first and last character are.",
            _figures("Entity", report.entities) + _entity_errors(report.entity_errors) if report.entities else "",
        ),
    ]
    of_verdicts = {"confusion", "pairs", "intents", "calibration", "scope"} if not report.verdicts else set()
    shown = [section for section in sections if section[3] and section[0] not in of_verdicts]
    links = "".join(f'<li><a href="#{anchor}">{escape(name)}</a></li>' for anchor, name, _, _ in shown)
    body = "".join(
        f'<section id="{anchor}">\n<h2>{escape(name)}</h2>\n<p class="about">{escape(about)}</p>\n{content}</section>\n'
        for anchor, name, about, content in shown
    )
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>\n{_style()}</style>\n</head>\n<body>\n"
        f'<header>\n<h1>{escape(title)}</h1>\n<p class="about">{len(report.verdicts)} messages judged: '
        f"{escape(report.how)}. {report.examples} examples are known.</p>\n{_cards(report)}"
        f'<nav aria-label="Contents"><ul>{links}</ul></nav>\n</header>\n<main>\n{body}</main>\n</body>\n</html>\n'
    )


@cache
def _style() -> str:
    return (Path(__file__).parent / "evaluation" / "evaluation.css").read_text(encoding="utf-8")


def _cards(report: Report) -> str:
    if not report.verdicts:
        return f'<p class="about">{escape(NOTHING_JUDGED)}</p>\n'
    cards = [
        ("Right intent", percent(report.accuracy), "the likeliest intent is the one that was meant"),
        ("Right and understood", percent(report.answered), "what customers would have been answered"),
        ("F1, mean of intents", percent(macro(report.intents).f1), "each intent counts alike"),
        ("Calibration error", percent(report.calibration_error), "how far confidence is from the truth"),
    ]
    if report.scope is not None:
        cards.append(("Out of scope refused", percent(report.scope.recall), f"of {report.scope.count} messages"))
    if report.entities:
        cards.append(("Entities, F1", percent(macro(report.entities).f1), "mean over what is annotated"))
    items = "".join(f"<div><dt>{name}</dt><dd>{value}<small>{more}</small></dd></div>" for name, value, more in cards)
    return f'<dl class="cards">{items}</dl>\n'


# ---------------------------------------------------------------- what to do


def _advice(report: Report) -> str:
    merges = [
        f"<li><b>{escape(one.one)}</b> and <b>{escape(one.other)}</b> could be one intent: {escape(one.reason)}. "
        f'<span class="gain">accuracy +{100 * one.gain:.1f} points</span></li>'
        for one in report.merges
    ]
    duplicates = [
        f'<li><span class="pair">{_quoted(pair.one.text)} {_intent(pair.one.intent)} {_place(str(pair.one.place))}'
        f"<br>{_quoted(pair.other.text)} {_intent(pair.other.intent)} {_place(str(pair.other.place))}</span> "
        f"<small>alike in meaning {pair.by_meaning:.2f}, in words {pair.by_words:.2f}</small></li>"
        for pair in report.duplicates
    ]
    thin = [f"<li><b>{escape(one.intent)}</b> {escape(one.advice)}.</li>" for one in report.thin]
    return "".join(
        _list(title, items)
        for title, items in (
            ("Better as one intent", merges),
            ("Nearly the same in two intents", duplicates),
            ("Too few or too uniform examples", thin),
        )
        if items
    )


def _list(title: str, items: Sequence[str]) -> str:
    rest = f"<li>and {len(items) - MOST_ROWS} more, in report.json</li>" if len(items) > MOST_ROWS else ""
    return f"<h3>{title} <small>{len(items)}</small></h3>\n<ul>{''.join(items[:MOST_ROWS])}{rest}</ul>\n"


# ---------------------------------------------------------------- confusions


def _picture(report: Report) -> str:
    """A heat map of the intents that are confused; rightly understood ones would only make it larger."""
    counts = {(one.wanted, one.taken): len(one.verdicts) for one in report.confused}
    if not counts:
        return "<p>None: every message has its intent.</p>\n"
    mistakes: Counter[str] = Counter()
    for (wanted, taken), count in counts.items():
        mistakes.update({wanted: count, taken: count})
    names = sorted(name for name, _ in mistakes.most_common(MOST_CONFUSED))
    support = Counter(one.example.intent for one in report.verdicts)
    head = "".join(f'<th scope="col"><span>{escape(name)}</span></th>' for name in names)
    rows = "".join(
        f'<tr><th scope="row">{escape(row)}</th>'
        + "".join(_cell(row, column, counts.get((row, column), 0), support[row]) for column in names)
        + "</tr>\n"
        for row in names
    )
    left_out = len(mistakes) - len(names)
    note = f'<p class="about">{left_out} intents with fewer mistakes are left out.</p>\n' if left_out else ""
    return (
        '<div class="wide" tabindex="0" role="region" aria-label="Confusions">'
        f'<table class="heat"><thead><tr><td></td>{head}</tr></thead>\n<tbody>{rows}</tbody></table></div>\n{note}'
    )


def _cell(row: str, column: str, count: int, of: int) -> str:
    if row == column:
        return '<td class="same" aria-label="the same"></td>'
    if not count:
        return "<td></td>"
    share = count / of if of else 1.0
    title = escape(f"{row} taken for {column}: {count} of {of}")
    kind, heat = "hot strong" if share > 0.3 else "hot", FAINTEST + (HOTTEST - FAINTEST) * min(1.0, 2 * share)
    return f'<td class="{kind}" style="--heat:{heat:.2f}" title="{title}">{count}</td>'


def _pairs(report: Report) -> str:
    items = [
        f"<li><h3>{_intent(one.wanted)} taken for {_intent(one.taken)} <small>{len(one.verdicts)} times</small></h3>\n"
        f"<ul>{''.join(map(_message, one.verdicts[:MOST_EXAMPLES]))}</ul></li>\n"
        for one in report.confused[:MOST_PAIRS]
    ]
    return f'<ul class="pairs">{"".join(items)}</ul>\n' if items else ""


def _message(verdict: Verdict) -> str:
    refused = "" if verdict.understood else ", not understood"
    return (
        f"<li>{_quoted(verdict.example.text)} <small>{percent(verdict.confidence)} sure{refused}</small> "
        f"{_place(str(verdict.example.place))}</li>"
    )


# ---------------------------------------------------------------- tables


def _figures(label: str, figures: Sequence[Figures]) -> str:
    rows = "".join(
        f'<tr><th scope="row">{escape(one.label)}</th>{_share(one.precision)}{_share(one.recall)}{_share(one.f1)}'
        f'<td class="count">{one.support}</td></tr>\n'
        for one in figures
    )
    head = "".join(f'<th scope="col">{name}</th>' for name in (label, "Precision", "Recall", "F1", "Messages"))
    return (
        f'<div class="wide" tabindex="0" role="region" aria-label="{label} figures"><table class="figures">'
        f"<thead><tr>{head}</tr></thead>\n<tbody>{rows}</tbody></table></div>\n"
    )


def _share(share: float) -> str:
    return f'<td class="share" style="--share:{100 * share:.0f}%">{percent(share)}</td>'


def _entity_errors(errors: Sequence[EntityError]) -> str:
    items = [
        f"<li><b>{escape(one.label)}</b> {_quoted(one.words)} "
        f"{'found, but not annotated' if one.found else 'annotated, but not found'}: "
        f"{_quoted(one.example.text)} {_place(str(one.example.place))}</li>"
        for one in errors
    ]
    return _list("Differences", items) if items else ""


def _scope(report: Report) -> str:
    if report.scope is None:
        return ""
    scope = report.scope
    rows = (
        ("Refused (recall)", percent(scope.recall)),
        ("Of what is refused, rightly so (precision)", percent(scope.precision)),
        ("In scope: right and understood", percent(scope.accuracy)),
        ("AUROC: how often a message in scope is surer", percent(scope.auroc)),
    )
    table = "".join(f'<tr><th scope="row">{name}</th><td class="count">{value}</td></tr>' for name, value in rows)
    taken = [
        f"<li>{_quoted(one.example.text)} taken for {_intent(one.intent)} "
        f"<small>{percent(one.confidence)} sure</small> {_place(str(one.example.place))}</li>"
        for one in sorted(report.strangers, key=lambda one: -one.confidence)
        if one.accepted
    ]
    return f'<table class="figures">{table}</table>\n' + (_list("Understood all the same", taken) if taken else "")


# ---------------------------------------------------------------- the calibration curve


def _curve(bins: Iterable[Bin]) -> str:
    """Accuracy over confidence; a dot's area grows with its messages."""
    points = [(_x(one.confidence), _y(one.accuracy), one) for one in bins]
    if not points:
        return ""
    most = max(one.count for _, _, one in points)
    ticks = "".join(
        f'<path class="grid" d="M{_x(share):g} {_y(0):g}V{_y(1):g}M{_x(0):g} {_y(share):g}H{_x(1):g}"/>'
        f'<text x="{_x(share):g}" y="{_y(0) + 18:g}">{share:.0%}</text>'
        f'<text class="side" x="{_x(0) - 8:g}" y="{_y(share) + 4:g}">{share:.0%}</text>'
        for share in (0.0, 0.25, 0.5, 0.75, 1.0)
    )
    line = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y, _ in points)
    dots = "".join(
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{_radius(one.count / most):.1f}"><title>{one.count} messages: '
        f"{percent(one.confidence)} sure, {percent(one.accuracy)} right</title></circle>"
        for x, y, one in points
    )
    width, height = _x(1) + LARGEST_DOT + 8, _y(0) + MARGIN
    return (
        f'<figure><svg viewBox="0 0 {width:g} {height:g}" width="{width:g}" role="img" '
        f'aria-label="How often messages were right, by how sure their reading was">{ticks}'
        f'<path class="ideal" d="M{_x(0):g} {_y(0):g}L{_x(1):g} {_y(1):g}"/><path class="curve" d="{line}"/>{dots}'
        f'<text x="{_x(0.5):g}" y="{height - 4:g}">confidence</text>'
        f'<text class="side" transform="translate(12 {_y(0.5):g}) rotate(-90)" style="text-anchor:middle">right</text>'
        "</svg></figure>\n"
    )


def _radius(share: float) -> float:
    return 3 + (LARGEST_DOT - 3) * math.sqrt(share)


def _x(share: float) -> float:
    return MARGIN + 8 + SIZE * share


def _y(share: float) -> float:
    return LARGEST_DOT + 1 + SIZE * (1 - share)


# ---------------------------------------------------------------- words


def _quoted(text: str) -> str:
    return f"<q>{escape(text)}</q>"


def _intent(name: str) -> str:
    return f"<code>{escape(name)}</code>"


def _place(place: str) -> str:
    return f'<span class="place">{escape(place)}</span>'
