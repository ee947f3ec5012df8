"""Assertion, experiencer and temporality of a statement, by wording.

Each row is a text with the statement in ``«»`` and what it is beyond "affirmed, the patient's, current".
Whatever finding lies on the marked words is looked at; that there is one is part of the test.
"""

from __future__ import annotations

import pytest

from extractor.findings import find_all
from extractor.language.assertion import qualify
from extractor.language.nlp import Reader
from extractor.records import Assertion, Experiencer, Note, Temporality

NEGATED = [
    ("No «liver metastases».", "negated"),
    ("There are no «bone metastases» on this study.", "negated"),
    ("No evidence of «progressive disease».", "negated"),
    ("No convincing evidence of «brain metastases».", "negated"),
    ("No definite «hepatic metastasis» is demonstrated.", "negated"),
    ("The liver is free of «metastases».", "negated"),
    ("The CSF was negative for «leptomeningeal disease».", "negated"),
    ("The bone scan is negative for «skeletal metastases».", "negated"),
    ("Without «adrenal metastases».", "negated"),
    ("«Brain metastases» were ruled out by MRI.", "negated"),
    ("«Brain metastases» have been excluded.", "negated"),
    ("MRI has excluded «brain metastases».", "negated"),
    ("MRI ruled out «brain metastases».", "negated"),
    ("«Liver metastases» are not seen.", "negated"),
    ("«Adrenal metastases»: none.", "negated"),
    ("«Bone metastases» - no", "negated"),
    ("«Bone metastases» ..... nil", "negated"),
    ("«Bone metastases» (-)", "negated"),
    ("He denies any «prior radiotherapy».", "negated"),
    ("She has never had «radiotherapy» to the chest.", "negated"),
    ("There is nothing to suggest «liver metastases».", "negated"),
    ("Absence of «liver metastases» is confirmed.", "negated"),
    ("The scan fails to show «liver metastases».", "negated"),
    ("The patient does not have «brain metastases».", "negated"),
    ("Neither «liver metastases» nor bone metastases were found.", "negated"),
    ("Neither liver metastases nor «bone metastases» were found.", "negated"),
    ("This does not represent «progressive disease».", "negated"),
    ("This is not «progressive disease».", "negated"),
    ("There's no «progression» to report.", "negated"),
    ("Ø «brain metastases»", "negated"),
    ("«Brain metastases» are unlikely.", "negated"),
    ("The patient hasn't got «brain metastases».", "negated"),
]
LISTS = [
    ("No liver, adrenal or «bone metastases».", "negated"),
    ("No brain metastases, liver metastases or «bone metastases».", "negated"),
    ("No evidence of brain metastases and no «bone metastases».", "negated"),
    ("No metastases in the liver, the adrenals or the «bones».", "negated"),
    ("No «liver metastases» but two bone metastases.", "negated"),
    ("No liver metastases but two «bone metastases».", ""),
    ("No liver metastases; two «bone metastases».", ""),
    ("No liver metastases. Two «bone metastases».", ""),
    ("No liver metastases, however a single «adrenal metastasis» is new.", ""),
    ("No liver metastases, two «bone metastases» are stable.", ""),
    ("No liver metastases, but there is a «brain metastasis».", ""),
    ("- No liver metastases\n- «Bone metastases» in T4", ""),
    ("1. No brain metastases\n2. Single «adrenal metastasis»", ""),
    ("Liver: no metastases\nBone: two «metastases»", ""),
    ("Other than two «liver metastases» there is no disease.", ""),
    ("Apart from a single «liver metastasis» no disease is seen.", ""),
    ("There is no disease except for one «adrenal metastasis».", ""),
    ("No new lesions, with the known «liver metastases» unchanged.", ""),
    ("No pain; «ECOG 1».", ""),
    ("No weight loss, «ECOG 1».", ""),
    ("Denies pain and is «ECOG 1».", ""),
    ("No side effects, currently «ECOG 0».", ""),
]
NO_NEGATION = [
    ("Not only «liver metastases» but also bone metastases.", ""),
    ("No longer smoking, «ECOG 1».", ""),
    ("There is no doubt that these are «liver metastases».", ""),
    ("No change in the two «liver metastases».", ""),
    ("No significant change of the «adrenal metastasis».", ""),
    ("No symptoms from the «brain metastases».", ""),
    ("No increase in size of the «liver metastases».", ""),
    ("No biopsy of the «liver metastases» was taken.", ""),
    ("She does not want surgery for the «brain metastasis».", ""),
    ("Not a candidate for resection of the «liver metastases».", ""),
    ("The patient could not tolerate steroids for the «brain metastases».", ""),
    ("He is not limited by the «bone metastases».", ""),
    ("«Liver metastases», no biopsy.", ""),
    ("«Liver metastases» without ascites.", ""),
    ("«Stable disease» without new lesions.", ""),
    ("«Partial response», no new lesions.", ""),
    ("«ECOG 1», no pain.", ""),
    ("«Brain metastases» not requiring steroids.", ""),
    ("«Liver metastases» not amenable to resection.", ""),
    ("«Partial response» is confirmed; progression was excluded.", ""),
]
DOUBT = [
    ("Suspicious for «liver metastases».", "possible"),
    ("Highly suggestive of «bone metastasis».", "possible"),
    ("Concerning for «progressive disease».", "possible"),
    ("Likely «liver metastasis».", "possible"),
    ("The focus in L2 probably represents «bone metastasis».", "possible"),
    ("«Bone metastasis» cannot be excluded.", "possible"),
    ("Cannot exclude «brain metastasis».", "possible"),
    ("A «brain metastasis» is not excluded.", "possible"),
    ("Could reflect «liver metastasis».", "possible"),
    ("?«brain metastasis»", "possible"),
    ("? «liver metastases»", "possible"),
    ("Restaging: «PD»?", "possible"),
    ("Response: «PD»? MDT to review.", "possible"),
    ("«Liver metastasis»? Suggest MRI.", "possible"),
    ("Possible «liver metastases» in segment VI.", "possible"),
    ("Lesion in T8, «metastasis» vs haemangioma.", "possible"),
    ("Differential includes «metastasis» and abscess.", "possible"),
    ("Appearances raise the possibility of «bone metastases».", "possible"),
    ("Worrisome for «leptomeningeal disease».", "possible"),
    ("«Bone metastasis» is suspected.", "possible"),
    ("«Bone metastasis» seems likely.", "possible"),
    ("Query «liver metastasis».", "possible"),
    ("Felt to represent «liver metastasis».", "possible"),
    ("Equivocal for «bone metastasis».", "possible"),
    ("Cannot rule out «progression».", "possible"),
    ("Consistent with «liver metastases».", ""),
    ("Compatible with «bone metastases».", ""),
    ("In keeping with «liver metastases».", ""),
    ("Diagnostic of «liver metastases».", ""),
    ("No suspicious lesion; «liver metastases» as before.", ""),
    ("No longer any doubt: «progressive disease».", ""),
]
HYPOTHESIS = [
    ("If there is «progressive disease» we will switch to docetaxel.", "hypothetical"),
    ("In case of «progression» second-line docetaxel.", "hypothetical"),
    ("Should «brain metastases» appear, refer for SRS.", "hypothetical"),
    ("Return if «ECOG 2» or worse.", "hypothetical"),
    ("The trial requires «ECOG 0-1».", "hypothetical"),
    ("Eligibility: «ECOG 0-1», stage IV.", "hypothetical"),
    ("Inclusion criteria: «stage IV» disease.", "hypothetical"),
    ("Inclusion criteria:\n- «ECOG 0-1»\n- no more than 5 metastases", "hypothetical"),
    ("Patients must have «ECOG 0 or 1» to enter.", "hypothetical"),
    ("To be eligible she would need «ECOG 1».", "hypothetical"),
    ("An «ECOG 0-1» is required by the protocol.", "hypothetical"),
    ("Continue until «progression».", "hypothetical"),
    ("Treat until «disease progression» or toxicity.", "hypothetical"),
    ("Unless there is «progression», maintenance goes on.", "hypothetical"),
    ("MRI to look for «brain metastases».", "hypothetical"),
    ("CT to rule out «liver metastases».", "possible"),
    ("The trial needs «ECOG 0-1».", "hypothetical"),
    ("By RECIST criteria this is a «partial response».", ""),
]
FORMS = [
    ("«Brain metastases»: [ ] yes [x] no", "negated"),
    ("«Brain metastases»: [x] yes [ ] no", ""),
    ("«Liver metastases»  ( ) yes  (x) no", "negated"),
    ("«Liver metastases»: ☐ yes ☒ no", "negated"),
    ("«Liver metastases»: ☒ yes ☐ no", ""),
    ("[x] «Partial response»", ""),
    ("☐ Progressive disease\n☒ «Stable disease»", ""),
    ("«Bone metastases» = 0", "negated"),
    ("«Bone metastases»: absent", "negated"),
    ("«Bone metastases»: present", ""),
    ("«Bone metastases»: yes. Brain metastases: no.", ""),
    ("Bone metastases: yes. «Brain metastases»: no.", "negated"),
    ("Bone metastases: no «Liver metastases»: yes", ""),
]
WHOSE = [
    ("Father had «stage IV» lung cancer.", "family"),
    ("Her mother died of «liver metastases» from breast cancer.", "family"),
    ("Mother - breast cancer with «liver metastases», died 2011.", "family"),
    ("Mother: «adenocarcinoma of the lung» at 70.", "family"),
    ("Family history: brother with «stage IV» colon cancer.", "family"),
    ("FHx\nSister: «bone metastases» from breast cancer.", "family"),
    ("His paternal uncle was diagnosed with «stage IIIA» lung cancer.", "family"),
    ("A study of patients with «stage IV» disease was quoted.", "other"),
    ("In patients with «brain metastases» the trial allowed SRS.", "hypothetical other"),
    ("Her husband reports that she is «ECOG 2».", ""),
    ("Came with her daughter. «ECOG 1».", ""),
    ("Lives with his wife; «ECOG 1».", ""),
    ("His father had colon cancer. He himself has «liver metastases».", ""),
    ("Mother - breast ca. Patient: single «brain metastasis».", ""),
    ("Father died of lung cancer, patient has «stage IV» disease.", ""),
]
WHEN = [
    ("Previously «ECOG 2».", "historical"),
    ("«ECOG 1» (previously ECOG 2).", ""),
    ("At diagnosis six «liver metastases».", "historical"),
    ("On admission «ECOG 3», at discharge ECOG 1.", "historical"),
    ("On admission ECOG 3, at discharge «ECOG 1».", ""),
    ("Initially «ECOG 2», now ECOG 1.", "historical"),
    ("Initially ECOG 2, now «ECOG 1».", ""),
    ("«ECOG 2» before treatment, ECOG 0 today.", "historical"),
    ("The prior CT had shown three «liver metastases».", "historical"),
    ("Two «liver metastases» remain (previously five).", ""),
    ("«ECOG 1», was 2 in January.", ""),
    ("Compared with the prior CT the two «liver metastases» are smaller.", ""),
    ("Will receive «SBRT» to the primary in May.", "planned"),
    ("«SBRT» to the adrenal is planned.", "planned"),
    ("Scheduled for «SBRT» of the left adrenal metastasis.", "planned"),
    ("We plan «SBRT» to both adrenal metastases.", "planned"),
    ("He was treated with «SBRT» to the right adrenal metastasis in 2024.", ""),
]
HEDGES = [
    ("Worrying for «leptomeningeal disease».", "possible"),
    ("A «bone metastasis» is a consideration.", "possible"),
    ("A «liver metastasis» is favoured over a cyst.", "possible"),
    ("Findings favour «bone metastasis».", "possible"),
    ("There is suspicion of «brain metastases».", "possible"),
    ("May represent «adrenal metastasis» or adenoma.", "possible"),
    ("Potentially «progressive disease».", "possible"),
    ("Presumed «liver metastases».", "possible"),
    ("«Progressive disease» is a possibility.", "possible"),
    ("«Liver metastasis» (probable).", "possible"),
    ("«Liver metastases» (suspected).", "possible"),
    ("It is unclear whether this is «brain metastasis».", "possible"),
    ("Not certain to be «bone metastasis».", "possible"),
    ("DD «bone metastasis», fracture.", "possible"),
    ("Nothing in the head to indicate «brain metastases».", "negated"),
    ("No features of «leptomeningeal disease».", "negated"),
    ("No scintigraphic evidence for «bone metastases».", "negated"),
    ("No CT evidence of «liver metastases».", "negated"),
    ("No suspicion of «bone metastases».", "negated"),
    ("No obvious «bone metastases».", "negated"),
    ("Clear of «brain metastases».", "negated"),
    ("Brain MRI clean, no «mets».", "negated"),
    ("Devoid of «liver metastases».", "negated"),
    ("«Liver metastases» absent.", "negated"),
    ("No sign whatsoever of «brain metastases».", "negated"),
    ("Under no circumstances is this «progressive disease».", "negated"),
    ("MRI showed no intracranial «metastasis».", "negated"),
    ("Not thought to represent «progressive disease».", "negated"),
    ("This does not meet criteria for «progressive disease».", "negated"),
    ("We have no reason to suspect «brain metastases».", "negated"),
    ("Unlikely to represent «bone metastasis».", "negated"),
    ("«Brain metastases» have never been found.", "negated"),
    ("There is a low likelihood of «bone metastasis».", "possible"),
]
MORE = [
    ("Wife being treated here for «stage IIB» breast cancer.", "family"),
    ("Mother is under the same centre for «stage IIA» lung cancer.", "family"),
    ("Symptoms typical for brain metastases and a diagnosis of «leptomeningeal disease».", ""),
    ("Symptoms typical of «brain metastases».", "possible"),
    ("Lesions typical of «bone metastases».", ""),
    ("The CT was in favour of «stable disease».", ""),
    ("Findings in favor of «bone metastasis».", "possible"),
    ("No «ECOG 2» patients were treated.", "negated other"),
    ("Not «stage IV».", "negated"),
    ("There is no «small cell carcinoma».", "negated"),
    ("The patient is not known to have «brain metastases».", "negated"),
    ("Known «brain metastases», no headaches.", ""),
    ("No headaches or seizures, known «brain metastases».", ""),
    ("No headaches despite «brain metastases».", ""),
    ("Neurologically intact without deficit from the «brain metastases».", ""),
    ("Pain from the «bone metastases» has gone.", ""),
    ("The «bone metastases» cause no pain.", ""),
    ("The «bone metastases» are not painful.", ""),
    ("The «liver metastases» are not larger.", ""),
    ("The «liver metastases» have not grown.", ""),
    ("The two «liver metastases» show no growth.", ""),
    ("«Liver metastases» no longer FDG avid.", ""),
    ("«Stable disease», not progressive.", ""),
    ("No progression, i.e. «stable disease».", ""),
    ("No «progression»; stable disease.", "negated"),
    ("Rather «stable disease» than partial response.", ""),
    ("«PD» not confirmed on repeat CT.", "negated"),
    ("He is not yet «ECOG 2».", "negated"),
    ("The criteria for «partial response» are met.", ""),
    ("The criteria for «partial response» are not met.", "negated"),
    ("Not enough shrinkage for «partial response».", "negated"),
    ("Would be «stage IVB» if the adrenal is confirmed.", "hypothetical"),
    ("Assuming «stage IVB», we start chemotherapy.", "hypothetical"),
    ("She fears «brain metastases».", "hypothetical"),
    ("We discussed the risk of «brain metastases».", "hypothetical planned"),
    ("Screening for «brain metastases» every 3 months.", "hypothetical"),
    ("Her friend has «liver metastases».", "other"),
    ("Grandmother: «lung adenocarcinoma».", "family"),
    ("Family history negative. «Stage IV» adenocarcinoma.", ""),
    ("No family history of cancer; «stage IV» disease.", ""),
    ("No family history of cancer. «ECOG 1».", ""),
]
ROWS = [*NEGATED, *LISTS, *NO_NEGATION, *DOUBT, *HYPOTHESIS, *FORMS, *WHOSE, *WHEN, *HEDGES, *MORE]
_AXES = (Assertion, Experiencer, Temporality)


@pytest.mark.parametrize(("marked", "wanted"), ROWS)
def test_qualifiers(reader: Reader, marked: str, wanted: str) -> None:
    before, words, after = marked.replace("»", "«").split("«")
    text = before + words + after
    start, end = len(before), len(before) + len(words)
    found = [f for f in find_all(reader.read(Note(text))) if f.start < end and start < f.end]
    assert found, "nothing is found on the marked words"
    told = {(f.assertion, f.experiencer, f.temporality) for f in found if f.concept != "tissue_confirmation"}
    assert told == {tuple(_of(axis, wanted) for axis in _AXES)}


@pytest.mark.parametrize("text", ["[ ] Progressive disease", "☐ Progressive disease\n☒ Stable disease"])
def test_an_option_that_is_not_ticked_says_nothing(reader: Reader, text: str) -> None:
    assert "PD" not in [f.value.get("category") for f in find_all(reader.read(Note(text)))]


def _of(axis: type[Assertion] | type[Experiencer] | type[Temporality], wanted: str) -> str:
    return next((value for value in axis if value in wanted.split()), next(iter(axis)))


@pytest.mark.parametrize(
    ("cues", "section", "wanted"),
    [
        ([], {}, "affirmed patient current"),
        (["NEGATED", "POSSIBLE"], {}, "negated patient current"),
        (["NEGATED", "HYPOTHETICAL"], {}, "hypothetical patient current"),
        (["FAMILY", "NEGATED"], {}, "negated family current"),
        (["FAMILY", "OTHER"], {}, "affirmed family current"),
        (["HISTORICAL", "PLANNED"], {}, "affirmed patient historical"),
        (["POSSIBLE"], {"assertion": "hypothetical"}, "possible patient current"),
        ([], {"assertion": "hypothetical"}, "hypothetical patient current"),
        ([], {"experiencer": "family"}, "affirmed family current"),
        (["RESOLVED"], {}, "affirmed patient current"),
    ],
)
def test_several_cues(cues: list[str], section: dict[str, str], wanted: str) -> None:
    told = qualify(cues, section)
    assert f"{told.assertion} {told.experiencer} {told.temporality}" == wanted
    assert told.cues == frozenset(cues)
