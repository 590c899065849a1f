"""Scope in English: what precedes and follows a term within its clause."""

from __future__ import annotations

import re

from kyokan.graph.annotate.scope import (
    CONCEDED,
    DENIED,
    DOUBLE_NEGATION,
    HEARSAY,
    PARTIAL,
    QUOTED,
    SEEMING,
    SET_AGAINST,
    SLIGHT,
    STRONG,
    UNSURE,
    WISH,
    Reading,
)

_SENTENCE_END = re.compile(r"[.!?\n]+")
_CLAUSE_END = re.compile(
    r"[,;:()\[\]—–…]|\b(?:but|yet|though|although|however|whereas|while|because|since|unless|which|who)\b|"
    r"\b(?:and|so|or) (?=(?:it|he|she|they|we|i|this|that|its|his|her|their|the) )"
)

# Phrases with a negative word that deny nothing; they are blanked before counting.
_AFFIRMING = re.compile(
    r"\bnot (?:so much|only|just|merely|simply|to mention|least)\b|\bnot afraid (?:to|of)\b|\bno (?:doubt|wonder|"
    r"less)\b|"
    r"\bwithout (?:a |any )?(?:doubt|question|fail)\b|\bnothing(?:_but| short of| if not)\b|\bnone other\b|"
    r"\bcan not(?:_but| help)\b|\bcould not be (?:any )?(?:more)?\b|\bnever (?:fails?|ceases?) to\b|"
    r"\bnever (?:been )?(?:so|more)\b|"
    r"\b(?:never|not) (?:\w+ ){0,2}(?:anything|anyone|\w+ one) (?:so|as|more)\b|"
    r"\b(?:nothing|nobody|no one|no other \w+) (?:is|was|feels|sounds|looks|tastes|could be|can be) (?:more|so|as)\b|"
    r"\b(?:nobody|no one|never|not|impossible to|hard to|difficult to) (?:can |could |will |would )?"
    r"(?:resist|deny|forget|ignore|overlook|escape)\b|\bwithout (?:ever )?(?:losing|sacrificing|giving up|"
    r"forgetting)\b|"
    r"\bneither\b(?=.*\bnor\b)|\bno matter\b|\bnever mind\b|\bwhy not\b|\bnot for nothing\b|\bhave you ever\b"
)
_HALF = re.compile(r"\bnot (?:always|entirely|wholly|completely|quite|exactly|necessarily|too)(?: \w+)?\s*$")
_NO_FAR = r"(?:not|never|can not|neither|nor|nobody|no one|nothing|fails? to|failed to|without|no longer)"
_NO_NEAR = r"(?:no|hardly|barely|scarcely|seldom|rarely|avoids?|avoiding|refus(?:es?|ing)|minus)"
_NO_PHRASE = (
    r"(?:lack(?:s|ed|ing)?(?: of)?(?: in)?|absence of|devoid of|free (?:of|from)|short (?:of|on)|anything_but|"
    r"far from|"
    r"nowhere near|the opposite of|loses? (?:its|her|his|their|all)|lost (?:its|her|his|their|all)|stripped of|least|"
    r"not a trace of|not an ounce of|drained of|out of|(?:stop|stops|stopped|cease|ceases|ceased) (?:being|to be|"
    r"feeling|sounding|looking)|"
    r"little|hesitates? to|too \w+ to|"
    r"(?:loosen|eas|dispel|sooth|reliev|banish)(?:e?s|e?d|led|ling|ing|e)?(?: \w+'s)?)"
)
_SAME_CLAUSE = r"(?:\W+(?!(?:is|are|was|were|it|he|she|they|this|that)\b)\w+)"
_DENIAL = re.compile(
    rf"\b{_NO_PHRASE}(?=(?:\W+\w+){{0,4}}\W*$)|\b{_NO_FAR}\b(?=(?:\W+\w+){{0,7}}\W*$)|"
    rf"\b{_NO_NEAR}\b(?={_SAME_CLAUSE}{{0,3}}\W*$)|\b(?:un|non)-$"
)
_DENIAL_AFTER = re.compile(
    r"^(?:ness)? (?:(?:is|was|are|were|seems?|has|had|have) )(?:been )?(?:completely |entirely |simply |all )?"
    r"(?:missing|absent|lacking|gone|lost|nowhere|not)\b|^-free\b|^,? (?:it|he|she|they) (?:is|was|are|"
    r"were) not\b|^ (?:no more|in name only)\b"
)
_SET_AGAINST = re.compile(
    r"\b(?:rather than|instead of|as opposed to|in place of|unlike|more \w+ than|\w+er than|not so much|"
    r"compared (?:with|to))\s+(?:(?!(?:is|are|was|were|it|as)\b)\w+\W+){0,4}$|"
    r"\bwhere (?:others?|most|many|some|the rest|(?:his|her|their|its|the|an?) \w+)\b[^,]*$"
)
_LESS = re.compile(r"(?<!\bno )\bless (?:(?!than\b)\w+ ){0,2}$")
_SEEMING = re.compile(
    r"\b(?:looks?|looked|seems?|seemed|appears?|appeared|sounds?|sounded|feels?|on the surface)\s+(?:\w+\W+){0,3}$"
)
_BUT = re.compile(r"^\W*(?:\w+\W+){0,3}?(?:but|yet|though|although|however)\b")
_CONCEDING = re.compile(
    r"(?:^|[,;:] )\W*(?:and |but )?(?:although|though|even though|while|despite|in spite of|"
    r"for all (?:its|his|her|their|the)) [^,;:]*$"
)
_THEN = re.compile(r"^[^,;:]*,")
_OUTWEIGHED = re.compile(
    r"^(?:(?:[ -]\w+){0,5},? but|(?:[ -]\w+){0,5}[,;] yet|[^;]*;[^;]*,? however,?) "
    r"(?!(?:also|even|above all|\w+ more)\b)(?!(?:\w+ ){0,3}(?:not|never|no|without)\b)"
)
_FORMERLY = re.compile(
    r"\b(?:used to (?:be|feel|sound|look)|once|formerly|no longer|at first(?: sight| glance)?)\W+(?:\w+\W+){0,4}$"
)
_NO_MORE = re.compile(r"^ (?:in the past|back then|at first|in those days)\b")
_WAS = re.compile(r"\b(?:was|were|had been)\s+(?:\w+\W+){0,2}$")
_NOW = re.compile(r"[;,:—–] (?:but |and )?(?:now|today|this|these|the (?:new|current|latest))\b")
_WISH = re.compile(
    r"\b(?:wish(?:es|ed)?|if only|hop(?:e|es|ed|ing)|would like|'d like|would love|wants?|wanted|"
    r"should(?: be)?|ought to|needs?|deserves?|demands?|requires?|must be|"
    r"could be|could (?:try|use|do with)|would be|would have (?:been|liked|loved|preferred)|will be|may be|aim(?:s|"
    r"ing)? (?:to|for)|aspir(?:e|es|ing) to|"
    r"dream(?:s|ing)? of|long(?:s|ing)? (?:for|to)|look(?:ing)? for|seek(?:s|ing)?|in search of|strives? (?:to|for)|"
    r"tr(?:y|ies|ied|ying) (?:hard )?(?:to|being)|(?:meant|supposed|intended|hoping) to|ask(?:s|ed|ing)? for|"
    r"wait(?:s|ed|ing)? for|please|let (?:us|it|them|the)|expects?|desires?|craves?|yearns? (?:for|to)|imagine|if|"
    r"make it)\b"
)
_HEARSAY = re.compile(
    r"\b(?:(?:some|many|critics|people|others|they|fans|reviewers|the press|the label|the brochure|the advert|"
    r"the ad|the website|marketing)"
    r"(?: \w+)? (?:call|calls|called|say|says|said|claim|claims|describe|describes|find|finds|consider|"
    r"considers|insist|insists|promises?|think|thinks|believe|believes)|likes? to call|"
    r"what (?:\w+ ){1,3}(?:calls?|terms?)|(?:the|our|their|his|"
    r"her) \w+ (?:calls?|labels?)|\w+ (?:thinks|believes|assumes|insists|claims)|"
    r"so-called|so called|supposedly|allegedly|reportedly|purportedly|apparently|self-proclaimed|self-styled|"
    r"would-be|"
    r"claim(?:s|ed|ing)?(?: to be| that)?|said to be|(?:is|was) said (?:to|that)|according to|billed as|marketed as|"
    r"(?:touted|advertised|described|promoted|sold|presented|labell?ed|praised|hyped) as|"
    r"(?:bill|style|market|describe|advertise|present)s? (?:it|him|her|them)sel(?:f|ves) as|reputed(?:ly)?|"
    r"self-described|brochure says|rumou?red|"
    r"pretend(?:s|ed|ing)? to be|purports? to be|called itself|calls itself|call themselves)\b"
)
_UNSURE = re.compile(r"\b(?:perhaps|maybe|possibly|might(?: be)?|may(?: be)?|arguably|probably)\b")
_STRONG = re.compile(
    r"\b(?:very|extremely|utterly|truly|deeply|so|incredibly|highly|intensely|perfectly|remarkably|most|super|"
    r"really|profoundly|immensely|"
    r"thoroughly|absolutely|completely|totally|wonderfully|exceptionally|exceedingly|supremely|overwhelmingly|"
    r"full of|filled with|bursting with|"
    r"brimming with|steeped in|unmistakably|strikingly|fiercely|wildly|unbelievably|insanely|such|pure|sheer|"
    r"more|too|(?<!so )much|ever so|all)"
    r"(?: (?:a|an|of))?\s*$"
)
_STRONG_AFTER = re.compile(r"^ (?:indeed|beyond words|to the core|through and through|in the extreme|as can be)\b|^!")
_SLIGHT = re.compile(
    r"\b(?:slightly|somewhat|a bit|a little|a touch(?: of)?|a hint of|a trace of|a dash of|a whiff of|"
    r"a note of|mildly|vaguely|faintly|kind of|sort of|"
    r"almost|nearly|a shade|subtly|marginally|not very|tinged with|a suggestion of|verging on|bordering on|"
    r"hints? of|touch of|barely)(?: (?:a|an|something))?\s*$"
)
_PARTIAL = re.compile(
    r"\b(?:fairly|quite|rather|pretty|relatively|moderately|mostly|reasonably|partly|semi|half|gently|softly|"
    r"certain|some)\W*$"
)
_OPENING, _CLOSING = "\"'“‘«", "\"'”’»"


def read_en(text: str, start: int, end: int) -> Reading:
    """How the term at ``text[start:end]`` is meant, from its sentence."""
    before, after, sentence_before, asked = _context(text, start, end)
    unmasked = _AFFIRMING.sub(" ", before)
    denials = len(_DENIAL.findall(unmasked)) + bool(_DENIAL_AFTER.match(after))
    factor = 1.0
    if _HALF.search(unmasked):
        denials, factor = denials - 1, UNSURE if re.search(r"\btoo(?: \w+)?\s*$", unmasked) else SEEMING
    if denials % 2 == 1:
        return DENIED
    if denials > 0:
        factor *= DOUBLE_NEGATION
    return Reading(
        factor * _degree(before, after) * _modality(text, start, end, before, after, sentence_before, asked=asked)
    )


def _context(text: str, start: int, end: int) -> tuple[str, str, str, bool]:
    """(clause before, sentence after, sentence before, whether it is a question), lower case with "n't" as " not"."""
    left = max((match.end() for match in _SENTENCE_END.finditer(text, 0, start)), default=0)
    stop = _SENTENCE_END.search(text, end)
    right = stop.start() if stop else len(text)
    sentence_before = _plain(text[left:start])
    after = _plain(text[end:right])
    clause = max((match.end() for match in _CLAUSE_END.finditer(sentence_before)), default=0)
    return sentence_before[clause:], after, sentence_before, bool(stop and "?" in stop.group())


def _plain(text: str) -> str:
    lowered = text.lower().replace("’", "'")
    lowered = re.sub(r"\b(anything|nothing|none|can not) but\b", r"\1_but", lowered)  # no clause ends there
    return re.sub(r"n't\b", " not", lowered.replace("cannot", "can not").replace("can't", "can not"))


def _degree(before: str, after: str) -> float:
    factor = 1.0
    if _STRONG.search(before) or _STRONG_AFTER.match(after):
        factor *= STRONG
    if _SLIGHT.search(before) or after.startswith(("ish", "-ish")):
        factor *= SLIGHT
    if _PARTIAL.search(before):
        factor *= PARTIAL
    return factor


def _modality(text: str, start: int, end: int, before: str, after: str, sentence_before: str, *, asked: bool) -> float:
    """The lowest factor of all readings that put the term at a distance."""
    factors = [1.0]
    if text[max(0, start - 1) : start] in _OPENING and text[end : end + 1] in _CLOSING and start and end < len(text):
        factors.append(QUOTED)
    if _SET_AGAINST.search(before) or _LESS.search(before):
        factors.append(SET_AGAINST)
    changed = _NO_MORE.match(after) or (_WAS.search(before) and _NOW.search(after))
    if changed or (_SEEMING.search(before) and _BUT.match(after)) or _FORMERLY.search(before):
        factors.append(SEEMING)
    if _OUTWEIGHED.match(after) or (_CONCEDING.search(sentence_before) and _THEN.match(after)):
        factors.append(CONCEDED)
    if _WISH.search(before):
        factors.append(WISH)
    if _HEARSAY.search(sentence_before):
        factors.append(HEARSAY)
    if asked or _UNSURE.search(before):
        factors.append(UNSURE)
    return min(factors)
