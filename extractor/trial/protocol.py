"""A trial's protocol: which criteria it has, of which kind, with which parameters and words.

A protocol is a YAML file (``docs/protocols.md``). Numbers and wording stand there; here stands only
what a criterion may look like. Every mistake in a file is one line that names file, line, criterion.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StrictBool,
    StrictFloat,
    StrictInt,
    StrictStr,
    TypeAdapter,
    ValidationError,
    model_validator,
)
from pydantic_core import ErrorDetails

from extractor.files import Place, RuleFileError, YamlFile, parse_yaml, patterns_folder, read_yaml

Number = Annotated[StrictInt | StrictFloat, Field(ge=0, allow_inf_nan=False)]
Days = Annotated[int, Field(gt=0, strict=True)]
Name = Annotated[str, Field(min_length=1, strict=True)]
Category = StrictBool | StrictStr

NumberFact = Literal["age_years", "ecog", "cycles", "months", "line"]
CountFact = Literal["extracranial_metastases", "cranial_metastases"]
CategoryFact = Literal["sex", "histology", "tissue_confirmed", "response", "contraception", "consent"]

CATEGORIES: Mapping[str, tuple[Category, ...]] = {
    "sex": ("female", "male"),
    "histology": ("nsclc", "sclc", "other"),
    "tissue_confirmed": (True, False),
    "response": ("CR", "PR", "SD", "PD", "mixed", "NE"),
    "contraception": (True, False, "not_applicable"),
    "consent": (True, False),
}
"""The values that a fact of few values may have."""


class ProtocolError(RuleFileError):
    """A protocol that cannot be used. Its message is one line: file, line, criterion, what is wrong."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Rule(_Strict):
    """What all kinds share: ``ask`` is the question to put where the notes leave the matter open."""

    ask: Name | None = None


class _Limits(_Rule):
    min: Number | None = None
    max: Number | None = None

    @model_validator(mode="after")
    def _bounded(self) -> Self:
        if self.min is None and self.max is None:
            raise ValueError("give 'min', 'max' or both")
        if self.min is not None and self.max is not None and self.min > self.max:
            raise ValueError(f"'min' {self.min} is above 'max' {self.max}")
        return self


class Threshold(_Limits):
    """A number, or an interval of one, within limits. An interval across a limit is unknown.

    Attributes:
        max_age_days: How old the statement may be at the as-of date; an older one is unknown.
    """

    kind: Literal["threshold"]
    fact: NumberFact
    max_age_days: Days | None = None


class IntervalCount(_Limits):
    """A count of metastases within limits; it is an interval that may have no upper bound.

    Attributes:
        leptomeningeal: ``not_met`` when leptomeningeal spread fails the criterion whatever the limit.
    """

    kind: Literal["interval_count"]
    fact: CountFact
    leptomeningeal: Literal["not_met"] | None = None


class InCategory(_Rule):
    """A fact that is one of a few values: those that meet, those that fail; any other is unknown."""

    kind: Literal["category"]
    fact: CategoryFact
    met: tuple[Category, ...] = Field(min_length=1)
    not_met: tuple[Category, ...] = ()

    @model_validator(mode="after")
    def _known_values(self) -> Self:
        allowed = CATEGORIES[self.fact]
        for value in (*self.met, *self.not_met):
            # by type too: the word "True" and the number 1 are no booleans
            if not any(value == known and type(value) is type(known) for known in allowed):
                raise ValueError(f"{_written(value)} is no value of '{self.fact}'; it has {_listed(allowed)}")
        both = [value for value in self.met if value in self.not_met]
        if both:
            raise ValueError(f"{_written(both[0])} stands in both 'met' and 'not_met'")
        return self


class Stage(_Rule):
    """The stage before treatment, by its group or an explicit M category.

    Attributes:
        groups: Accepted groups, e.g. ``IV`` (IVA and IVB with it) or ``IIIA``.
    """

    kind: Literal["stage"]
    groups: tuple[Annotated[str, Field(pattern=r"^(?:I|II|III|IV)(?:[A-C][0-9]?)?$")], ...] = Field(min_length=1)


class FirstLineTherapy(_Rule):
    """How long the first line was given: in completed cycles, or in months where none are counted.

    Attributes:
        min_cycles: Completed cycles that suffice.
        max_cycles: More than these need a person, whatever the months.
        min_months: Months that suffice.
        min_days: Days that count as ``min_months``, or None for the months alone.
    """

    kind: Literal["first_line_therapy"]
    min_cycles: Annotated[int, Field(gt=0, strict=True)]
    max_cycles: Annotated[int, Field(gt=0, strict=True)]
    min_months: Number
    min_days: Days | None = None

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.min_cycles > self.max_cycles:
            raise ValueError(f"'min_cycles' {self.min_cycles} is above 'max_cycles' {self.max_cycles}")
        return self


class Amenability(_Rule):
    """Whether what remains can be treated radically by surgery or radiotherapy.

    Attributes:
        scope: ``all`` (the primary and every remaining metastasis) or ``cranial``.
        when_not: What a "not possible" means: the criterion fails, or a person decides.
    """

    kind: Literal["amenability"]
    scope: Literal["all", "cranial"]
    when_not: Literal["not_met", "unknown"] = "not_met"


class Treatment(_Strict):
    """A pattern of local treatments. What is not given may be anything.

    Attributes:
        procedure: surgery, radiotherapy or ablation.
        target: The primary or a metastatic site.
        modality: Words, one of which the treatment's modality holds.
        palliative: Whether it was palliative.
        cavity: Whether it went to a resection cavity.
        diagnostic: Whether it was done for the diagnosis.
        max_count: How many lesions at most.
    """

    procedure: Literal["surgery", "radiotherapy", "ablation"] | None = None
    target: tuple[Name, ...] = ()
    modality: tuple[Name, ...] = ()
    palliative: StrictBool | None = None
    cavity: StrictBool | None = None
    diagnostic: StrictBool | None = None
    max_count: Annotated[int, Field(gt=0, strict=True)] | None = None


class PriorLocalTherapy(_Rule):
    """Which local treatments may have come before. The lists are tried in this order.

    Attributes:
        not_counted: Treatments that say nothing here, e.g. of the primary.
        person_decides: Treatments that a person must weigh.
        allowed: Treatments that the protocol allows.
        excluded: Treatments that fail the criterion. What no list names, a person weighs.
        allowed_together: How many allowed ones may come together; more need a person.
    """

    kind: Literal["prior_local_therapy"]
    not_counted: tuple[Treatment, ...] = ()
    person_decides: tuple[Treatment, ...] = ()
    allowed: tuple[Treatment, ...] = ()
    excluded: tuple[Treatment, ...] = Field(min_length=1)
    allowed_together: Annotated[int, Field(gt=0, strict=True)] = 1


class AllOf(_Rule):
    """Met when every part is met, not met as soon as one part is not."""

    kind: Literal["all_of"]
    parts: tuple[Rule, ...] = Field(min_length=1)


class AnyOf(_Rule):
    """Met as soon as one part is met, not met when no part is."""

    kind: Literal["any_of"]
    parts: tuple[Rule, ...] = Field(min_length=1)


Rule = Annotated[
    Threshold | IntervalCount | InCategory | Stage | FirstLineTherapy | Amenability | PriorLocalTherapy | AllOf | AnyOf,
    Field(discriminator="kind"),
]
AllOf.model_rebuild()
AnyOf.model_rebuild()
_RULE: TypeAdapter[Rule] = TypeAdapter(Rule)


class NothingResidual(_Strict):
    """A warning when all the counts are known to be zero."""

    kind: Literal["nothing_residual"]
    facts: tuple[CountFact, ...] = Field(min_length=1)
    text: Name


class OldNegativeScan(_Strict):
    """A warning when a count is zero by a scan that is too old. ``{date}`` in the text is the scan's."""

    kind: Literal["old_negative_scan"]
    fact: CountFact
    max_age_days: Days
    text: Name


class _Head(_Strict):
    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", strict=True)]
    text: Name
    needed_from: Literal["notes", "at_visit"]


class _File(_Strict):
    id: Name
    version: Name
    title: Name
    description: str = ""
    criteria: list[dict[str, Any]] = Field(min_length=1)
    warnings: tuple[Annotated[NothingResidual | OldNegativeScan, Field(discriminator="kind")], ...] = ()


@dataclass(frozen=True, slots=True)
class Criterion:
    """One criterion of a protocol.

    Attributes:
        id: Its id, as in reports.
        text: What the protocol asks, in its words.
        at_visit: Whether it is settled at the visit, so that an unknown holds no verdict back.
        rule: What decides it.
    """

    id: str
    text: str
    at_visit: bool
    rule: Rule


@dataclass(frozen=True, slots=True)
class Protocol:
    """A trial's protocol, checked.

    Attributes:
        id: Its short name.
        version: Its version, as text.
        title: Its full name.
        description: What it is about; may be empty.
        criteria: All must hold, in the protocol's order.
        warnings: What a screener should be told beside the verdict.
        path: The file it was read from.
    """

    id: str
    version: str
    title: str
    description: str
    criteria: tuple[Criterion, ...]
    warnings: tuple[NothingResidual | OldNegativeScan, ...]
    path: Path


def load_protocol(path: Path | str | None = None) -> Protocol:
    """Read and check a protocol; without a path, the one that ships.

    Raises:
        ProtocolError: One line with file, line, criterion and what is wrong.
    """
    chosen = patterns_folder() / "protocols" / "lat-nsclc.yaml" if path is None else Path(path)
    try:
        return _protocol(read_yaml(chosen))
    except RuleFileError as error:
        raise ProtocolError(str(error)) from error


def parse_protocol(text: str, name: str) -> Protocol:
    """Check the text of a protocol file that is not written yet.

    Args:
        text: The text.
        name: What messages call the file.

    Raises:
        ProtocolError: One line with name, line, criterion and what is wrong.
    """
    try:
        return _protocol(parse_yaml(text, Path(name)))
    except RuleFileError as error:
        raise ProtocolError(str(error)) from error


def _protocol(file: YamlFile) -> Protocol:
    if not isinstance(file.data, dict):
        raise _error(file, (), "a mapping with id, version, title and criteria is expected")
    try:
        head = _File.model_validate(file.data)
    except ValidationError as error:
        raise _told(file, (), file.data, error, "") from None
    criteria: list[Criterion] = []
    for number in range(len(head.criteria)):
        criterion = _criterion(file, number)
        if any(criterion.id == other.id for other in criteria):
            raise _error(file, ("criteria", number, "id"), f"criterion '{criterion.id}': this id stands twice")
        criteria.append(criterion)
    return Protocol(head.id, head.version, head.title, head.description, tuple(criteria), head.warnings, file.path)


def _criterion(file: YamlFile, number: int) -> Criterion:
    place: Place = ("criteria", number)
    data = file.data["criteria"][number]
    who = f"criterion '{data['id']}': " if isinstance(data.get("id"), str) else f"criterion number {number + 1}: "
    try:
        head = _Head.model_validate({key: data[key] for key in _Head.model_fields if key in data})
        rule = _RULE.validate_python({key: value for key, value in data.items() if key not in _Head.model_fields})
    except ValidationError as error:
        raise _told(file, place, data, error, who) from None
    return Criterion(head.id, head.text, head.needed_from == "at_visit", rule)


def _error(file: YamlFile, place: Place, message: str) -> ProtocolError:
    return ProtocolError(str(file.error(place, message)))


def _told(file: YamlFile, top: Place, data: Any, error: ValidationError, who: str) -> ProtocolError:
    """The first mistake of several, at its line; a misspelt key before the one that is then missing."""
    first = min(error.errors(), key=lambda mistake: mistake["type"] != "extra_forbidden")
    steps, inner = _steps(data, first["loc"])
    if first["type"] == "union_tag_invalid":
        steps = (*steps, "kind")
    return _error(file, (*top, *steps), who + _message(first, inner))


def _steps(data: Any, loc: Iterable[str | int]) -> tuple[Place, Any]:
    """Where an error is in the file, and what stands there. Pydantic's path also names kinds and types."""
    steps: list[str | int] = []
    for step in loc:
        inside = step in data if isinstance(data, dict) else isinstance(data, list) and isinstance(step, int)
        if inside:
            steps.append(step)
            data = data[step]
    return tuple(steps), data


def _message(error: ErrorDetails, inner: Any) -> str:
    key = next((str(step) for step in reversed(error["loc"]) if isinstance(step, str)), "")
    context = error.get("ctx", {})
    match error["type"]:
        case "missing":
            return f"'{key}' is missing"
        case "extra_forbidden":
            return f"the key '{key}' is not known here"
        case "union_tag_not_found":
            return "'kind' is missing"
        case "union_tag_invalid":
            return f"the kind '{context['tag']}' is not known; the kinds are {context['expected_tags']}"
        case "value_error":
            return str(context["error"])
        case "string_type" if isinstance(inner, int | float):
            return f"'{_last(error)}' is a text; write it in quotes: '{inner}'"
        case "literal_error":
            return f"'{_last(error)}' is {_written(inner)}; it should be {context['expected']}"
        case "string_pattern_mismatch":
            return f"'{_last(error)}': {_written(inner)} is not of the form {context['pattern']}"
        case _:
            return f"'{_last(error)}': {error['msg'][0].lower()}{error['msg'][1:]}"


_TYPES = frozenset({"int", "float", "bool", "str", "constrained-str", "constrained-int"})


def _last(error: ErrorDetails) -> str:
    """The key that an error is about; Pydantic's path may end with a type or a position."""
    keys = [step for step in error["loc"] if isinstance(step, str) and step not in _TYPES]
    return keys[-1] if keys else "criteria"


def _written(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else f"'{value}'"


def _listed(values: Iterable[object]) -> str:
    return ", ".join(_written(value) for value in values)
