"""Phrases about lesions: "two left adrenal metastases of 12 and 9 mm", "liver: foci in segs II and VII".

A phrase is built round its noun. To the left stand a quantity, a side and sites as adjectives, to the
right sites, sizes and counts. What may stand between two parts of one phrase is a short list of
words; anything else ends the phrase. The result says what was named, and how many.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from extractor.findings import counting
from extractor.findings.counting import Count
from extractor.language.frames import organ_of_report
from extractor.language.reading import Mention, Reading, remembered

METASTASIS, LESION, SITE, QUANTITY, TIMES, SIDE, SIZE, PRIMARY, BENIGN = (
    "METASTASIS", "LESION", "SITE", "QUANTITY", "TIMES", "SIDE", "SIZE", "PRIMARY", "BENIGN",
)  # fmt: skip

_DESCRIBING = r"(?!(?:in|of|at|to|with|within|from|on|by|and|or|nor|but|shows?|showed|showing|is|are|was|were|has|have|had|there|no|not|without|than|for|as|that|which|who|if|per|after|before|since|vs|versus|plus|see|seen|about|against|including|involving|causing|also|remains?|persists?|reveal\w*|demonstrat\w*|detect\w*|diagnos\w*|develop\w*|compared|because|when|while|then|now|her|his|patient|ecog|ps|stage|effusions?|biops\w*|surgery|resection|cancer|carcinoma|adenocarcinoma|ca|patholog\w*|cytology|specimens?|arter\w*|veins?|function|disease|symptoms?|therapy|treatment|ct|mri|pet|scan)\b)"
_LEFT_GAP = re.compile(
    rf"^[ ]*(?:{_DESCRIBING}[A-Za-z][\w'/-]*[, ]{{1,2}}){{0,4}}$|^[ ]*(?:{_DESCRIBING}[A-Za-z][\w'/-]*[ ]){{1,2}}and[ ](?:{_DESCRIBING}[A-Za-z][\w'/-]*[ ]){{1,2}}$|^[ ]*(?:of|of the|of these|of his|of her)[ ]+(?:{_DESCRIBING}[A-Za-z][\w'/-]*[ ]){{0,3}}$|^-(?:based[ ])?$",
    re.I,
)
_JOIN = re.compile(
    r"^[ ]*(?:,|and|or|nor|&|/|\+|as well as|, and|,? ?and/or|plus|with|,? ?(?:in|of) the|and(?: in)? the|, the|and one)[ ]*(?:(?:the|a|an|one|known|left|right|small|new|also|in|of|to|at)[ ])*$",
    re.I,
)
_RIGHT_GAP = re.compile(
    r"^[ ]*(?:(?:,|:|;(?=[ ]?(?:one|two|the|left|right|l|r)\b)|\(|\)|-|=|\+|&|/|\[|\]|\.(?=\d)|~|"
    r"in|of|to|at|within|from(?= (?:C|T|Th|D|L|S)[ ]?\d)|every|all|involving|on|along|over|throughout|affecting|the|an?|and|or|nor|as well as|plus|both|each|one each|his|her|their|"
    r"sized?|sizes|measuring|measures?|measured|are|is|was|were|being|present|seen|located|noted|identified|visible|found|detected|known|side|sided|"
    r"body|bodies|lobe|lobes|pole|region|upper|lower|mid|medial|lateral|anterior|posterior|superior|inferior|proximal|distal|"
    r"lytic|sclerotic|mixed|small|tiny|smaller|larger|focal|subcapsular|peripheral|central|new|also|namely|i\.?e\.?|e\.?g\.?|viz|respectively|"
    r"straddling|spanning|crossing|across|occupying|parenchyma|gland|glands|level|levels|vertebra|vertebrae|vertebral|bone|bones|nodes?|muscle|left|right|l|r|lt|rt|bilateral\w*|up|"
    r"replac(?:e[sd]?|ing)|occupy|occupies|destroy(?:s|ed|ing)|expand(?:s|ed|ing)|infiltrat(?:es?|ed|ing)|portions?|parts?|much|most|"
    r"head|tip|angle|arch|apex|basal|apical|cervical|thoracic|dorsal|lumbar|pelvis(?=[ ]?[(])|bony|"
    r"secondary|deposits?|have|has|been|(?:reduced|decreased|shrunk(?:en)?|regressed|increased|grown|enlarged) to|spread|multiple|several|now|again|still|today|remain(?:s|ing|ed)?|persist(?:s|ing)?|outside|chest|thorax)\b[ ]*|[,:(\])&+/=~-][ ]*|"
    r"(?:SUV[ ]?\w*|previously|prev\.?|was|formerly|prior|before|baseline|from)[ :=]{1,2}\d+(?:[.,]\d+)?){0,10}$",
    re.I,
)  # fmt: skip
_ENTRY_ENDS = re.compile(r"[ ]?(?:$|[;,.(\n]|and\b|\d)")
"""Behind an entry of a list that is but a place, or a place with a size."""
_LARGEST = re.compile(
    r"\b(?:largest|biggest|dominant|index|bulkiest|up to|max(?:imum|imal)?|longest|reference|target|most)\b[^,;]{0,30}$",
    re.I,
)
COUNTED = re.compile(
    r"^[ ]*(?:x[ ]|of (?:them|these|those|which)[ ])?"
    r"(?:(?:in|of|at|on|the|small|large|tiny|lytic|sclerotic|left|right|l|r|new|known|thoracic|lumbar|cervical|dorsal|sacral)[ ]+){0,4}$",
    re.I,
)
"""Between a number and the place whose lesions it counts."""
_TNM_AROUND = re.compile(r"(?<![A-Za-z])[cpyr]{0,2}T[0-4Xx][a-d]?[ ,/;]{0,2}[cpy]{0,2}N[0-3Xx]", re.I)
_SHOWS = re.compile(
    r"^[ ]*(?:(?:each|both|still|all|now)[ ])*(?:shows?|showed|has|have|had|contains?|harbou?rs?|demonstrates?|bears?|carr(?:y|ies)|with|reveals?|sees?|in(?=[ ](?:\d|one|two|three|four|five|six)\b))[ ]+(?:an?[ ]|still[ ]|the known[ ]|known[ ])?$",
    re.I,
)
_ALONG = re.compile(
    r"\b(?:along|abutting|against|adjacent to|next to|near|towards?|facing|contacting|lining)[ ](?:[a-z]+[ ]){0,3}$",
    re.I,
)
_DETAIL = re.compile(
    r"(?:spinous|transverse|articular)|pedicle|lamina|(?:vertebral )?(?:body|bodies|arch)\b|head|neck|shaft|wing|diplo",
    re.I,
)
"""A part of a bone; which bone it is stands behind it."""
_OF_WHOLE = re.compile(r"[ ]?,?[ ](?:of[ ](?:the[ ])?)?(?:(?:left|right)[ ])?|[ ]")
_LUNG_SEGMENT = re.compile(
    r"(?:\b(?:right|left|rt|lt|(?-i:[RL]))\.?[ ]|\b(?:lungs?|pulmonary|lobe|[RL][UML]L)\b[^.;]{0,30})$", re.I
)
"""Before "S6": it is a segment of the lung, not of the sacrum."""
_LABELLED = re.compile(
    r"\b(?:(?:non-?)?targets?|tl|ntl?|lesions?[ ]no\.?|no\.|nr\.|#|reader|timepoint|visit|image|series|slice|ptv|gtv)[ ]?$",
    re.I,
)
"""Before a number that only labels something: "target 2 liver metastasis"."""
_MEASURED = re.compile(r"\d[ ]?[mc]m\)?[ ]?[,;(/][ ]?(?:was[ ]|from[ ]|before[ ])?$", re.I)
_FORMER_SIZE = re.compile(
    r"[ ]?(?:previously|prev\b|formerly|before|earlier|prior|initially|at (?:baseline|diagnosis)|in (?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)|\))",
    re.I,
)
"""Around a number that is but the former size: "8 mm, 18 previously"."""
_NUMBERED = re.compile(r"\d{1,2}(?:[ ]{2}|[.)])")
"""The number of a row: it counts nothing."""
_TARGET_LABEL = re.compile(
    r"(?-i:T|TL|NT|L|S)\d{1,2}(?:[ ]?\||[ :=.)-]{1,3}(?:(?:left|right|lt|rt|[LR])\b"
    r"(?![ ]*(?:$|[,;:.|\n]|\d|metast|mets?\b|lesion|deposit|foc|sclero|lytic|osteo|stable|unchanged|filia|transverse|pedicle|lamina|ala\b|facet|process))"
    r"|(?=(?P<site>\w))))",
    re.I,
)
"""The label of a lesion in a RECIST sheet: "T2 right adrenal metastasis"."""
_COUNT_ROW = re.compile(
    r"[ ]?\((?:n|no\.?|number|count|#)\)(?:(?:[ ]{2,}|[ ]?\|[ ]?)\d{1,2})+(?:[ ]{2,}|[ ]?\|[ ]?)(?P<last>\d{1,2})(?=[ |]*(?:\n|$))"
)
"""A row of a table that counts lesions from visit to visit; the last column is today's."""
_WORD = "zero|one|two|three|four|five|six|seven|eight|nine|none"
_NUMERAL = rf"(?:\d{{1,2}}|{_WORD})"
_ONE_BY_ONE = re.compile(
    rf"[:,][ ]?(?:{_NUMERAL}[ ](?:of (?:them|these|which)[ ])?(?:in|of|at|on|within)[ ][^.;:]{{2,40}}?(?:,|[ ]and)[ ])"
    r"{1,4}$",
    re.I,
)
"""Before the last part of a number that is told place by place: "two metastases: one in the liver and …"."""
_IN_TOTAL = re.compile(r"(?:[ ](?:in total|altogether|overall|left|remain(?:ing)?|persist))?[ ]?[,:-][ ]?", re.I)
"""Between a number of lesions and the numbers of single places."""
_UNCOUNTABLE = re.compile(r"too many|innumerable|countless|uncountable|tntc", re.I)
_STATEMENT_ENDS = re.compile(r"[ ]*(?:[.,;:)]|$|\n)")
_MEASURE_OF = re.compile(
    r"\b(?:SUV\w*|uptake|activity|avidity|size|diameters?|volume|sum)\b[ \w]{0,12}\b(?:of|in)[ ](?:the[ ]|all[ ])*$",
    re.I,
)
"""Before lesions of which something is measured: the numbers behind them are no counts."""
_ON_BOTH_SIDES = re.compile(r"[ ](?:on|of) (?:both|either|each) sides?\b|[ ]bilaterally\b", re.I)
_OTHER_SIDE = re.compile(
    rf"(?:,? and|,|,? plus|;| &)[ ](?P<count>(?P<one>an?|another)|(?P<number>{_NUMERAL}))[ ](?:more[ ]|further[ ]|smaller[ ])?"
    r"(?:in|on|at|within|of)[ ](?:the[ ])?(?P<side>left|right)"
    r"(?:[ ](?:one|side|lung|lobe|hemisphere|adrenal|gland|kidney))?(?=[ ]*(?:[.,;()]|$|\n|measuring\b|\d))",
    re.I,
)
"""Behind a phrase with a side: "… and one in the right (one)"."""
_BECAME = re.compile(
    rf"(?:[ ]?(?:->|→|=>|>)|[ ](?:have |has |had )?(?:now )?(?:fell|fallen|dropped|decreased|declined|reduced|shrunk|went|gone|down)(?: from {_NUMERAL})? to"
    rf"(?: {_NUMERAL}[^.;]{{0,30}}? (?:and|then) (?:now|today|currently)(?: to)?)?)[ ]?(?P<now>{_NUMERAL})(?:[ ](?:or|to)[ ](?P<or>{_NUMERAL}))?(?![\d]|\.\d|[ ]?[mc]m|[ ]?%)",
    re.I,
)
"""What a number of lesions has become: "2 mets -> 1", "twelve metastases fell to five and now to three"."""
_AT_LEVELS = re.compile(
    r"[ ](?:at|in|involving|over|across|affecting)[ ](?P<number>\d{1,2}|two|three|four|five|six|seven|eight|nine|ten)[ ](?:[a-z-]+[ ]){0,2}"
    r"(?:levels|sites|places|locations|bones|vertebrae|vertebral bodies|ribs|(?:nodal )?stations|spots)\b|"
    r"[ ]?[,:]?[ ](?P<places>\d{1,2}|one|two|three|four|five|six|seven|eight|nine|ten)[ ](?:places?|sites?|locations?|spots?|points?)\b",
    re.I,
)
"""How many places hold the disease: "osseous metastatic disease at five thoracolumbar levels"."""
_CAME_DOWN = re.compile(
    rf"(?:,?[ ](?:(?:are|is|stable|unchanged|constant)[ ,]{{1,2}}){{0,2}}(?:in[ ])?(?:number|count)[ ](?:(?:is|was|remains?|stays?|unchanged|stable|still|constant)[ ]){{0,3}}(?:at|of|:)[ ]?|"
    rf"[ ](?:from[ ])?(?:1[0-2]|[1-9]|{_WORD})[ ]?(?:->|→|=>|>|to)[ ]?|[ ](?:(?:are|were|is|have|has|now|come|gone)[ ]){{0,3}}(?:down|reduced|decreased|fallen) to[ ](?:only[ ])?)"
    rf"(?P<now>{_NUMERAL})(?:[ ](?:or|to)[ ](?P<or>{_NUMERAL}))?(?![\d]|\.\d|[ ]?[mc]m|[ ]?%)",
    re.I,
)
"""What has become of lesions whose number stands behind them: "liver mets 4 -> 1", "mets down to three or four"."""
_COURSE = re.compile(
    r"\b(?:reduc|decreas|dwindl|shr[aiu]nk|fall|fell|drop|declin|diminish|go(?:ne|es)? (?:back|down)|went (?:back|down)|c[ao]me down|"
    r"down|regress|thinn)\w*\b[^;:]{0,40}\bto[ ](?:(?:only|just|about|a|some)[ ])*$"
    r"|(?:\b(?:now|at present|currently|today|presently|at this time|yet|still|there (?:now )?(?:remain|persist|are)s?|remains?|(?<!the )remaining|"
    r"persist(?:s|ing)?|count(?:able|ed)?(?: is| as| at|:)?|total(?:l?ing)?(?: of)?|number(?:s|ing|ed)?(?: is| of|:)?|amount(?:s|ing) to)"
    r"[ ,:]+(?:(?:only|just|about|of|as|at|by|mri?|ct|scans?|shows?|enhanced|countable|seen|visible|are|is|still|remaining|left|a)[ ])*)$",
    re.I,
)
"""Between lesions and the number of them that there are now: "metastases, six at first, have dwindled to two"."""
_BOUNDED_BEHIND = re.compile(r"[^.;]*,[ ]$")
_FROM = re.compile(r"\bfrom[ ](?:the[ ])?$", re.I)
_TO = re.compile(r"[ ](?:to|there (?:now )?remains?|remain)[ ](?:(?:only|just|now)[ ])*", re.I)
_NOT_ALL = re.compile(
    r"[ ]?(?:of[ ](?:them|these|those|which|the|her|his)\b|(?:\w+[ ])?(?:new|larger|bigger|growing|progress\w*|further|additional|cyst|sizes?)\b|[ ]?%)",
    re.I,
)
"""Behind a number that does not count all of them: "now one of them larger", "now one new"."""
_JOINS = re.compile(r"\b(?:and|or|plus|with)\b|[,&+]", re.I)
_LISTED_SIZES = re.compile(r"[ ]?:[^.;:\n]*(?:\.\d[^.;:\n]*)*")
_ONE_SIZE = re.compile(r"(?<![\d.x])\d{1,3}(?:\.\d)?(?:[ ]?x[ ]?\d{1,3}(?:\.\d)?)*[ ]?[mc]m\b", re.I)
_SIZE_BEHIND = re.compile(
    r"(?:,?[ ](?:(?!and\b|or\b|with\b|plus\b)[a-z/-]+)){0,6}(?:,?[ ]\(?SUV[ ]?(?:max|peak)?(?:[ ]of)?[ =]?\d{1,2}(?:\.\d)?\)?)?"
    r"[ ]?[,(]?[ ]?(?:measur\w+[ ])?\d{1,3}(?:\.\d)?(?:[ ]?x[ ]?\d{1,3}(?:\.\d)?)*[ ]?[mc]m\b",
    re.I,
)
"""The size of a single lesion, behind where it is: "metastasis near the dome, 11 mm"."""
_BOUND_BEHIND = re.compile(
    r"[ ]?[,(]?[ ]?(?:(?P<least>at (?:the (?:very )?)?least|or more|if not more|as a minimum|minimum)|at (?:the (?:very )?)?most|or fewer|(?:as a )?maximum)"
    r"(?=[ ]*(?:[.,;)]|$|\n))",
    re.I,
)
"""Behind a counted noun: "half a dozen metastases at least"."""
_OR_MORE = re.compile(
    r"(?:[ ](?:of|with|measuring)[^.;]{0,20})?,?[ ]or[ ](?:possibly[ ]|perhaps[ ]|maybe[ ]|even[ ])?(?P<more>two|three|four|2|3|4)\b(?![ ]?[mc]m)",
    re.I,
)
"""Behind a noun: "either one metastasis or two that touch"."""
_SIDE_BEHIND = re.compile(r"[ ]?,?[ ]?[(]?(left|right|lt|rt|(?-i:[LR]))\b(?=[ ]*(?:[.,;)]|$|\n))", re.I)
"""The side behind a noun: "adrenal met L"."""
_WERE = re.compile(
    r"[ ](?:(?:had|have|has|were|was|been|are)[ ]){0,2}(?:known|seen|present|described|there|visible|found|reported|counted|at (?:baseline|diagnosis)|before|formerly|"
    r"previously|initially|in [a-z]{3,9})\b[^.;:]{0,40},[ ](?:of which[ ]|now[ ]|only[ ]|but[ ])*$|[ ](?:had been|were|was)[^.;:]{0,40},[ ](?=(?:one|two|three|four|five|\d)\b)",
    re.I,
)
"""Behind a former number, up to the one that there are now: "two were known, one persists"."""
_RIBS_BEHIND = re.compile(
    r"[ ]?[:(,-]?[ ]?(?:(?:of|in)[ ])?(?:the[ ])?(?:(?:left|right|lt|rt|[lr])\.?[ ])?\d{1,2}(?:st|nd|rd|th)"
    r"(?:(?:[ ](?:left|right|lt|rt|[lr])\b)?,?[ ]?(?:and|&|/|\+)?[ ]?(?:(?:left|right|lt|rt|[lr])\.?[ ])?\d{1,2}(?:st|nd|rd|th))*"
    r"(?:[ ](?:left|right|lt|rt|[lr])\b)?",
    re.I,
)
"""The ribs of a list behind the noun: "rib metastases: 4th and 7th left"."""
_IN_EACH = re.compile(
    r"[ ](?:lesion |metastasis )?(?:(?:in|at|for)[ ]each(?:[ ]\w+)?|per[ ](?:vertebra\w*|level|body|segment|site|lobe|bone|rib)(?:[ ]body)?)",
    re.I,
)
"""Behind a number that only repeats what the list says: "in T4-T6, one in each body"."""
_AT_LEVEL_OF = re.compile(r"\bat (?:the )?(?:level of )?(?:the )?$", re.I)
"""Before a vertebra that only tells how high something lies: "paraspinal metastasis at L2"."""
_SPARED = re.compile(
    r"[ ]+(?:(?:is|are|was|were|remains?)[ ])?(?:not|intact|normal|free|spared|uninvolved|unremarkable|clear|without(?![ ](?:metabolic |tracer |FDG |any )?(?:activity|uptake|avidity|change|progress|growth))|patent)\b",
    re.I,
)
_INCLUDED = re.compile(r"(?:[ ](?:region|lobe|gland|vault|bone|one|lesion|metastasis)){0,2}[ ]included\b", re.I)
"""Behind a place that a number holds already: "all five metastases, skull vault included"."""
_ANNOUNCES = re.compile(r"[:,=(]|\b(?:numbering|now|currently|today|at present)\b", re.I)
"""Between the noun and a number that counts it: "metastases: 3", "metastases now two"."""
_FORMERLY = re.compile(r"[(\[][ ]?(?:were|was|prev\w*\.?|from|former\w*|before|baseline)[: ]*$", re.I)
_FORMER_IN_BRACKETS = re.compile(
    r"[ ]?\((?:(?:were|was|prev\w*\.?|prior|from|former\w*|before|baseline|initial\w*|vs\.?)[: ]*)(?:\w+[: ]+)?", re.I
)
_BEFORE_TIMES = re.compile(r"[ ]*(?:(?:contra|ipsi)-?lateral[ ])?")
_NUMBER_OF = re.compile(r"\b(?:number|count|no\.|total)[ ](?:of[ ])?(?:[\w-]+[ ]){0,4}$", re.I)
_IS_NUMBER = re.compile(
    r"[ ](?:(?:is|was|has|been|now|therefore|hence|thus|corrected|revised|reduced|amended|changed|to|at|stands|amounts?|remains?|be)[ ]){0,5}",
    re.I,
)
"""Between "the number of metastases" and the number."""
_NEAR = re.compile(
    r"\b(?:over|overlying|above|below|beneath|beside|next to|near|adjacent to|(?:anterior|posterior|lateral|medial|deep) to|abutting|behind|in front of)[ ](?:the |her |his )?(?:(?:left|right|lt|rt|l|r)[ ])?$",
    re.I,
)
"""Before a bone that only tells where on the body something is: "a skin deposit over the left scapula"."""
_BELONGS = re.compile(
    r"\b(?:of|in|to|from|at|within|into|with|by|near|normal|clear|unremarkable)[ ](?:the[ ]|both[ ])?$", re.I
)
"""Before a place that belongs to what stands there: "cancer of the lung and two liver metastases"."""
_ORIGIN = re.compile(r"[ -](?:origin|primary|derivation|(?:adeno)?carcinoma|cancer|nsclc|ca\b)", re.I)
_LESION_OF = re.compile(
    r"\b(?:metasta\w+|mets?|lesions?|deposits?|filiae?|secondar\w+|spinous process|arch|pedicle|dens|lytic|sclero\w+)[ ](?:(?:of|in|at|to|the)[ ]){0,2}$",
    re.I,
)
"""Before a "C2" that is a vertebra and no cycle."""
_STAGE_IN_BRACKETS = re.compile(r"(?<=\()(?-i:T[1-4][a-c]?)(?=\))")
_ROW_OF_TABLE = re.compile(r"(?-i:T\d)[ ](?:above|below|of the|in the table|as above)\b")
_LINE = re.compile(r"L[1-6][ ]?[:=)-]")
_METASTATIC = re.compile(r"(?<!non-)(?<!non )\b(?:metastatic|secondary|malignant|involved)\b[\w ,-]{0,45}$", re.I)
_METASTATIC_BEHIND = re.compile(
    r"[ ]?,?[ ]?(?:(?:of|measuring)[ ]\d[\d., ]*[mc]m[ ]?,?[ ]?)?(?:\([^()]{0,30}\)[ ]?,?[ ]?)?"
    r"(?:(?:unchanged|stable|smaller|larger|shrinking|growing|persist\w+|decreas\w+|increas\w+|regress\w+|avid)[ ]?,[ ]?){0,2}"
    r"(?:(?:also|both|all|each|likewise|is|are|was|were|been|has|have|known|proven|confirmed|as|to be|being|considered|deemed|which|that)[ ]){0,5}"
    r"(?:metastatic|secondary|(?P<nodal>tumou?ral|malignant|positive))\b(?![ -](?:to|from|or|vs|versus|potential|for|by)\b|[ ]?\?)",
    re.I,
)
"""What is told behind a lesion of its kind: "a coeliac node of 12 mm, also metastatic"."""
_BOTH_OF = re.compile(
    r"\bboth(?: of (?:these|them|which|the two))?[ ](?:(?:remain|persist|are|were|be|being|proven|known|confirmed|still|as|now|old|sclerotic|lytic|"
    r"treated|stable|healed)[ ]){1,5}$",
    re.I,
)
"""Before the word that says what two are: "both of these remain as sclerotic metastases"."""
_QUALITY = re.compile(r"(?=[ ]?[,.;:)]|$|\n|[ ](?:in|of|at|with|both|throughout|remain\w*|persist\w*)\b)")
"""Behind a quantity that follows its noun as an adjective does: "nodules innumerable, metastatic"."""
_NODE = re.compile(r"node|adenopath|adenomegal|\bLNs?\b|\bLAPs?\b", re.I)
_DEFINITE = re.compile(r"\b(?:the|these|those|this|that|both|all|her|his|known)[ ](?:[\w-]+[ ]){0,3}$", re.I)


@dataclass(frozen=True, slots=True)
class Place:
    """One item of a list of sites.

    Attributes:
        site: The clinical specification's site.
        region: cranial, extracranial or regional.
        count: How many lesions the item itself names.
        name: The words, for telling one place from another.
        single: Whether it names one place of its own (one bone, a side of a paired organ).
        told: Whether a number of its own says how many ("liver x3", "two in the spleen").
        start: Where its words begin.
        end: Where they end.
    """

    site: str
    region: str | None
    count: Count
    name: str
    single: bool
    start: int
    end: int
    told: bool = False


@dataclass(frozen=True, slots=True)
class Phrase:
    """A noun with all that belongs to it.

    Attributes:
        noun: The mention of the noun.
        start: Where the phrase begins.
        end: Where it ends.
        quantity: What a quantity word says, or None.
        places: The sites named, in order, adjectives first.
        sizes: How many lesions a list of sizes measures; 0 without one.
        definite: Whether it points back ("the two metastases").
        article: Whether the quantity is but an article.
        each: Whether the quantity holds for each place ("one lesion each").
        course: Whether the quantity is what is left of a former one ("six metastases have dwindled to two").
        listing: Whether the places stand in a list behind the noun ("metastases (liver, adrenal)").
        parts: The mentions it was made of.
    """

    noun: Mention
    start: int
    end: int
    quantity: Count | None = None
    places: tuple[Place, ...] = ()
    sizes: int = 0
    definite: bool = False
    article: bool = False
    each: bool = False
    listing: bool = False
    course: bool = False
    parts: tuple[Mention, ...] = field(default=())

    @property
    def strong(self) -> bool:
        """Whether the noun itself says metastasis."""
        return self.noun.category == METASTASIS


def prune(mentions: Iterable[Mention]) -> list[Mention]:
    """Mentions without those that a longer one of the same kind covers; in order."""
    kept: list[Mention] = []
    for mention in sorted(
        mentions, key=lambda m: (m.start - m.end, m.start, m.category != METASTASIS, m.value.get("list") == "segment")
    ):
        if not any(mention.start < other.end and other.start < mention.end for other in kept):
            kept.append(mention)
    return sorted(kept, key=lambda m: m.start)


@remembered
def atoms(reading: Reading, sentence: int) -> Sequence[Mention]:
    """All that phrases are made of, in one sentence, overlaps resolved."""
    studies = reading.in_sentence(sentence, "STUDY")
    begin = reading.sentences[sentence].start
    nouns = [
        n
        for n in prune(reading.in_sentence(sentence, METASTASIS, LESION))
        if not _of_study(reading, n, studies)
        and not (n.value.get("anaphoric") and _ONE_BY_ONE.search(reading.text[begin : n.start]))
    ]
    counted = [m for m in reading.in_sentence(sentence, TIMES) if "paren" in m.groups and m.text[-2:-1].isalpha()]
    if counted and any(n.category == METASTASIS and n.end < counted[0].start for n in nouns):  # "liver (2 lesions)"
        nouns = [n for n in nouns if not any(c.start < n.start and n.end < c.end for c in counted)]
    sites = prune(
        m
        for m in reading.in_sentence(sentence, SITE)
        if not is_no_site(reading, m) and not any(s.start <= m.start and m.end <= s.end for s in studies)
    )
    primaries = prune(reading.in_sentence(sentence, PRIMARY))
    rest = [
        m
        for m in prune(reading.in_sentence(sentence, QUANTITY, TIMES, SIZE))
        if not (m.category == QUANTITY and m.start == begin and _NUMBERED.match(reading.text[begin : begin + 6]))
        and not (m.category == QUANTITY and _is_no_count(reading.text, m, begin))
    ]
    sites = [s for s in sites if not any(p.start <= s.start and s.end <= p.end for p in primaries)]
    organs = {s.value["site"] for s in sites if s.value.get("list") != "segment"}
    if "lung" in organs and "liver" not in organs:  # "in the right lung nodules in segments 3 and 9"
        sites = [s for s in sites if s.value.get("list") != "segment"]
    taken = [*nouns, *sites]
    if any(s.value["site"] == "liver" and s.value.get("list") != "segment" for s in sites) or _liver_line(
        reading, sentence
    ):
        sites = [s if _of_bone(sites, s) else _as_segment(reading, s) for s in sites]
    nouns = [n for n in nouns if not _qualifies_next(n, nouns, reading.text)]
    nouns = [
        n for n in nouns if not any(s.value.get("generic") and s.start <= n.start and n.end <= s.end for s in sites)
    ]
    sites = [s for s in sites if not any(s.start < n.end and n.start < s.end for n in nouns)]
    rest = _as_quantities(reading, sentence, rest, {m.start for m in (*nouns, *sites)})
    rest = [r for r in rest if not any(r.start < t.end and t.start < r.end for t in taken)]
    sides = [
        m for m in reading.in_sentence(sentence, SIDE) if not any(m.start < t.end and t.start < m.end for t in taken)
    ]
    return sorted([*nouns, *_merged(sites, reading.text), *rest, *sides, *primaries], key=lambda m: (m.start, -m.end))


def _is_no_count(text: str, number: Mention, begin: int) -> bool:
    """Whether a number is a label ("target 2") or a former size ("8 mm, 18 previously")."""
    before = text[max(begin, number.start - 24) : number.start]
    if "low" not in number.groups or not number.groups["low"].isdigit():
        return False
    if _LABELLED.search(before):
        return True
    return _MEASURED.search(before) is not None and _FORMER_SIZE.match(text, number.end) is not None


def _as_quantities(reading: Reading, sentence: int, rest: Sequence[Mention], starts: set[int]) -> list[Mention]:
    """Numbers of which a colon before made a count, though what they count follows: "CT (May): two liver metastases"."""
    plain = {m.end: m for m in reading.in_sentence(sentence, QUANTITY)}
    return [
        plain[m.end] if m.category == TIMES and "equal" in m.groups and m.end + 1 in starts and m.end in plain else m
        for m in rest
    ]


def _qualifies_next(noun: Mention, nouns: Sequence[Mention], text: str) -> bool:
    """Whether a weak noun only says of what the metastasis behind it is one: "LN met", "node metastasis"."""
    return noun.category == LESION and any(
        other.category == METASTASIS and other.start > noun.end and text[noun.end : other.start] == " "
        for other in nouns
    )


def _of_study(reading: Reading, noun: Mention, studies: Sequence[Mention]) -> bool:
    """Whether a word belongs to the name of a study ("MR enhancement") or is a unit ("4 METs on the treadmill")."""
    if any(study.start <= noun.start < study.end for study in studies):
        return True
    return noun.text.lower() in ("met", "mets") and bool(reading.in_sentence(noun.sentence, "EXERTION"))


def _merged(sites: Sequence[Mention], text: str) -> list[Mention]:
    """Sites with words for one place made one: "C7 spinous process", "left iliac crest"."""
    merged: list[Mention] = []
    for site in sites:
        before = merged[-1] if merged else None
        if (
            before is not None
            and before.value.get("part")
            and site.value.get("part")
            and before.value["site"] == site.value["site"]
            and (text[before.end : site.start] == " " or _names_closer(before, site, text))
        ) or (before is not None and _same_whole(before, site) and _OF_WHOLE.fullmatch(text[before.end : site.start])):
            end = site.end + text[before.end : site.start].startswith(" (")
            merged[-1] = replace(before, end=end, text=text[before.start : end])
        else:
            merged.append(site)
    return merged


def _names_closer(place: Mention, inner: Mention, text: str) -> bool:
    """Whether a place in brackets only says where in the place before it: "left hip bone (acetabulum)"."""
    between, behind = text[place.end : inner.start].lower(), text[inner.end : inner.end + 1]
    return between in (" (", " (l ", " (r ", " (left ", " (right ") and behind == ")" and "list" not in place.value


def _same_whole(before: Mention, site: Mention) -> bool:
    """Whether a place may be told by its part and its whole: "spinous process of C7", "right lung middle lobe"."""
    one, other = before.value, site.value
    if one["site"] == "bone" and other["site"] == "brain" and other.get("part"):
        return before.text.lower().startswith(("calvar", "skull"))
    if one["site"] != other["site"] or not (one.get("part") or other.get("part")):
        return False
    return one["site"] == "bone" and _DETAIL.match(before.text) is not None


def _liver_line(reading: Reading, sentence: int) -> bool:
    """Whether the sentence before speaks of the liver: then "S7" is a segment, no sacral vertebra."""
    return sentence > 0 and any(
        m.value["site"] == "liver" and m.value.get("list") != "segment" for m in reading.in_sentence(sentence - 1, SITE)
    )


def _of_bone(sites: Sequence[Mention], part: Mention) -> bool:
    """Whether the organ last named before a place is the skeleton: "liver x2, bone x1 (S1)"."""
    organs = [s for s in sites if s.end <= part.start and not s.value.get("part")]
    return bool(organs) and organs[-1].value["site"] == "bone"


def _as_segment(reading: Reading, mention: Mention) -> Mention:
    """In a sentence about the liver "S3" is a segment."""
    if mention.value.get("list") != "vertebra" or not re.match(r"(?-i:S)\d", mention.text):
        return mention
    same = [
        m
        for m in reading.within(mention.start, mention.end + 12, SITE)
        if m.start == mention.start and m.value.get("list") == "segment"
    ]
    return same[0] if same else mention


def _along(reading: Reading, mention: Mention) -> bool:
    """Whether a place only says where on the pleura something is: "pleural nodules along the chest wall"."""
    begin = reading.sentences[mention.sentence].start
    return _ALONG.search(reading.text[max(begin, mention.start - 40) : mention.start]) is not None and any(
        m.value["site"] == "pleura" for m in reading.within(begin, mention.start, SITE)
    )


def is_no_site(reading: Reading, mention: Mention) -> bool:
    """A "T4" of a TNM, a "C4" of a cycle, an "L2" that is a line of therapy, an organ of origin."""
    if mention.value["site"] == "lung" and _ORIGIN.match(reading.text[mention.end : mention.end + 16]):
        return True
    if (
        mention.value["site"] == "bone"
        and mention.value.get("part")
        and _NEAR.search(reading.text[max(0, mention.start - 36) : mention.start])
    ):
        return True
    if mention.value["site"] == "soft_tissue" and _along(reading, mention):
        return True
    if re.match(r"(?-i:S)\d", mention.text) and _in_list_of_lung(reading, mention):
        return True
    if mention.value.get("list") != "vertebra":
        return False
    if re.match(r"(?-i:S)\d", mention.text) and organ_of_report(reading) == "liver":
        return True  # then it is a segment
    if _LINE.match(reading.text[mention.start : mention.start + 6]) and reading.in_sentence(mention.sentence, "DRUG"):
        return True
    if _AT_LEVEL_OF.search(reading.text[max(0, mention.start - 18) : mention.start]) and any(
        m.value["site"] in ("soft_tissue", "lymph_node_distant", "pleura")
        for m in reading.within(max(0, mention.start - 60), mention.start, SITE)
    ):
        return True
    around = reading.text[max(0, mention.start - 2) : mention.end + 4]
    if re.match(r"(?-i:S)\d", mention.text) and _LUNG_SEGMENT.search(
        reading.text[max(0, mention.start - 40) : mention.start]
    ):
        return True
    if reading.sentences[mention.sentence].start == mention.start and _is_label(reading, mention):
        return True
    if _TNM_AROUND.search(around) or _ROW_OF_TABLE.match(reading.text, mention.start):
        return True
    if _STAGE_IN_BRACKETS.match(reading.text, mention.start) and not re.search(
        r"vertebr|spin[ea]|bon[ey]|osse|metasta|thorac|body",
        reading.text[reading.sentences[mention.sentence].start : mention.start],
        re.I,
    ):
        return True  # "ipsilateral spread (T4)"
    return counting.vertebrae(mention.text) == 0 or bool(
        re.match(r"(?-i:C)[1-6](?:$|[ ]?D\d)", mention.text)
        and not re.search(r"vertebr|body", around, re.I)
        and not _LESION_OF.search(reading.text[max(0, mention.start - 40) : mention.start])
    )


def _is_label(reading: Reading, mention: Mention) -> bool:
    """Whether a "T2" only numbers the lesion of a sheet: what it is stands right behind it."""
    label = _TARGET_LABEL.match(reading.text, mention.start)
    if label is None or label["site"] is None:
        return label is not None
    named = [m for m in reading.within(label.end(), label.end() + 20, SITE, PRIMARY) if m.start == label.end()]
    return any(m.value["site"] != "bone" for m in named)


def _in_list_of_lung(reading: Reading, mention: Mention) -> bool:
    """Whether a list is of the lung's segments: "Left lung, each in turn:" above "S3, metastasis"."""
    block = reading.sentences[mention.sentence].block
    for number in range(mention.sentence - 1, max(-1, mention.sentence - 10), -1):
        if reading.sentences[number].block != block:
            return False
        text = reading.sentence_text(number).rstrip()
        if text.endswith(":"):
            return re.search(r"\blungs?\b|pulmonary", text, re.I) is not None
    return False


@remembered
def phrases(reading: Reading, sentence: int) -> Sequence[Phrase]:
    """The phrases of one sentence, in order."""
    return (
        tuple(_other_sides(_either(_phrases(reading, sentence), reading.text), reading.text))
        if reading.in_sentence(sentence, METASTASIS, LESION)
        else ()
    )


def _other_sides(own: Iterable[Phrase], text: str) -> Iterator[Phrase]:
    """Phrases, and those of the same organ's other side: "two metastases in the left lung and one in the right"."""
    covered = 0
    for phrase in own:
        if phrase.start < covered:
            continue
        yield phrase
        while (other := _OTHER_SIDE.match(text, phrase.end)) is not None and len(phrase.places) == 1:
            place, side = phrase.places[0], other["side"].lower()
            opposite = "right" if side == "left" else "left"
            if opposite not in place.name.split():
                break
            count = counting.ONE if other["one"] else counting.quantity({"low": other["number"]})
            swapped = replace(place, name=place.name.replace(opposite, side))
            phrase = replace(
                phrase, start=other.start("count"), end=other.end(), quantity=count, places=(swapped,), article=False
            )
            covered = phrase.end
            yield phrase


def _either(own: Iterable[Phrase], text: str) -> Iterator[Phrase]:
    """Phrases, two numbers for the same lesions made one: "either one bilobed metastasis or two in contact"."""
    held: Phrase | None = None
    for phrase in own:
        if (
            held is not None
            and held.quantity is not None
            and phrase.quantity is not None
            and phrase.strong == held.strong
            and not (held.places and phrase.places)
            and re.fullmatch(r",?[ ]or[ ](?:perhaps |possibly |maybe )?", text[held.end : phrase.start])
        ):
            low, high = min(held.quantity.low, phrase.quantity.low), phrase.quantity.high
            held = replace(
                held, end=phrase.end, quantity=Count(low, high), places=held.places or phrase.places, article=False
            )
            continue
        if held is not None:
            yield held
        held = phrase
    if held is not None:
        yield held


def _phrases(reading: Reading, sentence: int) -> Iterator[Phrase]:
    parts = atoms(reading, sentence)
    text = reading.text
    floor = reading.sentences[sentence].start
    last_end = floor
    for index, noun in enumerate(parts):
        if noun.category not in (METASTASIS, LESION) or noun.start < last_end:
            continue
        left = _left(parts, index, text, last_end)
        placed = any(part.category == SITE and not part.value.get("generic") for part in left)
        counted = any(part.category == QUANTITY and "low" in part.groups for part in left)
        right = _right(parts, index, text, placed, counted)
        phrase = _with_course(parts, _assemble(noun, left, right, text, floor), text)
        yield from _siblings(parts, phrase, text, last_end)
        last_end = phrase.end
        yield phrase


def _with_course(parts: Sequence[Mention], phrase: Phrase, text: str) -> Phrase:
    """A phrase with the number that is told of its lesions further on: "metastases, formerly 8, now two remaining"."""
    counted = phrase.quantity is not None and not phrase.article
    named = phrase.noun.value.get("number") == "plural" or counted
    outside: list[Mention] = []
    for position, part in enumerate(parts):
        if part.start < phrase.end or outside:
            if outside:
                break
            continue
        between = text[phrase.end : part.start]
        bracketed = between.count("(") > between.count(")")
        if part.category in (METASTASIS, LESION, PRIMARY, SITE):
            predicate = part.category == METASTASIS and part.text.lower() in ("metastatic", "secondary")
            outside = [] if bracketed or predicate else [part]
            continue
        if part.category != QUANTITY or {"article", "both"} & part.groups.keys() or bracketed or len(between) > 110:
            continue
        told = (
            _COURSE.search(between)
            or (_METASTATIC_BEHIND.fullmatch(between.rstrip(" ,")) and "," in between)
            or (_FROM.search(text[: phrase.start][-8:]) and _TO.fullmatch(between))
        )
        bound = "bound" in part.groups and phrase.quantity == counting.SEVERAL and _BOUNDED_BEHIND.fullmatch(between)
        quality = between == " " and not counted and {"one", "some", "many"} & part.groups.keys()
        if quality and _QUALITY.match(text, part.end):
            if phrase.noun.category == LESION and _METASTATIC_BEHIND.match(text, part.end):
                phrase = replace(phrase, noun=_as_metastasis(phrase.noun))
            return replace(phrase, end=part.end, quantity=counting.quantity(part.groups), article=False)
        if counted and ";" in between:
            break  # "six metastases; now two remain": the second number stands for itself
        if not (told or bound) or _NOT_ALL.match(text, part.end):
            continue
        if not named and not re.search(
            r"\d|\b(?:two|three|four|five|six|seven|eight|nine|ten|several|many)\b", between
        ):
            continue
        following = parts[position + 1] if position + 1 < len(parts) else None
        end = part.end
        if (
            following is not None
            and following.category in (METASTASIS, LESION)
            and _LEFT_GAP.match(text[part.end : following.start])
        ):
            end = following.end
        return replace(phrase, end=end, quantity=counting.quantity(part.groups), article=False, course=True)
    return phrase


def _siblings(parts: Sequence[Mention], phrase: Phrase, text: str, floor: int) -> list[Phrase]:
    """Phrases that share the noun of one behind them: "two hepatic and one splenic metastases"."""
    found: list[Phrase] = []
    edge = phrase.start
    before = [part for part in parts if floor <= part.start and part.end <= edge]
    if not phrase.places or phrase.places[0].start > phrase.noun.start or phrase.quantity is None or phrase.article:
        return found
    while (inner := _bracketed(before, edge, text)) or (
        before and before[-1].category == SITE and _JOIN.match(text[before[-1].end : edge])
    ):
        aside = [before.pop() for _ in range(inner)]
        group = [before.pop()]
        while before and before[-1].category in (SITE, SIDE) and _LEFT_GAP.match(text[before[-1].end : group[0].start]):
            group.insert(0, before.pop())
        if not before or before[-1].category != QUANTITY or not _LEFT_GAP.match(text[before[-1].end : group[0].start]):
            if (alone := _uncounted(phrase, group, text, floor)) is None:
                break
            found.insert(0, alone)
            edge = alone.start
            continue
        number = before.pop()
        edge = number.start
        end = group[-1].end
        found.insert(
            0,
            Phrase(
                noun=phrase.noun,
                start=number.start,
                end=end,
                quantity=counting.quantity(number.groups),
                places=tuple(_places([*aside[::-1], *group] if _all_sides(aside) else group, text)),
                parts=(number, *group, phrase.noun),
            ),
        )
    return found


def _uncounted(phrase: Phrase, group: Sequence[Mention], text: str, floor: int) -> Phrase | None:
    """The first of two kinds of metastases, where only the second has a number: "left adrenal and two liver metastases"."""
    start = group[0].start
    places = _places(group, text)
    if phrase.noun.value.get("number") != "plural" or len(places) != 1 or group[-1].value.get("lobe"):
        return None
    if _BELONGS.search(text[floor:start]) or places[0].site == phrase.places[0].site:
        return None
    noun = replace(phrase.noun, value={**phrase.noun.value, "number": "mass"})
    return Phrase(noun, start, group[-1].end, places=tuple(places), parts=(*group, noun))


def _bracketed(before: Sequence[Mention], edge: int, text: str) -> int:
    """How many parts stand in brackets behind the site that ends a list's entry: "1 adrenal (L), 2 liver …"."""
    for inner in (1, 2):
        if len(before) <= inner or before[-inner - 1].category != SITE:
            continue
        between = text[before[-inner - 1].end : edge]
        if (match := re.match(r"[ ]?\([^()]{1,24}\)", between)) and _JOIN.match(between[match.end() :]):
            return inner
    return 0


def _all_sides(parts: Sequence[Mention]) -> bool:
    return bool(parts) and all(part.category == "SIDE" for part in parts)


def _left(parts: Sequence[Mention], index: int, text: str, floor: int) -> list[Mention]:
    """The parts of a phrase before its noun, nearest last."""
    taken: list[Mention] = []
    edge = parts[index].start
    for part in reversed(parts[:index]):
        if part.end > edge:
            continue
        if (
            part.category == SIZE
            and part.start > floor
            and text[part.start - 1] == "("
            and re.match(r"\)[ ]*(?:and|,)?[ ]*$", text[part.end : edge])
        ):
            edge = part.start - 1
            continue
        if (
            part.category == TIMES
            and "paren" in part.groups
            and part.start >= floor
            and (_JOIN.match(text[part.end : edge]) or not text[part.end : edge].strip())
        ):
            taken.insert(0, part)
            edge = part.start
            continue
        if part.start < floor or part.category in (METASTASIS, LESION, SIZE, TIMES):
            beside = [
                (p.category, p.value.get("site")) for p in (*taken[:1], *(p for p in parts if p.end == part.start - 1))
            ]
            alike = len(beside) == 2 and beside[0] == beside[1] and beside[0][0] in (SIDE, SITE)
            by_side = alike and _JOIN.match(text[part.end : edge])
            if part.category == SIZE and (_LEFT_GAP.match(text[part.end : edge]) or by_side) and part.start >= floor:
                taken.insert(0, part)
                edge = part.start
                continue
            break
        gap = text[part.end : edge]
        if gap.strip() == ")" and text[part.start - 1] == "(" and part.category == SITE:
            edge = part.start - 1  # "sacral (S2) metastasis": it only says where in the sacrum
            continue
        head = next((p for p in taken if p.category not in (QUANTITY, SIZE)), None)
        joined = (
            head is not None
            and head.category in (SITE, SIDE, TIMES)
            and part.category in (SITE, SIDE)
            and (_JOIN.match(gap) or (head.category == TIMES and not gap.strip()))
        )
        shown = part.category == SITE and not any(p.category == SITE for p in taken) and _SHOWS.match(gap)
        organ = next((p for p in parts[:index] if p.category == SITE and p.end + 1 == part.start), None)
        sided = part.category == SIDE and organ is not None and organ.value.get("paired") and _SHOWS.match(gap)
        if shown or (sided and not any(p.category == SITE for p in taken)):
            taken.insert(0, part)
            edge = part.start
            continue
        if (
            joined
            and part.value.get("lobe")
            and not all(p.value.get("site", "lung") == "lung" for p in taken if p.category == SITE)
        ):
            break  # "RUL, liver and left adrenal": the lobe is where the primary is
        if not (joined or _LEFT_GAP.match(gap) or gap.strip() == ""):
            break
        if part.category == PRIMARY:
            break
        taken.insert(0, part)
        edge = part.start
        if part.category == QUANTITY and "both" not in part.groups:
            before = [p for p in parts[:index] if p.end <= part.start]
            if "article" in part.groups and (sizes := _sizes_each(before, part.start, taken, text)):
                return [*sizes, *taken]
            if (
                len(before) > 1
                and before[-1].category == SIDE
                and text[before[-2].end : part.start].strip() == before[-1].text
            ):
                before.pop()  # "adrenal right 1 metastasis"
            if (
                before
                and before[-1].category == SITE
                and not any(p.category == SITE for p in taken)
                and text[before[-1].end : part.start].strip().lower()
                in ("", "(", "right", "left", "r", "l", "rt", "lt")
            ):
                taken.insert(0, before[-1])
                break
            if (
                before
                and before[-1].category == SITE
                and not any(p.category == SITE for p in taken)
                and _SHOWS.match(text[before[-1].end : part.start])
            ):
                edge = part.start
                continue
            if (
                {"some", "many", "one"} & part.groups.keys()
                and before
                and before[-1].category == SITE
                and re.fullmatch(r"[ ]*(?:and|,)[ ]*", text[before[-1].end : part.start])
            ):
                edge = part.start
                continue
            break
    return taken


def _numbers_noun(noun: Mention, number: Mention, gap: str, text: str) -> bool:
    """Whether a number behind a singular noun is its label: "lesion 2 (liver): 8 mm", "hepatic metastasis 1: 12 mm"."""
    return (
        number.category == QUANTITY
        and noun.value.get("number") == "singular"
        and gap in (" ", " #", " no. ")
        and number.groups.get("low", "").isdigit()
        and re.match(r"[ ]?[(:=]", text[number.end : number.end + 2]) is not None
    )


def _sizes_each(before: Sequence[Mention], edge: int, taken: Sequence[Mention], text: str) -> list[Mention]:
    """Sizes that share a noun with the one behind them, an article each: "a 12 mm and a 9 mm liver metastasis"."""
    if sum(part.category == SIZE for part in taken) != 1 or any(part.category == SITE for part in taken[:2]):
        return []
    sizes: list[Mention] = []
    left = list(before)
    while left and left[-1].category == SIZE and _JOIN.fullmatch(text[left[-1].end : edge]):
        sizes.insert(0, left.pop())
        edge = sizes[0].start
        if left and "article" in left[-1].groups and not text[left[-1].end : edge].strip():
            edge = left.pop().start
    return sizes


def _right(parts: Sequence[Mention], index: int, text: str, placed: bool, counted: bool) -> list[Mention]:
    """The parts of a phrase behind its noun, in order.

    Args:
        parts: The sentence's parts.
        index: Which of them is the noun.
        text: The reading's text.
        placed: Whether the phrase has its sites before the noun; then "and the lung" begins another.
        counted: Whether a number stands before the noun; then "one cerebral" begins another.
    """
    taken: list[Mention] = []
    edge = parts[index].end
    for position, part in enumerate(parts[index + 1 :], start=index + 1):
        if part.start < edge:
            continue
        if part.category in (METASTASIS, LESION, PRIMARY):
            break
        gap = text[edge : part.start]
        if placed and re.match(r"[^(]*\)", text[parts[index].end : part.start]):
            break  # "liver (2 metastases), brain": the bracket that the noun stands in ends its phrase
        if parts[index].value.get("number") == "mass" and _counted_in_brackets(parts, position, text):
            break
        if "paren" in part.groups and [p.category for p in taken[-2:]] == [SITE, SIZE] and not gap.strip():
            edge = part.end
            continue  # "seg 3 8 mm (12), seg 5": what it was
        if part.category == SIZE and taken and _FORMER_IN_BRACKETS.fullmatch(gap) and text.startswith(")", part.end):
            edge = part.end + 1
            continue  # "segment II 11 mm (prior 24 mm), segment VII"
        joins = _JOINS.search(gap) or (parts[index].value.get("number") == "mass" and ":" in gap)
        if joins and _opens_another(parts, position, text):
            break
        if part.category == QUANTITY and ("some" in part.groups or "many" in part.groups) and taken:
            if _of_place(parts, position, text) and any(
                p.category == QUANTITY and "both" not in p.groups for p in taken
            ):
                taken.append(part)  # "one in the sternum and several in the sacrum"
            edge = part.end
            continue
        if _numbers_noun(parts[index], part, gap, text):
            edge = part.end
            continue
        if part.category == QUANTITY and (
            _FORMERLY.search(gap) or (any(p.category == SIZE for p in taken) and gap.strip() in ("(", "["))
        ):
            break
        if taken and re.search(r"\b(?:remain|persist)", gap, re.I):
            break
        if part.value.get("lobe") and any(p.category == SIZE for p in taken) and not _of_lungs(parts, index, text):
            break  # "left adrenal metastasis 15 mm, RUL 30 mm": the lobe is where the primary is
        every = _IN_EACH.match(text, part.end) if part.category == QUANTITY else None
        if every is not None:
            edge = every.end()
            continue
        if part.category == SITE and (_SPARED.match(text[part.end : part.end + 24]) or _INCLUDED.match(text, part.end)):
            break
        adds_up = part.category == QUANTITY and not taken and _adds_up(parts, index, position, text)
        another = re.match(r"[ ]*,", gap) or _heads_adjective(parts, position, text)
        if counted and not taken and part.category == QUANTITY and another and not adds_up:
            break
        numbered = part.category == QUANTITY and not taken and _IS_NUMBER.fullmatch(gap) is not None
        measured = (
            part.category == SIZE
            and bool(taken)
            and taken[-1].category == SITE
            and text.startswith(":", parts[index].end)
            and re.fullmatch(r"[ ](?:[a-z-]+[ ]){1,2}", gap) is not None
        )
        semicolon = gap.strip(" )") == ";" and bool(taken) and _continues_list(parts, position, text, parts[index].end)
        if not (numbered or measured or semicolon or adds_up) and (not _RIGHT_GAP.match(gap) or gap.count("(") > 1):
            break
        loose = all(p.category == SIDE for p in taken) and re.match(
            r"^[ ]*(?:,|and|or|with|plus|&|\+|/)(?![^A-Za-z]*(?:in|of|at|to|sizes?|measuring)\b)", gap
        )
        if (
            loose
            and part.category in (SITE, SIDE)
            and (placed or parts[index].category == LESION or part.value.get("lobe"))
        ):
            break
        if (
            part.category == QUANTITY
            and not {"article", "both"} & part.groups.keys()
            and not taken
            and not adds_up
            and not _ANNOUNCES.search(gap)
            and not _in_brackets_behind(text, part)
            and not (numbered and _NUMBER_OF.search(text[: parts[index].start][-60:]))
        ):
            break
        behind_site = bool(taken) and taken[-1].category == SITE and not gap.strip()
        if (
            part.category == TIMES
            and "paren" in part.groups
            and not behind_site
            and (gap.strip() or taken or parts[index].value.get("number") != "plural")
        ):
            break
        taken.append(part)
        edge = part.end
    while (
        taken
        and _by_side(taken) < 2
        and not (
            len(taken) == 1
            and _IS_NUMBER.fullmatch(text[parts[index].end : taken[0].start])
            and _NUMBER_OF.search(text[: parts[index].start][-60:])
        )
        and taken[-1].category in (SIDE, QUANTITY)
        and not _of_place(taken, len(taken) - 1, text)
        and not (
            taken[-1].category == QUANTITY
            and (
                re.search(
                    r"(?:[:,=(]|\b(?:now|currently|today|at present))[ ]*(?:(?:now|currently|only|today|still|just|about|at present)[ ])*$",
                    text[max(0, taken[-1].start - 20) : taken[-1].start],
                )
                or (len(taken) == 1 and _in_brackets_behind(text, taken[0]))
            )
            and "article" not in taken[-1].groups
        )
    ):
        taken.pop()
    return taken


def _continues_list(parts: Sequence[Mention], position: int, text: str, begin: int) -> bool:
    """Whether a place behind a semicolon is an entry of the list that began behind a colon: "metastases: L4; liver"."""
    place = parts[position]
    if place.category == SIDE and position + 1 < len(parts):
        place = parts[position + 1]
    return text.startswith(":", begin) and place.category == SITE and _ENTRY_ENDS.match(text, place.end) is not None


def _adds_up(parts: Sequence[Mention], index: int, position: int, text: str) -> bool:
    """Whether the numbers of places behind a noun add up to its own: "four metastases, three in the liver and one …"."""
    before = [part for part in parts[:index] if part.category == QUANTITY]
    if not before or not _IN_TOTAL.fullmatch(text[parts[index].end : parts[position].start]):
        return False
    told: list[Count] = []
    for number, place in zip(parts[position:], parts[position + 1 :], strict=False):
        if number.category in (METASTASIS, LESION):
            break
        if number.category == QUANTITY:
            if place.category not in (SITE, SIDE) or not COUNTED.match(text[number.end : place.start]):
                return False
            told.append(counting.quantity(number.groups))
    return len(told) > 1 and counting.total(told) == counting.quantity(before[-1].groups)


def _of_lungs(parts: Sequence[Mention], index: int, text: str) -> bool:
    """Whether a list behind a colon is of lesions of the lung: "left lung metastases: LUL 4 mm, LLL 6 mm"."""
    before = parts[index - 1] if index else None
    lung = before is not None and before.category == SITE and before.value["site"] == "lung"
    return lung and parts[index].value.get("number") == "plural" and text.startswith(":", parts[index].end)


def _counted_in_brackets(parts: Sequence[Mention], position: int, text: str) -> bool:
    """Whether a site has a phrase of its own in the brackets behind it: "disease: liver (2 metastases)"."""
    site, *following = parts[position : position + 3]
    return (
        site.category == SITE
        and [part.category for part in following] == [QUANTITY, METASTASIS]
        and text[site.end : following[0].start] == " ("
        and _LEFT_GAP.match(text[following[0].end : following[1].start]) is not None
    )


def _heads_adjective(parts: Sequence[Mention], position: int, text: str) -> bool:
    """Whether a number counts what a site behind it names: "three distant metastases, one cerebral"."""
    following = parts[position + 1] if position + 1 < len(parts) else None
    return (
        following is not None
        and following.category == SITE
        and not following.value.get("part")
        and text[parts[position].end : following.start] == " "
    )


def _in_brackets_behind(text: str, number: Mention) -> bool:
    """Whether brackets with the places follow a number: "liver metastases 6 (S2, S3, ...)"."""
    return re.match(r"[ ]?\((?!\d)", text[number.end : number.end + 3]) is not None


def _by_side(parts: Sequence[Mention]) -> int:
    """How many sides have a number of their own: "2 on the left and 3 on the right"."""
    pairs = pairwise(parts)
    return sum(number.category == QUANTITY and side.category == SIDE for number, side in pairs)


def _opens_another(parts: Sequence[Mention], position: int, text: str) -> bool:
    """Whether what follows a comma is the beginning of a phrase with a noun of its own."""
    edge = parts[position].end
    for part in parts[position + 1 : position + 5]:
        if part.start < edge:
            continue
        if not (_LEFT_GAP.match(text[edge : part.start]) or text[edge : part.start].strip() == ""):
            return False
        if part.category in (METASTASIS, LESION):
            return True
        if part.category in (SIZE, TIMES) and parts[position].category != QUANTITY:
            return False
        edge = part.end
    return False


def _assemble(noun: Mention, left: Sequence[Mention], right: Sequence[Mention], text: str, floor: int) -> Phrase:
    start = left[0].start if left else noun.start
    end = right[-1].end if right else noun.end
    singular, plural = (noun.value.get("number") == number for number in ("singular", "plural"))
    quantities = [part for part in left if part.category == QUANTITY]
    quantity = counting.quantity(quantities[0].groups) if quantities else None
    article = bool(quantities) and "article" in quantities[0].groups
    both = any("both" in part.groups for part in quantities)
    left_places, right_places = _places(left, text), _places(right, text)
    if both and len(quantities) > 1:
        other = next(q for q in quantities if "both" not in q.groups)
        quantity, article = counting.quantity(other.groups), "article" in other.groups
    size_parts = [p for p in right if p.category == SIZE]
    sizes = 0
    if size_parts and not _LARGEST.search(text[noun.end : size_parts[0].start]):
        sizes = sum(counting.sizes(p.text) for p in size_parts if not _bracketed_after_size(text, p))
    else:
        sizes = sum(counting.sizes(p.text) for p in left if p.category == SIZE)
    if sizes == 0 and plural and (colon := _LISTED_SIZES.match(text, end)):
        sizes = len(_ONE_SIZE.findall(re.sub(r"\([^()]*\)", "", colon[0])))
    bracketed = singular and text.startswith(" (", noun.end)
    if (
        bracketed
        and left_places
        and left_places[-1].single
        and {p.site for p in right_places} == {left_places[-1].site}
    ):
        right_places = []  # "hip metastasis (femoral head)": where in the hip
    one = singular or noun.text.lower().endswith("y")
    if sizes == 0 and one and _SIZE_BEHIND.match(text, end):
        sizes = 1
    quantity, article = _right_quantity(right, text, noun, quantity, article, right_places)
    if quantity is not None and not article and quantity.low and (bound := _BOUND_BEHIND.match(text, end)):
        quantity = Count(quantity.low, None) if bound["least"] else Count(1, quantity.high)
    if quantity == counting.ONE and re.search(r"\beither[ ]$", text[max(floor, start - 8) : start], re.I):
        more = _OR_MORE.match(text, end)
        if more is not None:
            quantity, article, end = Count(1, counting.number(more["more"])), False, more.end()
    if singular and not right and (behind := _SIDE_BEHIND.match(text, end)):
        left_places, end = [_with_side(place, behind[1], left) for place in left_places], behind.end(1)
    if (
        quantity is None
        and not right
        and any(p.value.get("list") == "rib" or p.text[:3].lower() == "rib" for p in left)
    ):
        named = _RIBS_BEHIND.match(text, end)
        ordinals = re.findall(r"\d{1,2}(?:st|nd|rd|th)", named[0]) if named else []
        if named and ordinals:
            quantity, end = Count(len(ordinals), len(ordinals)), named.end()
    stations = _AT_LEVELS.match(text, end)
    if stations is not None and quantity in (None, counting.SEVERAL):
        told = counting.number(stations["number"] or stations["places"]) or 0
        quantity, end = Count(told, told), stations.end()
    became = _BECAME.match(text, end)
    counts = plural and became is not None and " from " in became[0] and not _MEASURE_OF.search(text[floor:start])
    if became is not None and (quantity is None or article) and not counts:
        became = None
    if became is None and quantity is None and plural:
        became = _CAME_DOWN.match(text, end)
    if became is not None:
        now = counting.number(became["now"]) or 0
        also = counting.number(became["or"]) if became["or"] else None
        quantity, end = Count(now, max(now, also or 0)), became.end()
    sides = _ON_BOTH_SIDES.match(text, end)
    if sides is not None and quantity is None and plural and {place.site for place in left_places} == {"adrenal"}:
        quantity, end = counting.TWO, sides.end()
    row = _COUNT_ROW.match(text, noun.end)
    if row is not None and quantity is None:
        last = int(row["last"])
        quantity, end = Count(last, last), row.end("last")
    if quantity is None and plural and _BOTH_OF.search(text[max(floor, start - 60) : start]):
        quantity = counting.TWO
    behind = _METASTATIC_BEHIND.match(text, end) if noun.category == LESION else None
    if behind is not None and behind["nodal"] and not _NODE.search(text[start:end]):
        behind = None
    if behind is not None or _METASTATIC.search(text[max(floor, start - 30) : noun.start]):
        noun = _as_metastasis(noun)
    return Phrase(
        noun=noun,
        start=start,
        end=end,
        quantity=quantity,
        places=(*left_places, *right_places),
        sizes=sizes,
        definite=_DEFINITE.search(text[max(floor, start - 40) : start]) is not None,
        article=article,
        each=bool(
            re.match(r"[ ,]*(?:one )?each\b", text[end : end + 12])
            or re.search(r"\beach[ ]\w+[ ]", text[start:end])
            or re.match(r"[ ,]*each\b", text[noun.end : noun.end + 7])
        ),
        listing=bool(right_places) and re.match(r"[ ]*[:(]", text[noun.end : noun.end + 3]) is not None,
        parts=(*left, noun, *right),
    )


def _as_metastasis(noun: Mention) -> Mention:
    """A weak noun of which the words around say that it is a metastasis."""
    return replace(noun, category=METASTASIS, value={k: v for k, v in noun.value.items() if k != "needs_site"})


def _with_side(place: Place, side: str, parts: Sequence[Mention]) -> Place:
    """A place of a paired organ with the side that stands behind the noun: "adrenal met L"."""
    paired = any(p.category == SITE and p.start <= place.end <= p.end and p.value.get("paired") for p in parts)
    return replace(place, single=True, name=f"{side.lower()} {place.name}") if paired and not place.single else place


def _bracketed_after_size(text: str, part: Mention) -> bool:
    """A size in brackets that only tells the former one: "14 mm (22 mm)"."""
    return bool(re.search(r"[mc]m[ ]?\((?:[a-z]+[ .:])*$", text[max(0, part.start - 30) : part.start], re.I))


def _right_quantity(
    right: Sequence[Mention], text: str, noun: Mention, quantity: Count | None, article: bool, places: Sequence[Place]
) -> tuple[Count | None, bool]:
    """A count behind the noun: "x3", "(3)", ": three, of 12 mm", "one in S2 and two in S6"."""
    if quantity == counting.SEVERAL and any(
        "many" in p.groups and _UNCOUNTABLE.match(p.text) and _STATEMENT_ENDS.match(text, p.end) for p in right
    ):
        return counting.MANY, False  # "multiple metastases, too many to count"
    told = len(places) > 1 and all(place.told for place in places)
    if told and quantity == counting.total(place.count for place in places):
        return quantity, article
    vague = quantity == counting.SEVERAL and next(
        (
            p
            for p in right
            if p.category == QUANTITY
            and "low" in p.groups
            and re.search(r"[,:(][ ]*$", text[max(0, p.start - 3) : p.start])
        ),
        None,
    )
    if vague:  # "multiple metastases, 8 in number"
        return counting.quantity(vague.groups), False
    if quantity is not None and not article:
        more = [
            p
            for p in right
            if p.category == QUANTITY
            and re.search(r"\band[ ]$", text[max(0, p.start - 6) : p.start])
            and any(q.category == SITE and q.start > p.start for q in right)
        ]
        return counting.total([quantity, *(counting.quantity(p.groups) for p in more)]), article
    counted = [
        part
        for index, part in enumerate(right)
        if part.category in (QUANTITY, TIMES)
        and "article" not in part.groups
        and "both" not in part.groups
        and not _of_place(right, index, text)
    ]
    if not counted:
        return quantity, article
    values = [_times(part) if part.category == TIMES else counting.quantity(part.groups) for part in counted]
    listed = counting.total(place.count for place in places if place.single)
    summed = re.match(r"all\b", counted[0].text, re.I) and counted[0].start > max(
        (p.end for p in places), default=counted[0].start
    )
    if summed and listed.low > 0 and values[0] != listed and quantity is None:
        # "a splenic metastasis and metastases in T1 and T3, all three smaller": told of more than these
        return quantity, article
    if len(values) > 1 and _WERE.match(text, counted[-2].end):
        return values[-1], False  # "two were known, one persists"
    if len(values) > 1 and (places or _by_side(right) > 1):
        return counting.total(values), False
    return values[0], False


def _of_place(parts: Sequence[Mention], index: int, text: str) -> bool:
    """Whether a number counts what is at one place of a list: "liver x3, adrenal x1", "two in the spleen"."""
    part = parts[index]
    sites = sum(p.category == SITE for p in parts)
    if sites < 2:
        return False
    if _behind_site(parts, index, text):
        return True
    if part.category == TIMES:
        before = parts[index - 1] if index else None
        return before is not None and before.category == SITE and not text[before.end : part.start].strip()
    following = next((p for p in parts[index + 1 :] if p.category != SIDE), None)
    return (
        following is not None
        and following.category == SITE
        and COUNTED.match(text[part.end : following.start]) is not None
    )


def _behind_site(parts: Sequence[Mention], index: int, text: str) -> bool:
    """Whether a bare number stands behind the site whose lesions it counts: "metastases: liver 3, bone 2"."""
    part = parts[index]
    before = parts[index - 1] if index else None
    return (
        part.category == QUANTITY
        and "low" in part.groups
        and before is not None
        and before.category == SITE
        and not before.value.get("part")
        and text[before.end : part.start] in (" ", " (")
        and re.match(r"[ ]*\)?[ ]*(?:[,;.]|and\b|$)", text[part.end : part.end + 6]) is not None
    )


def _times(part: Mention) -> Count:
    word = next((part.groups[key] for key in ("count", "paren", "equal", "word") if key in part.groups), "1")
    value = counting.number(word) or 0
    return Count(value, value)


def _places(parts: Sequence[Mention], text: str) -> list[Place]:
    named: list[Place] = []
    side: Mention | None = None
    number: Mention | None = None
    both = False
    for index, part in enumerate(parts):
        if part.category == SIDE:
            both = both or (
                side is not None and side.groups.keys() != part.groups.keys() and _and_side(side, part, text)
            )
            side = part
        elif "both" in part.groups and named and not named[-1].single and text[named[-1].end : part.start] == " ":
            named[-1] = replace(named[-1], count=counting.TWO, single=True, told=True)
        elif named and _behind_site(parts, index, text) and _of_place(parts, index, text):
            named[-1] = replace(named[-1], count=counting.quantity(part.groups), told=True)
        elif part.category == QUANTITY:
            both = both or "both" in part.groups
            number = part if _of_place(parts, index, text) and "article" not in part.groups else None
        elif part.category == SITE:
            own_side = side if side and text[side.end : part.start].strip(" .-") in ("", "side of the") else None
            place = place_of(part, None if both else own_side, both, text)
            if number is not None and "both" not in number.groups:
                place = replace(place, count=counting.quantity(number.groups), told=True)
            named.append(place)
            side, both, number = None, False, None
        elif part.category == TIMES and named and _BEFORE_TIMES.fullmatch(text[named[-1].end : part.start]):
            if _is_sum(parts, index, named):
                continue
            named[-1] = replace(named[-1], count=_times(part), told=True)
    return named


def _and_side(one: Mention, other: Mention, text: str) -> bool:
    """Whether two sides stand for one organ: "right and left adrenal"."""
    return text[one.end : other.start].strip(" .") in ("and", "&", "+", "as well as")


def _is_sum(parts: Sequence[Mention], index: int, named: Sequence[Place]) -> bool:
    """Whether a number in brackets at the end of a list is the sum of it: "liver, left adrenal and T9 (3)"."""
    alone = index == len(parts) - 1 and not any(part.category == TIMES for part in parts[:index])
    return alone and len(named) > 1 and _times(parts[index]) == counting.total(place.count for place in named)


def place_of(part: Mention, side: Mention | None, both: bool, text: str) -> Place:
    """What a mention of a site names, beside a side or the word "both"."""
    value = part.value
    count = counting.places(value.get("list"), part.text)
    trailing = re.match(
        r"[ ](left|right|links|rechts|l|r)\b(?! (?:upper|lower|hilar|lung))", text[part.end : part.end + 7], re.I
    )
    named_side = bool(side or trailing or re.match(r"(?:left|right|rt|lt|[lr])\b", part.text, re.I))
    both = both or bool(
        value.get("paired")
        and re.search(r"\bboth[ ]$|\bbilateral[ ]$", text[max(0, part.start - 10) : part.start], re.I)
    )
    high: int | None = count
    if both and count == 1:  # both adrenals hold two, both lungs at least two
        count, high = 2, 2 if value.get("paired") or value.get("part") else None
    words = " ".join(counting.named_vertebrae(part.text)) if value.get("list") == "vertebra" else part.text
    name = re.sub(
        r"[^a-z0-9]+", " ", f"{side.text if side else ''} {words} {trailing[1] if trailing else ''}".lower()
    ).strip()
    single = bool(value.get("part")) or named_side or both
    return Place(
        site=str(value["site"]),
        region=value.get("region"),
        count=Count(count, count if not both else high),
        name=name,
        single=single,
        start=side.start if side else part.start,
        end=part.end,
    )


def _sides_once(places: Sequence[Place]) -> Sequence[Place]:
    """Places without the sides of an organ of which both are named too: "left adrenal, right adrenal - both adrenals"."""
    pair = [place for place in places if place.count == counting.TWO and place.single and not place.told]
    sides = [place for place in places if place not in pair]
    sided = all(re.match(r"(?:left|right|lt|rt|l|r)\b", place.name) for place in sides)
    return pair if len(pair) == 1 and len(sides) == 2 and sided else places


def count_at(phrase: Phrase, places: Sequence[Place], share: int) -> Count:
    """How many lesions a phrase puts at some of its places.

    Args:
        phrase: The phrase.
        places: Its places of one site (empty: the phrase names no site).
        share: How many sites the phrase names.
    """
    number = phrase.noun.value.get("number")
    if number == "carcinomatosis":
        return counting.MANY
    places = _sides_once(places)
    counted = [place for place in places if place.told]
    if any(not place.single for place in counted):  # "two skeletal (S2, left pubis)": the places are the two
        return counting.total(place.count for place in counted)
    if len(counted) > 1 and any(not place.told and place.start < counted[0].start for place in places[:1]):
        # "in the left lung, one in the upper lobe and two in the lower": the lung is but their frame
        places = places[1:]
    singles = [place for place in places if place.told or (place.single and not place.site.startswith("lymph_node"))]
    listed = counting.total(place.count for place in singles)
    if share > 1 and singles and all(place.told for place in places):
        return listed
    if (
        number == "singular"
        and listed.low > 1
        and phrase.quantity is None
        and len(singles) == 1
        and any(part.category == SITE and "/" in part.text for part in phrase.parts)
    ):
        listed = counting.ONE  # one lesion across two neighbours: "at the L5/S1 level"
    if phrase.quantity is not None and not phrase.article:
        if phrase.each and listed.low > 1 and phrase.quantity != listed:
            return counting.Count(listed.low * phrase.quantity.low, listed.low * (phrase.quantity.high or 1))
        if share <= 1 or phrase.each or phrase.quantity in (counting.SEVERAL, counting.MANY):
            return phrase.quantity
        if listed.low:
            return listed
        others = [place for place in phrase.places if place not in places]
        if not phrase.listing and others and all(place.told for place in others):
            return phrase.quantity  # "two metastases in the spleen and one in the pancreas"
        high = None if phrase.quantity.high is None else max(1, phrase.quantity.high - share + 1)
        return (
            Count(1, high) if phrase.quantity.low >= share else Count(min(1, phrase.quantity.low), phrase.quantity.high)
        )
    if number == "plural" and phrase.listing and share <= 1 and phrase.sizes > listed.low > 1:
        return Count(phrase.sizes, phrase.sizes)  # a place named with two sizes holds two
    if listed.low > 1 or (singles and number != "plural"):
        return listed
    if phrase.listing and len(places) == 1 and places[0].single and phrase.sizes == 1:
        return counting.ONE  # "Nodes: left axillary 7 mm"
    if share <= 1 and phrase.sizes > 1:
        return Count(phrase.sizes, phrase.sizes)
    if number == "plural" and share > 1 and (singles or phrase.listing or any(p.told for p in phrase.places)):
        return listed if singles else counting.SOME
    if number == "plural":
        return counting.ONE if phrase.sizes == 1 and phrase.noun.text.lower().endswith("y") else counting.SEVERAL
    if number in ("mass", "effusion"):
        return counting.SOME
    sided = len(places) == 1 and places[0].single
    if phrase.article or phrase.sizes == 1 or phrase.definite or sided:
        return counting.ONE
    return counting.SOME
