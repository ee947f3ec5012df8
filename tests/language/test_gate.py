"""The gate lets through all that the rules match: the same matches, cues and findings with and without it."""

from __future__ import annotations

import json
import os
import re
from bisect import bisect_left
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from medspacy.common.regex_matcher import RegexMatcher
from medspacy.context import ConTextGraph, ConTextModifier
from spacy.tokens import Span

from extractor.files import patterns_folder, sample_notes_folder
from extractor.findings import find_all
from extractor.language import gate as gate_module
from extractor.language.gate import Gate, Lines
from extractor.language.nlp import Reader, document
from extractor.language.reading import Reading
from extractor.language.rules import load_rules
from extractor.records import Finding, Note

RULES = load_rules(patterns_folder())
ALL = [*RULES.targets, *RULES.cues]
LABELLED = Path(os.environ.get("TRIALSCREEN_DEV", Path(__file__).parents[3] / "shared" / "dev"))
EXAMPLES = [text for rule in ALL for text in (*rule.spec.examples.match, *rule.spec.examples.no_match)]
PIECES = st.one_of(
    st.sampled_from(EXAMPLES),
    st.sampled_from(EXAMPLES).map(str.upper),
    st.sampled_from(EXAMPLES).flatmap(lambda text: st.integers(0, len(text)).map(lambda cut: text[cut:])),
    st.sampled_from(
        [" ", "\n", ". ", "-", "(", "no ", "not ", "é", "ß", "İ", "ı", "ſ", "\u212a", "µ", "²", "٣", "_", "1", ","]
    ),
    st.text(max_size=6),
)
TEXTS = st.lists(PIECES, max_size=12).map("".join)
SETTINGS = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def gate() -> Gate:
    return Gate.of([rule.pattern for rule in ALL])


@pytest.fixture(scope="module")
def gated() -> Reader:
    return Reader(RULES, gate_after=0)


@pytest.fixture(scope="module")
def ungated() -> Reader:
    return Reader(RULES, gate_after=None)


def missed(gate: Gate, text: str) -> list[tuple[str, int]]:
    """Matches of the rules that begin where the gate lets nothing through."""
    places = gate.scan(text)
    return [
        (rule.id, match.start())
        for number, rule in enumerate(ALL)
        for match in rule.pattern.finditer(text)
        if (at := places.get(number, ())) is not None and match.start() not in at
    ]


def labelled_texts() -> Iterator[str]:
    for name in ("patients", "snippets", "real"):
        for line in (LABELLED / f"{name}.jsonl").read_text(encoding="utf-8").splitlines():
            data = json.loads(line)
            yield from [note["text"] for note in data["notes"]] if "notes" in data else [data["text"]]


def findings(reader: Reader, text: str) -> list[Finding]:
    return find_all(reader.read(Note(text)))


@pytest.mark.parametrize("parser", [None, SimpleNamespace(parse=lambda *_: []), SimpleNamespace()])
def test_without_the_known_parser_every_rule_searches(parser: object, monkeypatch: pytest.MonkeyPatch) -> None:
    assert gate_module.available()
    gate_module.available.cache_clear()
    monkeypatch.setattr(gate_module, "parser", parser)
    try:
        reader = Reader(RULES, gate_after=0)
    finally:
        gate_module.available.cache_clear()
    assert reader._gate_after is None
    assert [f.concept for f in findings(reader, "ECOG 1.")] == ["performance_status"]


def test_every_example_passes(gate: Gate) -> None:
    assert [text for text in EXAMPLES if missed(gate, text)] == []
    assert missed(gate, "\n".join(EXAMPLES)) == []


def test_every_match_in_the_sample_notes_passes(gate: Gate) -> None:
    for path in sorted(sample_notes_folder().glob("*.txt")):
        text = path.read_text(encoding="utf-8")
        assert missed(gate, text) == []
        assert missed(gate, text.upper()) == []


@SETTINGS
@given(text=TEXTS)
def test_every_match_in_any_text_passes(text: str, gate: Gate) -> None:
    assert missed(gate, text) == []


@SETTINGS
@given(text=TEXTS)
def test_findings_are_the_same_without_the_gate(text: str, gated: Reader, ungated: Reader) -> None:
    assert findings(gated, text) == findings(ungated, text)


@pytest.mark.skipif(not LABELLED.is_dir(), reason="the labelled notes are not here")
def test_findings_of_the_labelled_notes_are_the_same_without_the_gate(gated: Reader, ungated: Reader) -> None:
    different = sum(findings(gated, text) != findings(ungated, text) for text in labelled_texts())
    assert different == 0  # their texts are never shown


def test_the_gate_holds_back_most(gate: Gate) -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in sorted(sample_notes_folder().glob("*.txt")))
    places = [at for at in gate.scan(text).values() if at is not None and not isinstance(at, Lines)]
    assert sum(map(len, places)) < 4 * len(text)  # of len(ALL) times its length


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (r"\d+(?=mm)", "a 12mm b"),
        (r"(?<![\w/])x|(?<=\d)y", "x 1y /x y"),
        (r"\bnode\b", "node anode node."),
        (r"(?:\w+ ){0,2}?lesion", "the left lesion"),
        (r"(a|b)\1", "ab bb"),
        (r"^ab", "ab\nab"),
        (r"(?m)^ab", "ab\nab"),
        (r"[^\W\d]x", "éx 1x _x"),
        (r"(?s:.)q", "\nq"),
        (r"straße", "STRASSE Straße"),
        (r"k[is]", "\u212aI \u212aſ kı"),
        (r"(?-i:PR)", "pr PR"),
        (r"(?i:x(?-i:Y))", "XY Xy"),
        (r"a?b", "ab b"),
        (r"\Bnib", "tinib nib"),
        (r"(?:)x", "x"),
        (r"(?=ab)a", "ab ac"),
        (r"x{2,3}+y", "xxy xxxy xy"),
    ],
)
def test_expressions(pattern: str, text: str) -> None:
    expression = re.compile(pattern, re.IGNORECASE)
    places = Gate.of([expression]).scan(text).get(0, ())
    assert places is None or all(match.start() in places for match in expression.finditer(text))


@pytest.mark.parametrize(
    ("pattern", "lines"),
    [
        (r"(?:\w+ ){0,2}lesion(?![ ]\w)", True),
        (r"(?:\w+ ){0,2}lesion(?=[^.]{0,3}b)", False),
        (r"(?:\w+ ){0,2}lesion$", True),
        (r"(?:\w+ ){0,2}lesion(?=[ ]b\n|[\n,])", True),
        (r"(?:\w+ ){0,2}lesion(?=\n[\na])", False),
        (r"(?:\w+ ){0,2}lesion(?!(?:\n|,)l)", False),
        (r"(?:\w+\s){0,2}lesion", False),
        (r"(?s:\w+.){0,2}lesion", False),
    ],
)
def test_a_rule_that_stays_in_its_line_is_searched_there_only(pattern: str, lines: bool) -> None:
    expression = re.compile(pattern, re.IGNORECASE)
    text = "no change\nthe lesion\n\na lesion b\nold left\nlesion"
    places = Gate.of([expression]).scan(text)[0]
    assert isinstance(places, Lines) is lines
    if isinstance(places, Lines):
        lines_found = [text[start:end] for start, end in places.spans]
        assert "no change\n" not in lines_found and {"the lesion\n", "a lesion b\n", "lesion"} <= {*lines_found}
        found = [match.span() for match in places.matches(expression, text)]
        assert found == [match.span() for match in expression.finditer(text)]


def medspacy_says(reader: Reader, reading: Reading) -> list[tuple[str, int, int, list[str]]]:
    """Rule, place and cues of each mention by medspaCy's own matcher and graph over the whole text."""
    doc, _ = document(reader.vocab, reading.text, [sentence.start for sentence in reading.sentences])
    matcher = RegexMatcher(reader.vocab)
    for rule in ALL:
        matcher.add(rule.id, [rule.pattern.pattern])
    rules = {rule.id: rule for rule in ALL}
    numbers = {rule.id: number for number, rule in enumerate(RULES.cues)}
    targets: list[Span] = []
    modifiers: list[ConTextModifier] = []
    for key, start, end in matcher(doc):
        rule = rules[reader.vocab.strings[key]]
        if rule.id in numbers:
            modifiers.append(ConTextModifier(reader.context[numbers[rule.id]], start, end, doc))
        else:
            targets.append(Span(doc, start, end, label=rule.category, span_id=rule.id))
    graph = ConTextGraph(targets=targets, modifiers=modifiers)
    graph.update_scopes()
    graph.apply_modifiers()
    cues: dict[Span, set[str]] = {}
    for target, modifier in graph.edges:
        begin, end = modifier.modifier_span
        if not any(
            other.modifier_span[0] < end
            and begin < other.modifier_span[1]
            and len(other) > end - begin
            and other.allows(target.label_)
            for other in graph.modifiers
        ):
            cues.setdefault(target, set()).add(modifier.category)
    return sorted((t.id_, t.start_char, t.end_char, sorted(cues.get(t, ()))) for t in targets)


def test_medspacy_itself_says_the_same(gated: Reader) -> None:
    for path in sorted(sample_notes_folder().glob("*.txt")):
        reading = gated.read(Note(path.read_text(encoding="utf-8")))
        if len(reading.text) > 900:  # longer notes are read in pieces
            reading = gated.read(Note(reading.text[:850]))
        doc, edges = document(gated.vocab, reading.text, ())
        edges.append(len(reading.text))
        widened = [
            (
                mention.rule,
                max(edge for edge in edges if edge <= mention.start),
                doc[bisect_left(edges, mention.end) - 1].idx + len(doc[bisect_left(edges, mention.end) - 1]),
                sorted(mention.qualifiers.cues),
            )
            for category in {rule.category for rule in RULES.targets}
            for mention in reading.of(category)
        ]
        assert sorted(widened) == medspacy_says(gated, reading)
