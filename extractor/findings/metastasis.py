"""Metastases: which site, how many, present or gone (clinical specification, section 4).

Two kinds of findings come out. ``metastasis``: the note itself calls it metastatic, or its site is
known to be metastatic from the same note. ``lesion``: something seen at a site that only the
patient's other notes can tell to be a metastasis; the patient stage counts it, no criterion does.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import Any, NamedTuple

from extractor.findings import counting
from extractor.findings.clauses import clause_of
from extractor.findings.counting import Count
from extractor.findings.lesions import (
    BENIGN,
    COUNTED,
    LESION,
    METASTASIS,
    QUANTITY,
    SITE,
    SIZE,
    Phrase,
    Place,
    atoms,
    count_at,
    is_no_site,
    phrases,
    place_of,
    prune,
)
from extractor.language.frames import organ_of_report, report_frame
from extractor.language.reading import Mention, Reading, remembered
from extractor.records import Assertion, Experiencer, Finding, Temporality

_LINK = re.compile(
    r"^[ ]*(?:[,:;=(?-]+[ ]*)?(?:which |that |all |both |each |now |most |is |are |was |were |be |been |being |has |have |felt |to |more |highly |very |too small )*"
    r"(?:(?:concerning|suspicious|suspected|consistent|compatible|in keeping|represent\w*|suggest\w*|indicat\w*|likely|probabl\w*|possibl\w*|behav\w*|judged|regarded|interpreted|"
    r"considered|called|read|reported|deemed|assessed|typical|characteristic|worrisome|favou?r\w*|indeterminate|equivocal|in the sense|as|for|of|with|like|treated|residual|responding|partially|confirmed|proven|known|"
    r"biops[\w-]+|(?:bx|path|tissue)[- ](?:proven|confirmed)|all|histologically|cytologically|pathologically|rule out|exclude|cannot|not|query|\?|metastatic|highly|corresponding|correspond|to|a|the|an|dd|ddx|differential|diagnosis|vs|versus|or|and|primary|benign|new|further|metastasis|"
    r"[,:;=(?-])[ ]*){0,9}$",
    re.I,
)
_REGARDED = re.compile(
    r"^[^.;]{0,120}\b(?:both|all|each|two|three|most) of which (?:are|were|is|was) (?:[a-z-]+ )?$"
    r"|^[^.;]{0,120}\b(?:regarded|considered|interpreted|classified|viewed|thought of|taken|read|seen) (?:by \w+ )?as (?:(?:the|her|his|known|treated|old|residual|small|tiny|true|still|further) )*$",
    re.I,
)
"""Between lesions and the word that says what they are taken for."""
_PRONOUN = re.compile(
    r"^[^.:]{0,140}\b(?:they|these|those|which|both of (?:these|them|which)|all of (?:these|them|which)|it) "
    r"(?:(?:had|have|has|been|were|are|was|is|all|both|being|proven|known|confirmed|biopsy-proven|each|to be|remain|persist|as|still|sclerotic|"
    r"lytic|old|residual|stable|treated|histologically|cytologically|indeed|certainly|of course)[ ]+)*$",
    re.I,
)
"""The same by a pronoun: "two spots in the liver, hard to tell apart; they were proven secondaries"."""
_OPENS_CLAUSE = re.compile(
    r"[ ]*(?:[-*•][ ]*|\d{1,2}[.)][ ]+)?(?P<preposition>(?:in|on|at|within|over|along)[ ](?:(?:the|his|her|both|contralateral|opposite|only|other)[ ])*)?",
    re.I,
)
_LEVEL = re.compile(r"\b(?:from|level of|level|below|above|down to|up to|between|to)[ ]$", re.I)
"""Before a vertebra that only says how far something reaches."""
_ATTRIBUTE = re.compile(
    r"\([^()]*\)|,? ?(?:(?:previously|formerly|earlier|before|was|from) )?\d+(?:[.,]\d+)?(?:[ ]?x[ ]?\d+(?:[.,]\d+)?)*[ ]?[mc]m\b|,? ?SUV(?:max)?[ ]?(?:of[ ])?\d+(?:[.,]\d+)?|[ ](?:by|near|beside|next to|along|adjacent to) the \w+|,? ?(?:all |both |each )?(?:with|showing|of) [\w -]{0,25}?(?:enhancement|margins?|density|attenuation|cent(?:re|er)|uptake|o?edema|washout|necrosis|halo)\b",
    re.I,
)
"""What only describes a lesion."""
_NO_SIZE = re.compile(r"[ ]?:?[ ]?0(?:\.0)?[ ]?[mc]m\b")
"""Behind a target that has gone."""
_DEEP = re.compile(r"sub-?cut|muscul|muscle|soft[- ]tissue|\band\b[^,;]*\bpsoas", re.I)
"""Words for what lies below the skin."""
_NEXT_ONE = re.compile(
    r"[ ]*(?:\([^()]*\))?[ ]*[,;][ ]*(?:and )?(?:that|the (?:one|other|lesion|metastasis|deposit|nodule)) (?:in|of|at|on)\b",
    re.I,
)
"""Behind a lesion with its size: another of its kind is spoken of."""
_SEGMENTS = re.compile(
    r",[ ](?:in[ ])?segments?[ ](?:[1-8IV]{1,4}[ab]?(?:,?[ ]and[ ]|,[ ]|[ ]?/[ ]?|(?=,)))+", re.I
)  # fmt: skip
"""Between lesions and the word for them: where in the liver they are."""
_NEW = re.compile(r"\bnew(?:ly)?\b[\w ,-]{0,25}$|^[\w -]{0,10}\bnew\b", re.I)
_FURTHER = re.compile(r"\b(?:other|further|additional)\b[\w ,-]{0,25}$", re.I)
_ANOTHER = re.compile(r"\b(?:second|third|fourth|another|separate|additional|further)\b[\w ,-]{0,30}$", re.I)
"""Before a lesion that is not the one told of just before, though it lies in the same place."""
_OLD_OR_NEW = re.compile(r"\b(?:residual|recurrent|persist\w+|remaining|old|known)\b", re.I)
_OTHER_OF = re.compile(r"\b(?:other|further|additional|else|remaining|rest of the)\b[\w -]{0,20}$", re.I)
_WITH = re.compile(r"\bwith[ ]$", re.I)
_IPSILATERAL = re.compile(r"\b(?:ipsi-?lateral|satellites?|same lobe|same lung)\b", re.I)
_CALLED_METASTASIS = re.compile(r"metast|mets?\b|filia|secondar", re.I)
_OF_ORIGINAL = re.compile(
    r"\b(?:of|out of|from)[ ](?:the |these |her |his |described |seen |reported |noted |documented |all |originally |initially |initial |original |previously |previous |prior |earlier |baseline |formerly |former |once |known |a total of )*$",
    re.I,
)
_REMAINS = re.compile(
    r"^[^.;]{0,45}?\b(?:remain\w*|persist\w*|(?<!the )(?<!on )(?<!and )left(?=[ ]*(?:[,.;:)]|$|(?:and|in|over|behind|now|today)\b))|still|visible|(?:can|could) be (?:found|seen|delineated|identified)|to be (?:delineated|seen)|residual|survive\w*|are seen|is seen|present)\b"
    r"|^[ ]*(?:,|$)",
    re.I,
)
_GONE = re.compile(
    r"^(?:(?!(?:\b(?:and|but|while|whereas)|,)[ ](?:the[ ])?(?:\d|one|two|three|four|five|six|other|rest)\b|"
    r",[ ]the[ ](?:others|remaining|remainder|second|third|fourth|fifth|sixth|last)\b)[^.;]){0,40}?"
    r"\b(?:no longer|gone|vanished|disappeared|resolved|cleared|not (?:seen|visible|found)|(?:cannot|can't|could not) be)\b",
    re.I,
)
"""Said of a number of lesions, up to where others are spoken of."""
_ALL_BUT = re.compile(r"\b(?:all|everything) (?:but|except|save|bar)(?: for)?[ ]$", re.I)
"""Before the number of lesions that are left: "all but two of the nine have gone"."""
_STILL_BEFORE = re.compile(
    r"\b(?:the (?:other|remaining|residual)|(?:there )?(?:remains?|persists?|is left|are left))[ ](?:(?:only|just|still)[ ])*$",
    re.I,
)
_SEEN_BEFORE = re.compile(
    r"\b(?:make out|sees?|find|finds|shows?|identif(?:y|ies)|recogni[sz]es?|count|counts|confirms?|picks? (?:up|out))[ ](?:(?:only|just|still|now)[ ])*$",
    re.I,
)
_OF_THESE = re.compile(r"[ ](?:of (?:these|those|them|the)\b|remaining|left\b)", re.I)
"""Round a number of lesions named before: "can make out five of these", "the other two measure 8 mm"."""
_PART_OF = re.compile(r"\bof[ ](?:the|these|those|her|his)[ ]", re.I)
_TODAY = re.compile(r"\b(?:now|currently|at present|presently|today)[ ]$", re.I)
_FORMER = re.compile(
    r"\d[ ]?[mc]m[ ]?\([^()]*$|[(\[][ ]?(?:were|was|prev\w*\.?|from|former\w*|before|baseline)\b[^()]*$", re.I
)
_BEFORE_ONE = re.compile(
    r"\b(?:only|now|today|just|still|the (?:other|remaining)|remaining|there (?:is|are)|currently|at present|,|;|:|-|of which|of these|of them|baseline|and)[ ]*(?:the |still |only |now |just |other |remaining )*$",
    re.I,
)
_DISTANT = re.compile(r"\b(?:distant|extra-?thoracic|haematogenous|hematogenous|visceral|systemic|remote|far)\b", re.I)
_KIND = re.compile(
    r"\b(?:visceral|solid[- ]organ|parenchymal|extra-?(?:osseous|skeletal|hepatic|pulmonary|nodal|adrenal|pleural)|non-?(?:osseous|skeletal|nodal|hepatic)|"
    r"soft[- ]tissue)[ ]+(?:[\w-]+[ ]){0,2}$",
    re.I,
)
"""Before metastases of a kind; where these are denied, others may be there."""
_SKULL = re.compile(r"calvari|skull|cranial vault", re.I)
_OF_SKULL = re.compile(r"(?:(?:left|right|both|lt|rt|l|r) )?(?:bi)?(?:frontal|parietal|temporal|occipital)", re.I)
"""A bone of the skull and a lobe of the brain have one name: "left parietal calvarial metastasis"."""
_SKIN_OR_BELOW = re.compile(r"\b(?:skin|cutaneous)[ ]?(?:/|or|and/or)[ ]?sub-?cutan", re.I)
_EXTRACRANIAL = re.compile(r"\bextra-?cranial\b", re.I)
_CRANIAL = re.compile(r"\b(?:intra-?cranial|cranial)\b", re.I)
_NODAL = re.compile(r"\b(?:lymph[ -]?nodes?|nodal|nodes?|LNs?|adenopath\w+|lymphadenopath\w+|lymph)\b", re.I)
_PERSISTING = re.compile(
    r"^(?:[ ](?:area|region|site|focus|lesion|one))?[ ]*(?:,[ ]*)?(?:(?:is|are|was|were|remains?|both|also|has|have|all|now|essentially|largely|appears?)[ ])*"
    r"(?:un(?:altered|changed)|stable|still|persist\w*|similar|smaller|sclero\w+|decreas\w+|increas\w+|larger|visible|avid|as before)\b",
    re.I,
)
ANNOUNCEMENT, ORGAN_FREE, CORRECTION, REFUTING = "PREDICATE_SITES", "ORGAN_FREE", "CORRECTION", "REFUTING"
SAME_NUMBER = "SAME_NUMBER"
_IS_NONE = re.compile(r"\b(?:no|not an?|not|never|rather than|instead of)[ ](?:(?:true|real|longer|a) )?$", re.I)
_TURNED_OUT = re.compile(
    r"(?:[ ](?:lesions?|metastas[ei]s|deposits?|nod(?:ul)?es?|foc(?:us|i)|findings?|spots?|uptake|pair|biopsy|ones?|excision|gland|body|hypodensit(?:y|ies))){0,2}[ ]?"
    r"(?:\([^()]*\)[ ]?)?(?::[ ]?(?:[a-z-]+[ ]){0,4}(?:[^.;,]{0,40},[ ])?|[^.;:]{0,40}?\b(?:is|are|was|were|represents?|corresponds? to|proved|proven|turned out|shows?|showed|fits?|re-?classified|characteri[sz]ed|classed|considered|"
    r"regarded|interpreted|called|diagnosed|(?:re-)?read)\b[^.;:]{0,60}?)(?:no[ ]|not[ ]|an?[ ])?(?:an?[ ])?",
    re.I,
)
"""Between a place and what it turned out to be."""
_AT = re.compile(r"[ ](?:(?:left|seen|visible|present|located)[ ])?(?:in|of|within|at|inside|on|involving)[ ]", re.I)
"""Between a noun and the one place where so many are."""
_BIOPSY = re.compile(
    r"\b(?:biops\w+|bx|fna|aspirat\w+|cytolog\w+|core|specimen|resect\w+|excis\w+|patholog\w+)\b", re.I
)
_OTHER_HEAD = re.compile(
    r"^(?:\d{1,2}[a-z]?[.)][ ]*)?(?:[A-Z][\w /&-]{2,30}:|(?:Thorax|Chest|(?:Upper )?[Aa]bdomen|Pelvis|Mediastinum|Neck|Head|(?:Lymph )?[Nn]odes|"
    r"Vessels|Bowel|Heart|Other|General|Airways|Comparison|RECIST)[\w ,]{0,20}\.$)"
)
_IN_BODY = re.compile(
    r"[ ](?:left |remaining |still visible )?(?:in the (?:whole |entire )?(?:body|trunk)|"
    r"outside (?:of )?the (?:head|brain|skull|cranium|cns))\b",
    re.I,
)
"""Behind metastases that are counted for the whole body."""
_TOTAL_NUMBER = re.compile(
    r"[ ]*(?:the )?(?:total |overall |entire )?(?:number|count|sum|total) of (?:all |the |residual |remaining |visible |known |still |distant ){0,3}(?:metast|mets\b|lesions)",
    re.I,
)
"""At the head of a sentence that counts all metastases, not those of the organ told of before."""
_EACH_OF = re.compile(r"\b(?:each|every one|all) (?:of )?(?:the |these |her |his )?$", re.I)
_RESIDUAL = re.compile(r"\b(?:residual|remain\w*|left|now|still|persist\w*|in all|in total|total of)\b", re.I)
_ROW = re.compile(r"[ ]{2,}\d{1,3}(?:[.,]\d{1,2})?(?=[ ]{2,}|[ ]*$|[ ]?[;/])")
"""The sizes in a row of a table, their unit in its head."""
_ROW_ENDS = re.compile(
    r"(?:[ ]{2,}|\|[ ]?)(?:none|nil|no lesion|absent|gone|not seen|disappeared|not visible|-|resolved|0)(?:[ ]?[mc]m)?(?:[ ]?\([^()|\d]*\))?[ ]*\|?[ ]*$",
    re.I,
)
_TOLD_TO_BE = re.compile(
    r"(?:[ ]of (?:these|those|them|the \w+))?(?:[ ](?!and\b|or\b)[a-z-]+){0,4}[ ](?:are|is|were|was|represents?|prove[dn]? to be)[ ]"
    r"(?:the |true |real |genuine |actual |indeed )*",
    re.I,
)
"""Between a number and "metastases": "two along the capsule are metastases"."""
_TARGETS = re.compile(r"\b(?:target|measurable|index)[ ]$", re.I)
"""The lesions of a RECIST sum: they are named elsewhere."""
_COLUMNS = re.compile(
    r"[\w ]*(?:metastas[ei]s|mets|filiae|deposits)\b[\w ]*?(?:[ ]{2,}|[ ]?\|[ ]?)(?:n|no\.?|number|count|#)(?=[ |]|$)",
    re.I,
)
"""The head of a table that counts metastases by site."""
_OF_METASTASES = re.compile(r"metast|\bmets?\b|filiae|distant|spread|iv|m1", re.I)
_STAGING = re.compile(r"(?:stage|st\.?|iv|m1)\b|m1", re.I)
"""An announcement that tells where the disease was when it was staged."""
_LISTED = re.compile(
    r"^[ ]*(?:[,:(+&/=|-]|and|plus|the|in|of|to|at|within|only|are|is|bone|as|follows|with|a|an|one|known|(?:lytic|sclerotic|small|tiny|residual)\b|area|spot|tail|head|body|lobe|dome|pole|glands?|region|\)|\([^()]{0,25}\)|\d+(?:[.,]\d+)?(?: ?[mc]m)?|[ ])*$",
    re.I,
)
_HEADER = re.compile(
    r"^[ ]*(?:[-*•>]+[ ]*|\(?\d{1,2}[a-z]?[.)][ ]*)?(?:(?:left|right|lt|rt|both|the|upper|[LR])\.?[ ])?$", re.I
)
_HEAD_END = re.compile(
    r"^(?:[ ](?:glands?|parenchyma|corpus|body|bed|fossa|region|structures|and \w+|windows?|left|right|system|[LR]))*[ ]*(?::|-[ ]|\.{3,}|\||\.?$|[ ]\(.{0,20}\)[.:])"
)
_IN_NODES = re.compile(
    r"[ ](?:in|to|of)[ ](?:only[ ])?(?:\w+[ ]?(?:of|out of|/)[ ]?)?(?:the[ ])?\w+[ ](?:(?:resected|dissected|sampled|examined|removed|harvested|regional|local)[ ]){0,2}(?:lymph[ ]?)?nodes?\b",
    re.I,
)
"""The nodes of a specimen, of which some held a metastasis: "in one of 14 nodes"."""
_FREE_OF = re.compile(
    r"[ ]*(?:(?:parenchyma|glands?|tissue|structures?)\b[ ]*)?(?:\([^()]*\)[ ]*)?(?:(?:is|are|was|were|remains?|all|both|also|shows?|showed|with|contains?|has|have|had)[ ]+){0,3}(?:free (?:of|from)|without|no|negative for|clear of|w/o)[ ]+(?:any |evidence of |signs? of )?",
    re.I,
)
_IS_NORMAL = re.compile(
    r"(?:[ ](?:glands?|parenchyma|tissue|structures?|bed|fossa|region))*[ ]*[:,-]?[ ]*(?:(?:is|are|was|were|remains?|appears?|looks?|both|all|also|again|now|entirely|completely|of)[ ]+){0,4}",
    re.I,
)
_SEPARATES = re.compile(r"[,;:+&(=]|\b(?:and|plus)\b", re.I)
_LIST_COMMA = re.compile(r"[ ]*(?:,|,?[ ]*(?:and|or)\b|/|&)[ ]*(?:the )?", re.I)
_IS_SAID_TO_BE = re.compile(
    r",?[ ](?:(?:both|all|each|also|now|still|is|are|was|were|has|have|had|been|be|remains?|look|looks|continues?|to|as|likewise|again|therefore|"
    r"confirmed|considered|regarded|interpreted|read|classed|classified|accepted|proven|proved|proves|turned|out|known|"
    r"biopsy-proven|histologically|definite|clear|true|represents?|correspond(?:s|ing)?|consistent|compatible|with|in|keeping|line)[ ]){1,6}(?:(?:an?|the)[ ])?"
    r"(?:(?:small|residual|further|new|old|treated|tiny|bony?|osseous|lytic|sclerotic)[ ])?",
    re.I,
)
"""Between a place and the word that says what is there: "L1 and S2 are confirmed as metastases"."""
_CHANGE_OF = re.compile(
    r"[ ](?:shows?|showed|with|demonstrates?|displays?|exhibits?)[ ](?:an?[ ]|the[ ])?(?:[a-z-]+[ ]){0,3}(?:[a-z]+(?:tion|sion|osis|age|ing|se)|response)[ ](?:of|in)[ ]"
    r"(?:the|its|a)[ ](?:(?:known|former|previous|old|lytic|pre-existing|treated)[ ]){0,2}",
    re.I,
)
"""Between a place and the metastasis of which it shows a change: "T1 shows sclerosis of the known metastasis"."""
_RESPONDS = re.compile(
    r"\b(?:smaller|decreas\w+|shr[aiu]nk\w*|regress\w*|regredient|remission|sclero[ts]\w+|resolved|disappeared|vanished|gone|no longer|not \w+ any ?more|weak(?:er)?|"
    r"(?:less|more) (?:avid|active|intense)|reduc\w+|respon\w+|grow\w*|grew|grown|enlarg\w+|increas\w+|larger|progress\w*|remineralis\w+|healing)\b"
    r"|\d[ ]?(?:mm|cm)?[ ]?[(\[](?:was |prev\w* |from |before |baseline |formerly )?\d+(?:[.,]\d)?[ ]?(?:mm|cm)?[)\]]|\d[ ]?(?:mm|cm)?[ ]?(?:->|→|>)[ ]?\d",
    re.I,
)
"""It changes under treatment, as no cyst and no scar does."""
_DENIED = re.compile(
    r"\b(?:no|not|without|never|neither|nor)(?: (?:longer|any ?more)\b)?(?<!no longer)(?<!any more)(?<!anymore) [\w -]{0,30}",
    re.I,
)
_BECAME_NONE = re.compile(
    r"[^,;]*?(?:->|→|>|=>)[ ]?(?:gone|none|nil|absent|resolved|background|not|no\b|0(?![.,\d]))"
    r"|[^,;]*?\d[ ]?(?:->|→|>|-|/)[ ]?0[ ]?(?:[mc]m)?[ .]*$",
    re.I,
)
"""The course of one lesion, in a row: "1.3 cm -> gone", "9 - 5 - 0 mm"."""
_NEEDS_PLACE = {"thickening", "enhancement", "uptake", "hypodensity", "lump"}
"""Words for what is seen that say too little without a place of their own."""
_PRIMARY_SITES = {"lung", "lymph_node_regional", "pleura"}
"""Where the primary itself and its own nodes are: something seen there is not at once a metastasis."""
_ORGAN_OF_STUDY = {"head": ("brain", "cranial"), "bone": ("bone", "extracranial")}


@dataclass(frozen=True, slots=True)
class _Site:
    site: str
    region: str | None
    places: tuple[Place, ...]


def find(reading: Reading) -> Iterator[Finding]:
    """Metastases and the lesions that may be some, in the order of the text."""
    found: list[Finding] = []
    if not reading.of(SITE, METASTASIS, LESION):
        return
    speaking = {mention.sentence for mention in reading.of(SITE, METASTASIS, LESION, QUANTITY)}
    listed = False
    for number in range(len(reading.sentences)):
        listed = listed and _is_listed(reading, number)
        if number in speaking:
            told = list(_sentence(reading, number, listed))
            found.extend(_all_of_them(reading, number, _without_those_gone(told)))
        listed = listed or _announces(reading, number)
    known = {
        f.value["site"]
        for f in found
        if f.concept == "metastasis" and f.decides and f.value["low"] and f.temporality is not Temporality.PLANNED
    } - {"unspecified"}
    for finding in found:
        if _of_earlier_cancer(reading, reading.sentence_at(reading.clean.from_note(finding.start))):
            yield replace(
                finding, temporality=Temporality.HISTORICAL, context={**finding.context, "other_tumour": True}
            )
        elif (
            finding.concept == "lesion"
            and finding.decides
            and finding.value["site"] in known - _PRIMARY_SITES
            and not finding.context.get("bare")
        ):
            yield replace(finding, concept="metastasis")
        else:
            yield finding


def _all_of_them(reading: Reading, number: int, found: Iterable[Finding]) -> Iterator[Finding]:
    """A sentence's findings, its lesions metastases where all are said to be: "two in the liver, one in T11, all metastases"."""
    sentence = reading.sentences[number]
    told = reading.expressions["lesions.all_metastases"].search(reading.text, sentence.start, sentence.end)
    edge = -1 if told is None else reading.clean.to_note(told.start(), told.end())[0]
    for finding in found:
        if finding.concept == "lesion" and finding.decides and finding.start < edge:
            yield replace(finding, concept="metastasis")
        else:
            yield finding


def _without_those_gone(found: Sequence[Finding]) -> Iterator[Finding]:
    """A sentence's findings, a list of places without those that are then said to be free: "T2, T4 and L3; T4 is gone"."""
    free = [f for f in found if f.value["status"] == "resolved" and f.context.get("bare")]
    for finding in found:
        places = finding.context.get("places", ())
        later = [f for f in free if f.start > finding.end and f.value["site"] == finding.value["site"]]
        gone = {vertebra for f in later for name in f.context["places"] for vertebra in counting.named_vertebrae(name)}
        here = [vertebra for name in places for vertebra in counting.named_vertebrae(name)]
        left = [vertebra for vertebra in here if vertebra not in gone]
        low = int(finding.value["low"])
        if not gone or len(places) != 1 or len(here) != low or not 0 < len(left) < low:
            yield finding
            continue
        value = {**finding.value, "low": len(left), "high": len(left)}
        yield replace(finding, value=value, context={**finding.context, "places": (" ".join(left),)})


def _of_earlier_cancer(reading: Reading, number: int) -> bool:
    """Whether a line is the entry of another cancer, years ago: "2. Colon cancer 2014, …. Liver metastasis 2016"."""
    begin = reading.sentences[reading.opening_of_line(number)].start
    end = reading.sentences[number].end
    other = next(iter(reading.within(begin, min(end, begin + 60), "STAGE_TUMOUR")), None)
    if other is None or reading.within(begin, end, "STAGE_LUNG"):
        return False
    return reading.expressions["lesions.since_years"].match(reading.text, other.end) is not None


def _announces(reading: Reading, number: int) -> bool:
    """Whether a sentence ends with the colon behind which a list of metastases follows."""
    text = reading.sentence_text(number)
    if not text.rstrip(" -=").endswith(":") and not _COLUMNS.match(text):
        return False
    nouns = [m for m in reading.in_sentence(number, METASTASIS) if "needs_site" not in m.value]
    told = [*nouns, *reading.in_sentence(number, ANNOUNCEMENT)]
    return any(m.qualifiers.assertion is Assertion.AFFIRMED for m in told)


def _is_listed(reading: Reading, number: int) -> bool:
    """Whether a sentence is an entry of such a list: it begins with a site."""
    sentence = reading.sentences[number]
    if sentence.heading or (sentence.section and sentence.section.qualifies):
        return False
    first = next((m for m in reading.in_sentence(number, SITE, METASTASIS, LESION)), None)
    return first is not None and len(re.sub(r"[^A-Za-z]", "", reading.text[sentence.start : first.start])) <= 12


def _sentence(reading: Reading, number: int, listed: bool) -> Iterator[Finding]:
    if not listed and not reading.in_sentence(number, SITE, METASTASIS, LESION, ANNOUNCEMENT):
        yield from _counts_alone(reading, number, (), None)
        yield from _sum_told(reading, number)
        return
    header = _header(reading, number)
    alone = list(_counts_alone(reading, number, [(p.start, p.end) for p in phrases(reading, number)], header))
    weak: Phrase | None = None
    strong: Phrase | None = None
    covered: list[tuple[int, int]] = []
    last = _last_site(reading, number)
    pending: list[Finding] = []  # what a weak noun told; a link with a strong one replaces it
    undecided = _number_left_open(reading, number, header)
    retracted: tuple[int, int] | None = None
    sides = list(_side_by_side(reading, number))
    if undecided is not None:
        covered.append(undecided.span)
    for told_phrase in _told_apart(reading, phrases(reading, number)):
        phrase = _with_subjects(reading, told_phrase, number)
        if undecided is not None and _overlaps(phrase.start, phrase.end, [undecided.span]):
            continue
        if withdrawn := reading.expressions["lesions.withdrawn_behind"].match(reading.text, phrase.end):
            retracted = phrase.start, withdrawn.end()
        if retracted is not None and _overlaps(phrase.start, phrase.end, [retracted]):
            continue
        covered.append((phrase.start, phrase.end))
        if phrase.noun.value.get("anaphoric") and (last is not None or (weak is None and covered[:-1])):
            phrase = replace(phrase, noun=replace(phrase.noun, category=METASTASIS))
        needs = phrase.noun.value.get("needs_site")
        named = needs == "any" and weak is not None and _links(reading, weak, phrase)
        if (
            phrase.strong
            and not named
            and not _metastatic_here(phrase, header is not None or reading.frames[number].study == "head")
        ):
            if needs != "any" and phrase.noun.qualifiers.assertion is not Assertion.NEGATED:
                covered.pop()
                continue  # "disease", "enhancement" elsewhere name nothing that can be counted
            phrase = replace(phrase, noun=replace(phrase.noun, category=LESION))
        if not phrase.strong:
            if weak is not None and _is_attribute(reading, phrase, weak):
                continue
            yield from pending
            weak, pending = phrase, []
            if alone and _of_original(reading, phrase, number):
                continue  # of these a number follows that says how many are left
            targets = _TARGETS.search(reading.text[max(0, phrase.noun.start - 16) : phrase.noun.start]) is not None
            resolved = "RESOLVED" in phrase.noun.qualifiers.cues and bool(phrase.places)
            if (resolved or not _benign(reading, phrase, number)) and (not targets or _is_list(reading, phrase)):
                if targets:
                    phrase = _still_targets(reading, phrase)
                told = listed or targets or _among_announced(reading, number, phrase) or _proven(reading, phrase)
                pending = list(_emit(reading, phrase, number, header, last, linked=None, listed=told))
            continue
        part = _told_to_be(reading, phrase, number)
        if part is not None:
            yield from _those_that_are(reading, phrase, part, weak, header, last, number)
            weak, pending = None, []
            continue
        linked = weak if weak and _links(reading, weak, phrase) else None
        own_side = any(part.category == "SIDE" for part in phrase.parts)
        repeats = strong is not None and not phrase.places and not own_side and _links(reading, strong, phrase)
        if linked is None and repeats:
            continue  # "four osseous deposits, in keeping with metastases" says once what they are
        strong = phrase
        if linked is None:
            yield from pending
        pending = []
        emitted = list(_emit(reading, phrase, number, header, last, linked, listed))
        parted = alone or _part_follows(reading, phrase, number) or sides
        if parted and _of_original(reading, phrase, number):
            emitted = [replace(finding, temporality=Temporality.HISTORICAL) for finding in emitted]
        if emitted and len(emitted) == 1:
            last = _Site(emitted[0].value["site"], emitted[0].value["region"], ())
        yield from emitted
        weak = None
    yield from pending
    yield from alone
    if undecided is not None:
        yield undecided.finding
    taken = [*covered]
    for finding in _announced(reading, number, covered, listed):
        taken.append((reading.clean.from_note(finding.start), reading.clean.from_note(finding.end)))
        yield finding
    for finding in _distributed(reading, number, taken):
        taken.append((reading.clean.from_note(finding.start), reading.clean.from_note(finding.end)))
        yield finding
    yield from _bare_sites(reading, number, taken, header)
    yield from _refuted(reading, number)
    yield from sides
    yield from _normal_organs(reading, number, taken)


class _Undecided(NamedTuple):
    """One lesion or two, and where that is said."""

    span: tuple[int, int]
    finding: Finding


def _number_left_open(reading: Reading, number: int, header: _Site | None) -> _Undecided | None:
    """The number of lesions at a place that a sentence leaves open: "whether this is one deposit or a pair is unclear"."""
    sentence = reading.sentences[number]
    words = reading.expressions
    told = words["lesions.one_number_or_other"].search(reading.text, sentence.start, sentence.end)
    if told is None or not words["lesions.number_open"].search(reading.text, sentence.start, sentence.end):
        return None
    counts = [2 if re.search("pair|couple", told[n], re.I) else counting.number(told[n]) or 1 for n in ("one", "other")]
    about = [p for n in range(max(0, number - 2), number + 1) for p in phrases(reading, n) if p.end <= told.start()]
    about = [p for p in about if reading.sentences[p.noun.sentence].block == sentence.block]
    if min(counts) == max(counts) or not about:
        return None
    phrase = about[-1]
    places = phrase.places or (header.places if header else ())
    if len({place.site for place in places}) != 1:
        return None
    site = _Site(places[0].site, places[0].region, ())
    names = tuple(place.name for place in places if place.single)
    finding = _make(
        reading, phrase.noun, site, Count(min(counts), max(counts)), told.start(), told.end(),
        "metastasis" if phrase.strong else "lesion", places=names, explicit=not names, either=True,
    )  # fmt: skip
    return _Undecided((told.start(), sentence.end), finding)


def _told_to_be(reading: Reading, phrase: Phrase, number: int) -> Mention | None:
    """The number of those lesions that a sentence tells to be metastases: "only three of these are metastases"."""
    if phrase.quantity is not None or phrase.places or phrase.noun.value.get("number") not in ("plural", "singular"):
        return None
    begin = clause_of(reading, phrase.start)[0]
    for told in reversed(prune(reading.within(begin, phrase.start, QUANTITY))):
        if ("low" in told.groups or "one" in told.groups) and _TOLD_TO_BE.fullmatch(
            reading.text[told.end : phrase.start]
        ):
            return told
    return None


def _those_that_are(
    reading: Reading,
    phrase: Phrase,
    told: Mention,
    weak: Phrase | None,
    header: _Site | None,
    last: _Site | None,
    number: int,
) -> Iterator[Finding]:
    """The metastases among lesions told of before; what was counted of these before holds no more."""
    if weak is not None and weak.places:
        site: _Site | None = _Site(weak.places[0].site, weak.places[0].region, ())
    elif header is not None:
        site = replace(header, places=())
    else:
        site = last or _organ_of_study(reading.frames[number].study)
    if site is None:
        return
    finding = _make(
        reading, phrase.noun, site, counting.quantity(told.groups), told.start, phrase.end, "metastasis", explicit=True
    )
    yield replace(finding, value={**finding.value, "revised": True})


def _among_announced(reading: Reading, number: int, phrase: Phrase) -> bool:
    """Whether a lesion stands in a list of what is left: "down to three sites: the coeliac node, …"."""
    for told in reading.in_sentence(number, ANNOUNCEMENT):
        if told.end > phrase.start or not reading.text.startswith(":", told.end):
            continue
        parts = [p for p in atoms(reading, number) if told.end <= p.start and p.end <= phrase.start]
        edges = [told.end, *(p.end for p in parts)]
        starts = [*(p.start for p in parts), phrase.start]
        if all(_LISTED.match(reading.text[a:b]) for a, b in zip(edges, starts, strict=True)):
            return told.qualifiers.assertion is Assertion.AFFIRMED
    return False


def _proven(reading: Reading, phrase: Phrase) -> bool:
    """Whether tissue has shown what a lesion away from the primary is: "biopsy of the adrenal mass confirms carcinoma"."""
    if not phrase.places or any(place.site in _PRIMARY_SITES for place in phrase.places):
        return False
    words = reading.expressions
    sentence = reading.sentences[phrase.noun.sentence]
    if words["lesions.proven_in_brackets"].match(reading.text, phrase.end, sentence.end):
        return True
    before = reading.text[sentence.start : phrase.start]
    behind = words["lesions.proven_behind"].match(reading.text, phrase.end, sentence.end)
    return behind is not None and words["lesions.proven_before"].search(before) is not None


def _is_list(reading: Reading, phrase: Phrase) -> bool:
    """Whether places are listed behind a noun and a colon: "target lesions: liver 10 mm, left adrenal 12 mm"."""
    return len(phrase.places) > 1 and reading.text.startswith(":", phrase.noun.end)


def _still_targets(reading: Reading, phrase: Phrase) -> Phrase:
    """A list of targets without the lobe of the lung, where the primary is, and without those that have gone."""
    left = tuple(p for p in phrase.places if p.site != "lung" and not _NO_SIZE.match(reading.text, p.end))
    sizes = max(0, phrase.sizes - (len(phrase.places) - len(left)))
    quantity = counting.ONE if 1 in (len(left), sizes) else phrase.quantity
    return replace(phrase, places=left, sizes=sizes, quantity=quantity)


def _told_apart(reading: Reading, own: Sequence[Phrase]) -> Iterator[Phrase]:
    """Phrases, those of a list freed from what is told of the next: "Seg VII 8 mm, seg V not identified"."""
    for phrase, following in zip_longest(own, own[1:]):
        next_one = (
            following is not None
            and re.fullmatch(r"[ ]*(?:\([^()]*\))?[ ]*[,;][ ]*(?:the )?", reading.text[phrase.end : following.start])
        ) or _NEXT_ONE.match(reading.text, phrase.end)
        if next_one and phrase.sizes and "RESOLVED" in phrase.noun.qualifiers.cues:
            qualifiers = phrase.noun.qualifiers
            freed = replace(qualifiers, cues=qualifiers.cues - {"RESOLVED"})
            yield replace(phrase, noun=phrase.noun.requalified(freed))
        else:
            yield phrase


def _of_original(reading: Reading, phrase: Phrase, number: int) -> bool:
    """Whether a phrase tells the whole of which a part is left: "of the four lesions"."""
    begin = max(reading.sentences[number].start, phrase.start - 40)
    return _OF_ORIGINAL.search(reading.text[begin : phrase.start]) is not None


def _part_follows(reading: Reading, whole: Phrase, number: int) -> bool:
    """Whether lesions with a number follow that are what is left: "of the metastases only one lesion in S6 remains"."""
    end = reading.sentences[number].end
    return any(
        phrase.start >= whole.end
        and not phrase.strong
        and phrase.quantity is not None
        and _REMAINS.match(reading.text[phrase.end : end])
        for phrase in phrases(reading, number)
    )


def _is_attribute(reading: Reading, phrase: Phrase, lesion: Phrase) -> bool:
    """Whether a word only describes the lesion before it: "a focus of 14 mm with rim enhancement"."""
    between = reading.text[lesion.end : phrase.start]
    return (
        phrase.noun.text.lower() in _NEEDS_PLACE
        and not phrase.places
        and re.fullmatch(r"[^.;:]{0,30}\b(?:with|showing|without|shows?)\b[\w ,-]{0,30}", between + " ", re.I)
        is not None
    )


def _metastatic_here(phrase: Phrase, framed: bool) -> bool:
    """Whether a word that is metastatic only at some sites stands beside one, or in a line about one."""
    needs = phrase.noun.value.get("needs_site")
    if not needs:
        return True
    if needs == "any" and framed and not phrase.places:
        return True
    return bool(phrase.places) and (needs == "any" or any(place.site in needs for place in phrase.places))


def _links(reading: Reading, weak: Phrase, strong: Phrase) -> bool:
    """Whether a strong noun only says what the lesions before it are."""
    if strong.noun.rule == "metastasis.predicate" and any("both" in part.groups for part in strong.parts):
        strong = replace(strong, quantity=None)  # "two lesions, both metastatic"
    if strong.quantity is not None and not strong.article and not strong.course:
        return False
    organs = {place.site for place in strong.places if not place.single}
    own = {place.site for place in weak.places}
    nodal = own <= {"lymph_node_distant", "lymph_node_regional"} and all(
        _NODAL.fullmatch(p.name) for p in strong.places
    )
    if strong.places and own and nodal:
        strong = replace(strong, places=())  # "paracaval node, 12 mm, known nodal metastasis"
    if strong.places and weak.places and organs != own:
        return False
    if not strong.places and weak.places and _PRONOUN.match(reading.text[weak.end : strong.start]):
        return True
    if not strong.places and _REGARDED.search(reading.text[weak.end : strong.start]):
        return True
    if strong.places and strong.noun.qualifiers.assertion is not Assertion.POSSIBLE:
        return False
    between = _ATTRIBUTE.sub(" ", _SEGMENTS.sub("", reading.text[weak.end : strong.start]))
    return _LINK.match(between.lstrip(" )")) is not None


def _header(reading: Reading, number: int) -> _Site | None:
    """The organ at the head of a sentence or of its line: "Liver: ...", "Bones - ...", "2. Liver. ..."."""
    line = reading.sentences[number].line
    for previous in range(number, max(-1, number - 12), -1):
        sentence = reading.sentences[previous]
        if sentence.line != line:
            return _heading_above(reading, previous, line)
        found = _named_at_head(reading, sentence.start, sentence.end)
        if found is not None:
            return found
        if previous < number and _other_head(reading.text[sentence.start : sentence.end]):
            return None
    return None


def _heading_above(reading: Reading, number: int, line: int) -> _Site | None:
    """The organ that is a line by itself, the heading of the lines below it."""
    for previous in range(number, max(-1, number - 12), -1):
        sentence = reading.sentences[previous]
        alone = previous == 0 or reading.sentences[previous - 1].line != sentence.line
        followed = reading.sentences[previous + 1].line != sentence.line
        text = reading.text[sentence.start : sentence.end].rstrip(" :")
        if not (alone and followed) or text.endswith(".") or not re.fullmatch(r"[A-Z][A-Za-z /&,]{2,40}", text):
            if sentence.line < line - 4:
                return None
            continue
        return _named_at_head(reading, sentence.start, sentence.end)
    return None


def _other_head(sentence: str) -> bool:
    """Whether a sentence opens a part about something else: "Thorax:", "Chest."."""
    return _OTHER_HEAD.match(sentence) is not None


def _named_at_head(reading: Reading, begin: int, end: int) -> _Site | None:
    names: list[Place] = []
    edge = begin
    for mention in prune(reading.within(begin, min(begin + 60, end), SITE)):
        if mention.start < edge or is_no_site(reading, mention):
            continue
        gap = reading.text[edge : mention.start]
        if not (
            _HEADER.match(gap)
            if not names
            else re.match(r"^[ ]*(?:,|/|and|&|)[ ]*(?:the[ ])?(?:(?:left|right|lt|rt|[LR])\.?[ ])?$", gap)
        ):
            break
        side = next((m for m in reading.within(edge, mention.start, "SIDE")), None)
        names.append(place_of(mention, side, False, reading.text))
        edge = mention.end
    if not names or not _HEAD_END.match(reading.text[edge : min(end, edge + 40)]):
        return None
    return _Site(names[0].site, names[0].region, tuple(names))


def _last_site(reading: Reading, number: int) -> _Site | None:
    """The site that the sentence before last spoke of, for "of these, one remains"."""
    for previous in range(number - 1, max(-1, number - 3), -1):
        if reading.sentences[previous].block != reading.sentences[number].block:
            return None
        for phrase in reversed(list(phrases(reading, previous))):
            if phrase.strong and phrase.places:
                place = phrase.places[0]
                return _Site(place.site, place.region, ())
            if phrase.strong and phrase.quantity is not None and (header := _header(reading, previous)):
                return replace(header, places=())
    return None


def _benign(reading: Reading, phrase: Phrase, number: int) -> bool:
    sentence = reading.sentences[number]
    after = reading.text.find(";", phrase.end, sentence.end)
    end = after if after >= 0 else sentence.end
    return any(
        m.start < phrase.end + 45
        for m in reading.within(max(sentence.start, phrase.start - 15), end, BENIGN)
        if m.qualifiers.assertion != "negated"
    )


def _sites(
    reading: Reading, phrase: Phrase, number: int, header: _Site | None, last: _Site | None, linked: Phrase | None
) -> list[_Site]:
    """Where the lesions of a phrase are."""
    own = linked.places if linked and linked.places else phrase.places
    words = reading.text[(linked or phrase).start - 0 : phrase.end]
    before = reading.text[max(reading.sentences[number].start, phrase.start - 25) : phrase.end]
    value = phrase.noun.value
    if "site" in value:
        return [_Site(str(value["site"]), value.get("region"), ())]
    if phrase.strong and not own and _IN_BODY.match(reading.text, phrase.end):
        return [_Site("unspecified", "extracranial", ())]
    counts_all = _TOTAL_NUMBER.match(reading.text, reading.sentences[number].start) is not None
    if phrase.strong and not own and counts_all and reading.frames[number].study not in _ORGAN_OF_STUDY:
        return [_Site("unspecified", None, ())]
    if own and value.get("origin"):
        own = tuple(place for place in own if place.site != "lung")
    if own and header and header.site == "lymph_node_distant" and all(_NODAL.fullmatch(p.name) for p in own):
        return [header]  # "Left axilla: one nodal metastasis"
    if own:
        grouped: dict[str, list[Place]] = {}
        for place in own:
            grouped.setdefault(place.site, []).append(place)
        sites = [
            _Site(site, places[0].region, tuple(places)) for site, places in _without_frames(grouped, words).items()
        ]
        return [_distant_node(site, sites, reading) for site in sites]
    freed = _freed(reading, phrase, number)
    if freed:
        return freed
    if _NODAL.search(words):
        if header and header.site.startswith("lymph_node"):
            return [header]
        return [_Site("lymph_node_regional", "regional", ())] if phrase.strong else []
    if _EXTRACRANIAL.search(before):
        return [_Site("unspecified", "extracranial", ())]
    if _CRANIAL.search(before):
        return [_Site("brain", "cranial", ())]
    if _DISTANT.search(before) or _KIND.search(reading.text[max(0, phrase.start - 40) : phrase.noun.start]):
        return [_Site("unspecified", None, ())]
    named = [m for m in reading.in_sentence(number, "STUDY") if m.end <= phrase.start]
    organ = next((m.value["organ"] for m in named if "organ" in m.value and m.end == named[-1].end), None)
    if organ is not None and reading.text.find(";", named[-1].end, phrase.start) < 0:
        return [_Site(str(organ), "extracranial", ())]
    shown = _organ_of_study(named[-1].value.get("region")) if named else None
    if shown is not None and reading.text.find(";", named[-1].end, phrase.start) < 0:
        return [shown]
    if phrase.noun.text.lower() in _NEEDS_PLACE:
        return []
    biopsied = _biopsied(reading, phrase, number)
    if biopsied is not None:
        return [biopsied]
    opening = _opening_place(reading, phrase, number)
    if opening is not None:
        return [opening]
    if header:
        return [replace(header, places=_sided(reading, phrase, header))]
    study = reading.frames[number].study if reading.frames else None
    if study == "head" and phrase.noun.text.lower().startswith("nodul") and not _is_head_report(reading):
        return []  # in a note that also tells of a scan of the head, nodules are those of the lung
    if (organ_shown := _organ_of_study(study)) is not None:
        return [organ_shown]
    if (own_organ := organ_of_report(reading)) is not None:
        return [_Site(own_organ, "extracranial", ())]
    subject = _subject(reading, phrase, number)
    if subject is not None:
        return [subject]
    if (
        last
        and phrase.quantity is not None
        and (
            phrase.definite
            or _WITH.search(reading.text[max(0, phrase.start - 8) : phrase.start])
            or _OTHER_OF.search(reading.text[max(0, phrase.start - 25) : phrase.start])
        )
    ):
        return [replace(last, places=())]
    if phrase.strong and _IN_NODES.match(reading.text[phrase.end : reading.sentences[number].end]):
        return [_Site("lymph_node_regional", "regional", ())]
    return [_Site("unspecified", None, ())] if phrase.strong else []


def _is_head_report(reading: Reading) -> bool:
    report = report_frame(reading)
    return report is not None and report.study == "head"


def _biopsied(reading: Reading, phrase: Phrase, number: int) -> _Site | None:
    """The site whose tissue showed "metastatic carcinoma": "biopsy of the left adrenal: …"."""
    if not phrase.strong or phrase.noun.value.get("number") != "mass":
        return None
    begin = reading.sentences[number].start
    before = reading.text[begin : phrase.start]
    if not _BIOPSY.search(before):
        return None
    sites = [
        m for m in reading.within(begin, phrase.start, SITE) if m.value["site"] != "lung" and not m.value.get("generic")
    ]
    names = {m.value["site"] for m in sites}
    if len(names) != 1:
        return None
    place = place_of(sites[-1], None, False, reading.text)
    return _Site(place.site, place.region, (replace(place, single=True),))


def _opening_place(reading: Reading, phrase: Phrase, number: int) -> _Site | None:
    """The place at the head of a clause: "In the left lung, metastases are present", "Pancreas, metastasis 12 mm"."""
    begin = reading.sentences[number].start
    begin = max(begin, *(reading.text.rfind(sign, begin, phrase.start) + 1 for sign in ";:"))
    opened = _OPENS_CLAUSE.match(reading.text, begin)
    if opened is None:
        return None
    parts = [m for m in atoms(reading, number) if opened.end() <= m.start and m.end <= phrase.start]
    if not parts or parts[0].start != opened.end():
        return None
    side = parts.pop(0) if parts[0].category == "SIDE" else None
    if not parts or parts[0].category != SITE or parts[0].value.get("node"):
        return None
    site = parts.pop(0)
    if side is not None and reading.text[side.end : site.start].strip(" ."):
        return None
    behind = parts.pop(0) if side is None and parts and parts[0].category == "SIDE" else None
    between = reading.text[(behind or site).end : phrase.start]
    if any(part.category != QUANTITY for part in parts) or len(between) > 60 or re.search(r"[.()]", between):
        return None
    if not opened["preposition"] and not re.fullmatch(r"[ ]?,[ ]?(?:an?[ ]|the[ ]|known[ ]|with[ ])*", between):
        return None
    place = place_of(site, side or behind, False, reading.text)
    if place.site in _PRIMARY_SITES and not phrase.strong:
        return None
    return _Site(place.site, place.region, (place,) if place.single else ())


def _with_subjects(reading: Reading, phrase: Phrase, number: int) -> Phrase:
    """A phrase with the single places of which it is said: "L1 and S2 are confirmed as metastases"."""
    if not phrase.strong or phrase.places or phrase.quantity is not None or "site" in phrase.noun.value:
        return phrase
    if reading.in_sentence(number, REFUTING):
        return phrase
    parts = [part for part in atoms(reading, number) if part.end <= phrase.start]
    if len(parts) == 1 and "both" in parts[0].groups and _is_said(reading, parts[0], phrase):
        return replace(phrase, start=parts[0].start, quantity=counting.TWO)
    if any(part.category not in (SITE, "SIDE") and "both" not in part.groups for part in parts):
        return phrase
    found = _places_before(reading, parts, phrase.start, _IS_SAID_TO_BE) or _places_before(
        reading, parts, phrase.start, _CHANGE_OF
    )
    if not found or not all(told.place.single for told in found):
        return phrase
    return replace(phrase, start=found[-1].start, places=tuple(told.place for told in reversed(found)))


def _is_said(reading: Reading, subject: Mention, phrase: Phrase) -> bool:
    """Whether a phrase is what is said of a subject: "both remain metastatic"."""
    return _IS_SAID_TO_BE.fullmatch(reading.text[subject.end : phrase.start]) is not None


class _Told(NamedTuple):
    """A place of a list, and where it begins."""

    start: int
    site: Mention
    place: Place


def _places_before(reading: Reading, parts: list[Mention], edge: int, first_gap: re.Pattern[str]) -> list[_Told]:
    """The places of a list before something that is said of them, the last one first.

    Args:
        reading: The note.
        parts: Sites and sides before it.
        edge: Where that begins.
        first_gap: What may stand between it and the last place.
    """
    left, found = list(parts), list[_Told]()
    while left and left[-1].category == SITE:
        site = left.pop()
        if not (_LIST_COMMA if found else first_gap).fullmatch(reading.text[site.end : edge]):
            break
        beside = left[-1] if left and not reading.text[left[-1].end : site.start].strip(" .") else None
        side = left.pop() if beside and beside.category == "SIDE" else None
        both = left.pop() if beside and "both" in beside.groups else None
        edge = (both or side or site).start
        found.append(_Told(edge, site, place_of(site, side, both is not None, reading.text)))
    return found


def _subject(reading: Reading, phrase: Phrase, number: int) -> _Site | None:
    """The organ shortly before a phrase: "Liver heavily infiltrated: more than twenty metastases"."""
    if not phrase.strong:
        return None
    begin = max(reading.sentences[number].start, phrase.start - 60)
    before = [m for m in atoms(reading, number) if begin <= m.start and m.end <= phrase.start]
    if not before or before[-1].category != SITE or before[-1].value.get("lobe"):
        return None
    between = reading.text[before[-1].end : phrase.start]
    if len(between) > 40 or re.search(
        r"[,;.)/]|\b(?:and|but|with|without|from|for|of|ca|cancer|carcinoma|tumou?r|primary)\b", between
    ):
        return None
    return _Site(str(before[-1].value["site"]), before[-1].value.get("region"), ())


def _freed(reading: Reading, phrase: Phrase, number: int) -> list[_Site]:
    """The organs of which is told that they hold none: "liver, adrenals and bones free of metastases"."""
    if phrase.noun.qualifiers.assertion is not Assertion.NEGATED or phrase.start > phrase.noun.start:
        return []
    begin = reading.sentences[number].start
    parts = [part for part in atoms(reading, number) if begin <= part.start and part.end <= phrase.start]
    sites: list[_Site] = []
    edge = phrase.start
    for part in reversed(parts):
        gap = reading.text[part.end : edge]
        if part.category != SITE or not (_FREE_OF if not sites else _LIST_COMMA).fullmatch(gap):
            break
        sites.insert(0, _Site(str(part.value["site"]), part.value.get("region"), ()))
        edge = part.start
    return sites


def _normal_organs(reading: Reading, number: int, covered: Sequence[tuple[int, int]]) -> Iterator[Finding]:
    """Organs that a study shows to be normal: "spleen, pancreas and both adrenals unremarkable"."""
    if reading.frames[number].study is None:
        return
    for told in reading.in_sentence(number, ORGAN_FREE):
        parts = [part for part in atoms(reading, number) if part.end <= told.start]
        for start, site, place in _places_before(reading, parts, told.start, _IS_NORMAL):
            if place.site in _PRIMARY_SITES or _overlaps(site.start, site.end, covered):
                continue
            sided = place.single and not re.match(r"both\b|bilateral", place.name)
            finding = _make(
                reading, site, _Site(place.site, place.region, ()), counting.NONE, start, told.end, "lesion",
                bare=True, places=(place.name,) if sided else (),
            )  # fmt: skip
            if finding.assertion is Assertion.AFFIRMED:
                yield replace(finding, assertion=Assertion.NEGATED)


def _refuted(reading: Reading, number: int) -> Iterator[Finding]:
    """Places that turned out to be something else: "the segment 8 lesion is a haemangioma", "T11: fracture, no metastasis"."""
    sentence = reading.sentences[number]
    told = [m for m in reading.in_sentence(number, REFUTING) if m.qualifiers.assertion is Assertion.AFFIRMED]
    told += [
        m
        for m in reading.in_sentence(number, METASTASIS)
        if m.qualifiers.assertion is Assertion.NEGATED and "RESOLVED" not in m.qualifiers.cues
        and _IS_NONE.search(reading.text[max(sentence.start, m.start - 30) : m.start])
    ]  # fmt: skip
    parts = [part for part in atoms(reading, number) if part.category in (SITE, "SIDE")]
    done: set[int] = set()
    for why in sorted(told, key=lambda m: m.start):
        own = [part for part in parts if part.end <= why.start]
        for start, site, place in _places_before(reading, own, why.start, _TURNED_OUT):
            if site.start in done or not place.single or place.site in ("lung", "lymph_node_regional"):
                continue
            done.add(site.start)
            finding = _make(
                reading, site, _Site(place.site, place.region, ()), counting.NONE, start, why.end, "lesion",
                bare=True, places=(place.name,), refuted=True,
            )  # fmt: skip
            if finding.experiencer is Experiencer.PATIENT:
                yield replace(finding, assertion=Assertion.NEGATED)


def _side_by_side(reading: Reading, number: int) -> Iterator[Finding]:
    """The sides of a paired organ, told one by one: "of her two adrenal metastases the left has gone, the right is 9 mm"."""
    words = reading.expressions
    sentence = reading.sentences[number]
    own = [p for p in phrases(reading, number) if p.strong and len({place.site for place in p.places}) == 1]
    own = [p for p in own if p.places[0].site in ("adrenal", "kidney")]
    if not own or own[0].noun.qualifiers.assertion is not Assertion.AFFIRMED:
        return
    place = own[0].places[0]
    for told in words["lesions.one_side"].finditer(reading.text, own[0].end, sentence.end):
        gone = words["lesions.side_gone"].match(reading.text, told.end(), sentence.end) is not None
        finding = _make(
            reading, own[0].noun, _Site(place.site, place.region, ()), counting.NONE if gone else counting.ONE,
            told.start(), told.end(), "metastasis", places=(f"{told['side'].lower()} {place.site}",), bare=True,
        )  # fmt: skip
        yield _affirmed(finding, counting.NONE if gone else counting.ONE, gone)


def _side_at_head(reading: Reading, phrase: Phrase) -> Mention | None:
    """The side that opens a sentence: "Right: metastasis 14 mm"."""
    begin = reading.sentences[phrase.noun.sentence].start
    side = next(iter(reading.within(begin, phrase.start, "SIDE")), None)
    return (
        side if side and side.start == begin and re.match(r"[ ]?[:-]", reading.text[side.end : side.end + 2]) else None
    )


def _sided(reading: Reading, phrase: Phrase, header: _Site) -> tuple[Place, ...]:
    """The side that a phrase gives to the organ at the head of its line: "Adrenals: R metastasis"."""
    sides = [part for part in phrase.parts if part.category == "SIDE"]
    side = next(iter(sides), None) or _side_at_head(reading, phrase)
    if side is None or any(other.groups.keys() != side.groups.keys() for other in sides):
        return tuple(place for place in header.places if place.single)
    return (
        Place(
            header.site,
            header.region,
            counting.ONE,
            f"{side.text.lower()} {header.places[0].name.rstrip('s')}",
            True,
            side.start,
            side.end,
        ),
    )


def _distant_node(site: _Site, sites: Sequence[_Site], reading: Reading) -> _Site:
    """Nodes without a station, named in one breath with distant organs, are distant ones."""
    generic = site.site == "lymph_node_regional" and all(
        _NODAL.fullmatch(place.name) or place.name == "lymphatic" for place in site.places
    )
    if generic and any(other.region in ("extracranial", "cranial") for other in sites):
        return replace(site, site="lymph_node_distant", region="extracranial")
    return site


def _without_frames(grouped: dict[str, list[Place]], words: str) -> dict[str, list[Place]]:
    """Drop what only frames a place: the lung of a "lung primary", the liver of a "portal node"; skin is skin anywhere."""
    lobes = grouped.get("brain", ())
    skull = [place for place in grouped.get("bone", ()) if _SKULL.match(place.name)]
    if lobes and skull and all(_OF_SKULL.fullmatch(place.name) for place in lobes):
        named = [replace(p, site="bone", region="extracranial", name=f"{p.name} {skull[0].name}") for p in lobes]
        bones = [*(place for place in grouped["bone"] if place not in skull), *named]
        grouped = {site: bones if site == "bone" else places for site, places in grouped.items() if site != "brain"}
    if {"skin", "soft_tissue"} <= grouped.keys() and not _DEEP.search(words):
        skin = [*grouped["skin"], *grouped["soft_tissue"]]
        grouped = {
            site: skin if site == "skin" else places for site, places in grouped.items() if site != "soft_tissue"
        }
    if {"skin", "soft_tissue"} <= grouped.keys() and _SKIN_OR_BELOW.search(words):
        grouped = {site: places for site, places in grouped.items() if site != "skin"}
    if len(grouped) > 1 and _NODAL.search(words):
        generic = [
            site
            for site, places in grouped.items()
            if site.startswith("lymph_node") and all(_NODAL.fullmatch(p.name) or p.name == "lymphatic" for p in places)
        ]
        if any(site.startswith("lymph_node") and site not in generic for site in grouped):
            grouped = {site: places for site, places in grouped.items() if site not in generic}
        nodes = {site: places for site, places in grouped.items() if site.startswith("lymph_node")}
        if nodes and not re.search(r"\b(?:and|,)\b", words):
            return nodes
    return grouped


def _emit(
    reading: Reading,
    phrase: Phrase,
    number: int,
    header: _Site | None,
    last: _Site | None,
    linked: Phrase | None,
    listed: bool,
) -> Iterator[Finding]:
    if "UNREPORTED" in phrase.noun.qualifiers.cues:
        return
    sites = _sites(reading, phrase, number, header, last, linked)
    value = phrase.noun.value
    needs = value.get("needs_site")
    if phrase.strong and needs and needs != "any":
        sites = [site for site in sites if site.site in needs]
    mixed = len(sites) > 1 and any(site.site == "leptomeninges" for site in sites)
    if mixed and value.get("number") == "mass" and phrase.noun.qualifiers.assertion is not Assertion.NEGATED:
        sites = [site for site in sites if site.site != "brain"]
    source = (
        phrase
        if linked is None
        else replace(
            linked,
            noun=replace(phrase.noun, value={**linked.noun.value}),
            start=min(linked.start, phrase.start),
            end=phrase.end,
            quantity=phrase.quantity if phrase.course else linked.quantity,
            article=linked.article and not phrase.course,
            sizes=linked.sizes,
            course=linked.course or phrase.course,
        )
    )
    before = reading.text[max(reading.sentences[number].start, source.start - 30) : phrase.noun.start]
    new = _NEW.search(before) is not None and not _OLD_OR_NEW.search(before)
    # what tissue showed was so when it was taken; what is left is for imaging to say
    tissue = linked is None and not phrase.places and _biopsied(reading, phrase, number) is not None
    further = _FURTHER.search(before) is not None
    singular = source.quantity is None and source.noun.value.get("number") == "singular"
    labelled = reading.expressions["lesions.label_behind"].match(reading.text, source.noun.end) is not None
    another = singular and _ANOTHER.search(before)
    staging = _stages(reading, phrase)
    for site in sites:
        count = counting.MANY if site.site == "leptomeninges" else count_at(source, site.places, len(sites))
        if singular and labelled and count == counting.SOME:
            count = counting.ONE
        if listed and not phrase.strong and site.region == "regional":
            continue
        if site.site == "lung" and _IPSILATERAL.search(before) and not _CALLED_METASTASIS.match(phrase.noun.text):
            continue  # T3 or T4, no metastasis
        fresh = new or (site.site == "unspecified" and further)
        finding = _finding(reading, phrase, source, site, sites, count, fresh, listed)
        if tissue and finding.temporality is Temporality.CURRENT:
            finding = replace(finding, temporality=Temporality.HISTORICAL)
        if site.site == "unspecified" and _KIND.search(reading.text[max(0, phrase.start - 40) : phrase.noun.start]):
            finding = replace(finding, context={**finding.context, "kind": True})
        if source.quantity is None and not any(p.single for p in site.places) and _same_number(reading, phrase):
            finding = replace(finding, context={**finding.context, "same": True})
        if staging:
            finding = replace(finding, context={**finding.context, "staging": True})
        if labelled and singular and not finding.context.get("places"):
            label = _plain(reading.text[source.noun.start : source.noun.end + 3])
            finding = replace(finding, context={**finding.context, "places": (label,)})
        if another:
            finding = replace(finding, context={**finding.context, "another": True})
        elif further and source.quantity is not None and site.site != "unspecified":
            finding = replace(finding, context={**finding.context, "further": True})
        yield finding


def _stages(reading: Reading, phrase: Phrase) -> bool:
    """Whether a stage rests on what is told, in brackets behind it: that was so when the stage was given."""
    begin = reading.sentences[phrase.noun.sentence].start
    return reading.expressions["lesions.staged_by"].search(reading.text, begin, phrase.start) is not None


def _same_number(reading: Reading, phrase: Phrase) -> bool:
    """Whether as many lesions are told to be there as before: "denser and unchanged in number"."""
    begin, end = clause_of(reading, phrase.start)
    return any(abs(m.start - phrase.end) < 90 for m in reading.within(begin, end, SAME_NUMBER))


def _finding(
    reading: Reading,
    phrase: Phrase,
    source: Phrase,
    site: _Site,
    sites: Sequence[_Site],
    count: Count,
    new: bool,
    listed: bool,
) -> Finding:
    start, end = source.start, source.end
    if len(sites) > 1 and site.places:
        first, final = site.places[0].start, max(p.end for p in site.places)
        if first < phrase.noun.start:
            start, end = first, phrase.noun.end if site is sites[-1] else final
        else:
            start, end = (source.start if site is sites[0] else first), final
    remaining = _RESIDUAL.search(reading.text[max(0, source.start - 40) : source.start + 40]) is not None
    whole = _EACH_OF.search(reading.text[max(0, source.start - 20) : source.start]) is not None
    by = phrase.noun
    if source.course:  # "from five metastases to two": what was former is but the other number
        by = by.requalified(replace(by.qualifiers, temporality=Temporality.CURRENT))
    return _make(
        reading, by, site, count, start, end,
        concept="metastasis" if phrase.strong or listed else "lesion",
        places=tuple(p.name for p in site.places if p.single),
        explicit=source.quantity is not None and not source.article,
        remaining=remaining or whole or source.course,
        rest="RESOLVED" in by.qualifiers.cues and source.quantity is not None and _is_part(reading, source),
        at=_counts_place(reading, source, site, count),
        closed=len(sites) > 1
        and "RESOLVED" not in by.qualifiers.cues
        and (remaining or (phrase.strong and source.quantity is not None)),
        new=new,
    )  # fmt: skip


def _is_part(reading: Reading, phrase: Phrase) -> bool:
    """Whether a number counts but some of the lesions: "two of the liver metastases"."""
    numbers = [p for p in phrase.parts if p.category == QUANTITY and p.end <= phrase.noun.start]
    return bool(numbers) and _PART_OF.search(reading.text[numbers[0].end : phrase.noun.start]) is not None


def _counts_place(reading: Reading, phrase: Phrase, site: _Site, count: Count) -> bool:
    """Whether a number tells of one place only, not of the whole organ: "two metastases in the left frontal lobe"."""
    single = [place for place in site.places if place.single]
    return (
        phrase.quantity is not None
        and not phrase.article
        and not phrase.listing
        and len(single) == 1 == len(site.places)
        and single[0].count == counting.ONE
        and count.low > 1
        and (
            single[0].end <= phrase.noun.start or _AT.match(reading.text[phrase.noun.end : single[0].start]) is not None
        )
    )


def _make(
    reading: Reading, by: Mention, site: _Site, count: Count, start: int, end: int, concept: str, **context: Any
) -> Finding:
    qualifiers = by.qualifiers
    status = "resolved" if count == counting.NONE and context.get("explicit") else "present"
    assertion = qualifiers.assertion
    if "RESOLVED" in qualifiers.cues and assertion is not Assertion.HYPOTHETICAL:
        status, count = "resolved", counting.NONE
        if assertion is Assertion.NEGATED:
            assertion = Assertion.AFFIRMED
    elif assertion is Assertion.NEGATED:
        count = counting.NONE
    elif _BECAME_NONE.match(
        reading.text[start : reading.sentences[reading.sentence_at(start)].end]
    ) or _ROW_ENDS.search(reading.text[end : reading.sentences[reading.sentence_at(start)].end]):
        status, count = "resolved", counting.NONE
    value = {"site": site.site, "region": site.region, "low": count.low, "high": count.high, "status": status}
    finding = reading.finding(concept, value, start, end, by, assertion=assertion)
    if status == "resolved" and finding.temporality is Temporality.HISTORICAL:
        finding = replace(finding, temporality=Temporality.CURRENT)  # "no correlate of the former ...": it is so now
    context["corrects"] = _is_correction(reading, reading.sentence_at(start))
    if concept == "lesion" and _RESPONDS.search(_DENIED.sub(" ", _statement(reading, start, end))):
        context["responds"] = True
    return replace(finding, context={**finding.context, **{k: v for k, v in context.items() if v}})


def _affirmed(finding: Finding, count: Count, gone: bool) -> Finding:
    """A finding with a count of its own, whatever the cues around it say."""
    status = "resolved" if gone else "present"
    value = {**finding.value, "low": count.low, "high": count.high, "status": status}
    return replace(finding, value=value, assertion=Assertion.AFFIRMED)


@remembered
def _has_addendum(reading: Reading) -> bool:
    """Whether a section of the note is an addendum."""
    return any(s.section is not None and s.section.name == "addendum" for s in reading.sentences)


def _is_correction(reading: Reading, number: int) -> bool:
    """Whether a sentence belongs to what sets an earlier report right: its note, or its paragraph from here back."""
    if reading.titled(CORRECTION) is not None and not _has_addendum(reading):
        return True
    block = reading.sentences[number].block
    return any(
        m.sentence <= number and reading.sentences[m.sentence].block == block
        and (m.sentence == number or (m.value.get("lasting") and m.start - reading.sentences[m.sentence].start < 40))
        for m in reading.of(CORRECTION)
        if m.qualifiers.temporality is not Temporality.PLANNED and m.qualifiers.assertion is Assertion.AFFIRMED
    )  # fmt: skip


def _statement(reading: Reading, start: int, end: int) -> str:
    """What is told of a lesion: from its words to the end of the clause, or to the next site."""
    number = reading.sentence_at(start)
    limit = reading.sentences[number].end
    following = next((m.start for m in reading.within(end, limit, SITE) if m.start > end + 3), limit)
    return reading.text[start : min(limit, following, end + 80)].split(";")[0]


def _plain(words: str) -> str:
    """Words for comparing: lower case, single blanks, no signs."""
    return re.sub(r"[^a-z0-9]+", " ", words.lower()).strip()


def _overlaps(start: int, end: int, covered: Iterable[tuple[int, int]]) -> bool:
    return any(start < b and a < end for a, b in covered)


def _counts_alone(
    reading: Reading, number: int, covered: Sequence[tuple[int, int]], header: _Site | None
) -> Iterator[Finding]:
    """A number without a noun that goes back to one: "now only two can be found", "one remains"."""
    words = reading.expressions
    sentence = reading.sentences[number]
    own = list(phrases(reading, number))
    for mention in prune(reading.in_sentence(number, QUANTITY)):
        both = "both" in mention.groups
        if _overlaps(mention.start, mention.end, covered) or (
            mention.value.get("vague") and not both and not {"one", "many"} & mention.groups.keys()
        ):
            continue
        if "many" in mention.groups:
            yield from _still_many(reading, number, mention)
            continue
        after, before = (
            reading.text[mention.end : sentence.end],
            reading.text[max(sentence.start, mention.start - 30) : mention.start],
        )
        if _FORMER.search(reading.text[sentence.start : mention.start]):
            continue
        if words["lesions.except_for"].search(before) and (excepted := _excepted(reading, mention, own)) is not None:
            yield excepted
            continue
        whole = _whole_of(reading, own, mention)
        if whole is not None and whole.start >= mention.end:  # "two of the three metastases known from March remain"
            after = reading.text[whole.noun.end : sentence.end]
        gone = _GONE.match(after) is not None
        still = _STILL_BEFORE.search(before) is not None or (
            _SEEN_BEFORE.search(before) is not None and _OF_THESE.match(after) is not None
        )
        today = _TODAY.search(before) is not None and re.match(r"[ ](?:in|at|of)[ ]", after) is not None
        if any(start == mention.end + 1 for start, _ in covered):
            continue  # "one sole metastasis"
        part = whole is not None and whole.start >= mention.end and words["lesions.changed"].match(after) is not None
        if not (gone or today or still or part or _REMAINS.match(after)) or not (
            whole is not None
            or still
            or _BEFORE_ONE.search(before)
            or (not before.strip() and not mention.text.isdigit())
        ):
            continue
        earlier = [whole] if whole is not None else [p for p in own if (p.strong or both) and p.end <= mention.start]
        if earlier and earlier[-1].places:
            site: _Site | None = _Site(earlier[-1].places[0].site, earlier[-1].places[0].region, ())
        elif earlier and (shown := _organ_of_study(reading.frames[number].study)) is not None:
            site = shown
        elif earlier and header:
            site = replace(header, places=())
        elif whole is not None and (opening := _opening_place(reading, whole, number)) is not None:
            site = opening
        else:
            site = _last_site(reading, number) or (_listed_behind(reading, number, mention.end) if earlier else None)
            if site is None and whole is not None and whole.strong and not whole.places:
                site = _Site("unspecified", None, ())
            if (
                site is None
                and not own
                and words["lesions.former_number"].search(reading.text[sentence.start : mention.start])
            ):
                site = _organ_of_study(reading.frames[number].study)
        if site is None:
            continue
        if both and not gone:
            continue
        count = counting.NONE if gone else counting.quantity(mention.groups)
        if gone and whole is not None and (left := _left_of(whole.quantity, counting.quantity(mention.groups))):
            gone, count = False, left
        if (
            part
            and not gone
            and whole is not None
            and whole.quantity is not None
            and not words["lesions.rest_gone"].search(after)
        ):
            # of the others nothing is said, or that they are there
            count = (
                whole.quantity if words["lesions.rest_stays"].search(after) else Count(count.low, whole.quantity.high)
            )
        if gone and _ALL_BUT.search(before):
            gone, count = False, counting.quantity(mention.groups)
        strong = not earlier or earlier[-1].strong
        finding = _make(
            reading, mention, site, count, mention.start, mention.end,
            "metastasis" if strong else "lesion", explicit=True, rest=gone and not both,
        )  # fmt: skip
        yield replace(_affirmed(finding, count, gone), temporality=Temporality.CURRENT)


def _sum_told(reading: Reading, number: int) -> Iterator[Finding]:
    """A number that sums up what the sentences before it told: "so that makes four in total"."""
    sentence = reading.sentences[number]
    told = reading.expressions["lesions.makes_total"].match(reading.text, sentence.start, sentence.end)
    if told is None:
        return
    before = [p for n in range(max(0, number - 3), number) for p in phrases(reading, n) if p.strong]
    counted = [m for m in reading.in_sentence(number, QUANTITY) if m.start <= told.start("number") < m.end]
    if not before or not counted:
        return
    count = counting.number(told["number"]) or 0
    site = _Site("unspecified", None, ())
    yield _make(
        reading, counted[0], site, Count(count, count), told.start(), told.end("number"), "metastasis",
        explicit=True, remaining=True,
    )  # fmt: skip


def _listed_behind(reading: Reading, number: int, begin: int) -> _Site | None:
    """The organ of the places in the brackets behind a number: "three remain (left S3 4 mm, left S8 5 mm)"."""
    opened = reading.expressions["lesions.opens_bracket"].match(reading.text, begin)
    closing = reading.text.find(")", begin, reading.sentences[number].end)
    if opened is None or closing < 0:
        return None
    named = [m for m in prune(reading.within(opened.end(), closing, SITE)) if not is_no_site(reading, m)]
    if len({(m.value["site"], m.value.get("region")) for m in named}) != 1:
        return None
    return _Site(str(named[0].value["site"]), named[0].value.get("region"), ())


def _excepted(reading: Reading, mention: Mention, own: Sequence[Phrase]) -> Finding | None:
    """The lesions that are left of those that have gone, or are denied: "all have vanished except for one in segment 7"."""
    before = [phrase for phrase in own if phrase.end <= mention.start]
    if not before:
        return None
    phrase, count = before[-1], counting.quantity(mention.groups)
    denied = phrase.noun.qualifiers.assertion is Assertion.NEGATED or "RESOLVED" in phrase.noun.qualifiers.cues
    if not denied or not (phrase.strong or phrase.places):
        return None
    place = phrase.places[0] if phrase.places else None
    site = _Site(place.site, place.region, ()) if place else _Site("unspecified", None, ())
    concept = "metastasis" if phrase.strong else "lesion"
    finding = _make(reading, mention, site, count, mention.start, mention.end, concept, explicit=True)
    return _affirmed(finding, count, gone=False)


def _organ_of_study(study: str | None) -> _Site | None:
    """The organ that a study shows and nothing else: the brain of an MRI of the head."""
    return _Site(*_ORGAN_OF_STUDY[study], ()) if study in _ORGAN_OF_STUDY else None


def _still_many(reading: Reading, number: int, mention: Mention) -> Iterator[Finding]:
    """Lesions without a noun in the report of a study of one organ: "MRI: still too many to count"."""
    site = _organ_of_study(reading.frames[number].study)
    before = reading.text[max(reading.sentences[number].start, mention.start - 12) : mention.start]
    alone = not reading.in_sentence(number, METASTASIS, LESION, BENIGN)
    if site is not None and alone and re.search(r"(?:\bstill|\bremain|:)[ ]?$", before):
        yield _make(reading, mention, site, counting.MANY, mention.start, mention.end, "metastasis", explicit=True)


def _left_of(whole: Count | None, gone: Count) -> Count | None:
    """How many are left of a whole when some of them have gone: "three of the five are gone"."""
    if whole is None or whole.low != whole.high or gone.low != gone.high or gone.low >= whole.low:
        return None
    return Count(whole.low - gone.low, whole.low - gone.low)


def _whole_of(reading: Reading, own: Sequence[Phrase], number: Mention) -> Phrase | None:
    """The lesions of which a number tells what became of a part: "of the four, one is left", "one of the four"."""
    for phrase in own:
        if phrase.article or (phrase.quantity is None and not _heads_part(reading, phrase, number)):
            continue
        begin = reading.sentences[phrase.noun.sentence].start
        if not _OF_ORIGINAL.search(reading.text[max(begin, phrase.start - 40) : phrase.start]):
            continue
        if phrase.end <= number.start or _OF_ORIGINAL.fullmatch(reading.text[number.end : phrase.start].strip() + " "):
            return phrase
    return None


def _heads_part(reading: Reading, phrase: Phrase, number: Mention) -> bool:
    """Whether one number tells what is left of lesions without one: "of the liver metastases only two are left"."""
    if not phrase.strong or phrase.noun.value.get("number") != "plural" or not phrase.end <= number.start:
        return False
    between = reading.text[phrase.end : number.start]
    behind = reading.text[number.end : reading.sentences[phrase.noun.sentence].end].split(",")[0]
    return len(between) < 25 and not re.search(r"[;:.()]", between) and not re.search(r"\band\b", behind.split("(")[0])


def _announced(reading: Reading, number: int, covered: Sequence[tuple[int, int]], listed: bool) -> Iterator[Finding]:
    """Sites in a list that something announces: "residual disease: left adrenal, rib 6"."""
    announcements = reading.in_sentence(number, ANNOUNCEMENT)
    if not announcements and not listed:
        return
    sentence = reading.sentences[number]
    begin = sentence.start if listed else announcements[0].start
    edge = sentence.start if listed else announcements[0].end
    staging = not listed and _STAGING.match(announcements[0].text) is not None
    limit = sentence.end
    if staging and reading.text[edge:limit].lstrip().startswith("("):
        closing = reading.text.find(")", edge, limit)
        limit = closing if closing >= 0 else limit
    parts = [part for part in atoms(reading, number) if edge <= part.start < limit]
    for item in _items(reading, parts, edge):
        if _overlaps(item.start, item.end, covered) or item.site.region == "regional":
            continue
        if item.site.site == "brain" and any(
            m.value["site"] == "leptomeninges" for m in reading.in_sentence(number, SITE)
        ):
            continue  # "leptomeningeal disease, cranial and spinal"
        if item.site.site == "lung" and not listed and not _OF_METASTASES.search(announcements[0].text):
            continue  # "residual sites: lung, adrenal": the lung may be where the primary is
        first = begin if not listed and item.start - announcements[0].end < 4 else item.start
        names = tuple(place.name for place in item.site.places if place.single)
        if listed and len(names) == 1:  # a row says more of its place than the site: "R cerebellar, lateral"
            more = re.match(r"(?:[ ]?,?[ ]?[A-Za-z-]+)*", reading.text[item.by.end : sentence.end])
            names = (_plain(names[0] + (more[0] if more else "")),)
        finding = _make(
            reading, item.by, item.site, item.count, first, item.end, "metastasis",
            announced=True, staging=staging, places=names,
        )  # fmt: skip
        yield replace(finding, assertion=Assertion.NEGATED) if item.count == counting.NONE else finding


def _distributed(reading: Reading, number: int, covered: Sequence[tuple[int, int]]) -> Iterator[Finding]:
    """Metastases told before, by organ: "the remaining metastases are one in the liver and two in the skeleton"."""
    words = reading.expressions
    parts = atoms(reading, number)
    told = [m for m in parts if m.category == METASTASIS and m.qualifiers.assertion is Assertion.AFFIRMED]
    first = min((m.end for m in told), default=None)
    if first is None:
        announced = reading.in_sentence(number, ANNOUNCEMENT)
        first = announced[0].end if announced else None
    if first is None:
        return
    entries: list[tuple[Mention, Mention | None, Mention]] = []
    for index, part in enumerate(parts):
        if part.category != QUANTITY or part.start < first or not {"low", "one"} & part.groups.keys():
            continue
        following = list(parts[index + 1 : index + 3])
        side = following.pop(0) if following and following[0].category == "SIDE" else None
        if not following or following[0].category != SITE or following[0].value.get("lobe"):
            continue
        site = following[0]
        if words["lesions.lies_in"].fullmatch(reading.text, part.end, (side or site).start):
            entries.append((part, side, site))
    if len(entries) < 2 or any(_overlaps(q.start, site.end, covered) for q, _, site in entries):
        return
    for quantity, side, site in entries:
        place = place_of(site, side, False, reading.text)
        yield _make(
            reading, site, _Site(place.site, place.region, ()), counting.quantity(quantity.groups), quantity.start, site.end,
            "metastasis", explicit=True, places=(place.name,) if place.single else (),
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Item:
    """An entry of a list of sites: "left adrenal", "liver x3", "bone (L2, L4)", "one in the spleen"."""

    site: _Site
    count: Count
    start: int
    end: int
    by: Mention
    whole: bool
    """Whether it names an organ as a whole; places of that organ may follow in brackets."""


def _items(reading: Reading, parts: Sequence[Mention], edge: int) -> list[_Item]:
    """The entries of a list of sites that begins at a place of the text, with the numbers told of each."""
    items: list[_Item] = []
    side: Mention | None = None
    told: Mention | None = None
    for part in parts:
        if part.start < edge:
            continue
        gap = reading.text[edge : part.start]
        if not _LISTED.match(gap):
            break
        edge = part.end
        if part.category == "SIDE":
            side = part
        elif part.category == QUANTITY and not {"article", "both"} & part.groups.keys():
            behind = reading.text[items[-1].end : part.start] if items else ""
            ends = reading.expressions["lesions.entry_ends"].match(reading.text, part.end)
            sums_up = behind == " " and ends and len(items[-1].site.places) < 2
            if items and (sums_up or (items[-1].whole and re.fullmatch(r"[ ]?[(:=][ ]?|[ ]{2,}|[ ]?\|[ ]?", behind))):
                items[-1] = replace(items[-1], count=counting.quantity(part.groups), end=part.end, whole=False)
            else:
                told = part if not items or _SEPARATES.search(gap) else None
        elif part.category == "TIMES" and items and not reading.text[items[-1].end : part.start].strip(" .:="):
            number = counting.number(next(iter(part.groups.values()))) or 0
            items[-1] = replace(items[-1], count=Count(number, number), end=part.end, whole=False)
        elif part.category == SITE and not part.value.get("lobe"):
            place = place_of(part, side, False, reading.text)
            if told is not None and not COUNTED.match(reading.text[told.end : (side or part).start]):
                told = None
            before = items[-1] if items else None
            if before is not None and before.site.site == place.site and place.single and _continues(before, gap):
                places = (*before.site.places, place)
                items[-1] = replace(
                    before, site=replace(before.site, places=places), end=part.end,
                    count=counting.total(p.count for p in places),
                )  # fmt: skip
            else:
                count = place.count if place.single else counting.SOME
                count = counting.quantity(told.groups) if told is not None else count
                start = min(m.start for m in (part, side, told) if m is not None)
                places = (place,) if place.single else ()
                items.append(
                    _Item(
                        _Site(place.site, place.region, places), count, start, part.end, part,
                        not place.single and told is None,
                    )
                )  # fmt: skip
            side = told = None
    return items


def _continues(before: _Item, gap: str) -> bool:
    """Whether a place belongs to the organ named before it: "bone (L2, L4)"."""
    if not before.whole:
        return False
    return bool(
        re.fullmatch(r"[ ]?[(:][ ]?|[ ]", gap)
        if not before.site.places
        else re.fullmatch(r"[ ]?(?:,|and|/|&|\+|, and)[ ]?", gap)
    )


def _bare_sites(
    reading: Reading, number: int, covered: Sequence[tuple[int, int]], header: _Site | None
) -> Iterator[Finding]:
    """A site with a measurement and no noun: "left adrenal 15 mm (28)", "Skeleton: T4, L1 unchanged"."""
    harmless = bool(reading.in_sentence(number, BENIGN))
    parts = atoms(reading, number)
    for index, part in enumerate(parts):
        if (
            part.category != SITE
            or _overlaps(part.start, part.end, covered)
            or part.value.get("node")
            or part.value.get("lobe")
        ):
            continue
        following = parts[index + 1] if index + 1 < len(parts) else None
        before = parts[index - 1] if index else None
        sided = (
            before is not None and before.category == "SIDE" and reading.text[before.end : part.start].strip(" .") == ""
        )
        own_size = (
            following is not None
            and following.category == SIZE
            and not _BECAME_NONE.match(reading.text[part.end : reading.sentences[number].end])
            and not reading.text[part.end : following.start].strip(" (,:")
        )
        if (
            not own_size
            and (part.value.get("part") or sided or part.value.get("paired"))
            and "RESOLVED" in part.qualifiers.cues
        ):
            start = before.start if sided and before else part.start
            name = _plain(reading.text[start : part.end])
            yield _make(
                reading,
                part,
                _Site(str(part.value["site"]), part.value.get("region"), ()),
                counting.NONE,
                start,
                part.end,
                "lesion",
                bare=True,
                places=(name,),
            )
            continue
        if harmless:
            continue
        told = _PERSISTING.match(reading.text[part.end : part.end + 40]) is not None and bool(
            part.value.get("part") or sided
        )
        row = _ROW.match(reading.text[part.end : part.end + 30]) is not None and bool(part.value.get("part") or sided)
        if row and _ROW_ENDS.search(reading.text[part.end : reading.sentences[number].end]):
            start = before.start if sided and before else part.start
            name = _plain(reading.text[start : part.end])
            yield _make(
                reading,
                part,
                _Site(str(part.value["site"]), part.value.get("region"), ()),
                counting.NONE,
                start,
                part.end,
                "lesion",
                bare=True,
                places=(name,),
            )
            continue
        told = told or row
        if any("RESOLVED" in m.qualifiers.cues for m in reading.within(*clause_of(reading, part.start), LESION)):
            continue  # "ninth rib: cortex remodelled, the lesion is no longer seen"
        in_skeleton = (
            "/" not in part.text
            and not _LEVEL.search(reading.text[max(0, part.start - 20) : part.start])
            and header is not None
            and header.site == "bone"
            and part.value["site"] == "bone"
            and bool(part.value.get("part"))
        )
        one = bool(
            part.value.get("part") or sided or (part.value.get("paired") and not part.text.lower().endswith("s"))
        )
        measured = following is not None and following.category == SIZE and one
        if not measured and not in_skeleton and not told:
            continue
        if (
            not in_skeleton
            and not told
            and not re.match(
                r"^(?:[ ](?:gland|left|right|body|lobe|[lr]))?(?:[ :,(-]|\d{1,3}(?:[.,]\d)?(?:[ ]?[mc]m)?[ ]?(?:->|→|>)|\b(?:still|now|currently|measur\w+|is|are|has|have|up|down|to|from|shrunk|decreased|reduced|fallen|come|at|of|with|size|sclerotic|lytic|lesion|residual|remaining|persisting|faint|punctate|tiny|rim|enhancement|enhancing|residue|remnant)\b){1,6}$",
                reading.text[part.end : following.start if following else part.end],
            )
        ):
            continue
        count = counting.places(part.value.get("list"), part.text)
        site = _Site(str(part.value["site"]), part.value.get("region"), ())
        start = before.start if sided and before else part.start
        name = _plain(reading.text[start : part.end])
        yield _make(
            reading,
            part,
            site,
            Count(count, count),
            start,
            following.end if measured and following and not told else part.end,
            "lesion",
            bare=True,
            places=(name,),
        )
