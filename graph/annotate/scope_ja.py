"""Scope in Japanese: what follows and precedes a term within its clause."""

from __future__ import annotations

import re
from collections.abc import Sequence

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
from kyokan.graph.annotate.tokens import Token

# The rules read the clause as lemmas with a space after each: 静かな店ではない is "静か だ 店 だ は 無い ". Both ない
# (auxiliary) and 無い (adjective) say no.
_NO = r"(?:ない|無い)"
_SUFFIX = r"(?:(?:さ|み|感|性|的|気|風|げ|味|らしい|的 だ) )*"
_LINK = (
    r"(?:は|も|が|を|に|と|で|だ|です|って|の|さえ|すら|まで|ほど|た|て|ます|れる|られる|せる|させる|"
    r"言う|言える|いえる|受ける|見せる|思う|思える|感じる|感じられる|見える|見受ける|見当たる|見る|為る|成る|有る|"
    r"居る|出来る|呼ぶ|一つ|"
    r"(?:訳|事|所|物|様|よう|気|風|面|影|印象|雰囲気|感じ|気配|要素|空気|部分|欠片|微塵|性質|味|余地|何|何処)|"
    r"など|なんて|なんか|余り|あまり|それほど|然程|其れ程|全く|全然|一切|少し|決して|殆ど|特に|別に|まるで|到底|"
    r"どこ|とても)"
)
_CHAIN = re.compile(rf"{_SUFFIX}(?P<links>(?:(?:{_LINK}|{_NO}) )*)")
_SAYS_NO = (
    r"(?:無縁|程遠い|ほど遠い|掛け離れる|かけ離れる|欠ける|欠く|欠如|乏しい|控えめ|控え目|皆無|ゼロ|対極|正反対|"
    r"真逆|難い|"
    r"失う|失せる|消える|捨てる|排する|排除|拒む|避ける|嫌う|抑える|削る|削ぐ|抜き|無し|薄い|薄れる|遠い|忘れる|"
    r"反する|反対|無く|足りる (?:無い|ない)|影 を 潜める|"
    r"解く|解す|解れる|解き解す|癒す|静める|和らげる|和らぐ|吹き飛ばす|取り除く|拭い去る)"
)
_LEXICAL = re.compile(rf"(?:{_LINK} )*{_SAYS_NO} (?P<back>(?:(?:た|て|居る|れる|られる|事 は|ます) )*{_NO} )?")
# The noun a term describes, and what is said of it: 静かな店ではない, 静かな店はない, 静かな時間を失う.
_NOUN_PHRASE = (
    r"(?:(?:さ|み|感|性|的|気|風|げ|味|らしい)(?:/N)? )*(?:(?:だ|た|為る た|と 為る た|の) )?(?:(?:\S+/N )+(?:の )?)+"
)
_NOUN_DENIED = re.compile(
    rf"{_NOUN_PHRASE}(?:だ (?:は |も )?|で (?:は |も )?|は |も |が |だ と は |と は |など )"
    rf"(?P<no>(?:(?:言う|言える|思う|呼ぶ|感じる|有る|ます|れる|られる|訳/N|事/N|到底/N|どこ/N) )*"
    rf"(?:(?:で|だ|は|も|に) )*{_NO} )"
)
_NOUN_LOST = re.compile(
    rf"{_NOUN_PHRASE}(?:を|が|は|も|に|と は) (?:(?:言う|呼ぶ|思う) )?(?:一切/N |全て/N |"
    rf"全く )?{_SAYS_NO}(?:/N)? (?P<back>(?:(?:た|て|"
    rf"居る) )*{_NO} )?"
)
_THAN_NOT = re.compile(r"ほど (?:は |の |に )?$")
_ENDS_IN_NO = re.compile(rf"{_NO} (?:た |です |ます |。|の だ )*$")
_MUST = re.compile(rf"{_NO} (?:ば|と|て は) (?:成る|なら|行く|いける|駄目)")
_CANNOT_BUT = re.compile(r"(?:言う|思う|感じる|認める) (?:ない に (?:は )?居る られる ない|ざる を 得る ない)")
_NEVER_SO = re.compile(
    r"(?:(?:此れ|これ|其れ|それ|あれ|此処|ここ) (?:ほど|まで|より)|(?:こんな|そんな|あんな) に) (?:も |に )?$"
)
_NOT_SURE_THAT = re.compile(r"(?:だ )?と (?:は|も) (?:限る|言う 切れる|言い切れる)")
_NOT_TOO = re.compile(rf"{_SUFFIX}過ぎる {_NO}")

_SET_AGAINST = re.compile(
    rf"{_SUFFIX}(?:(?:だ|だ の|の|た) )?(?:と 言う (?:の )?(?:だ )?より|より(?: も| は)? (?!一層|更に|も っと)|"
    rf"どころ か|"
    rf"(?:か )?と 思う き ?や|か と 思う (?:た|ば)|の (?:代わり|かわり)|(?:を|は) (?:捨てる|手放す|止める))"
)
_OTHER_THING = re.compile(  # 静かな兄と違い, 静かな店の代わりに
    r"(?:(?:だ|た|の) )?(?:(?:\S+/N|あの|その|この|彼の|其の|此の) )+"
    r"(?:の (?:代わり|かわり)(?:/N)?|(?:と|に) (?:は )?(?:違う|異なる|対照|比べる|比する|対する|引き換える))"
)
_SEEMING_AFTER = re.compile(
    rf"{_SUFFIX}(?:(?:だ|を|に|の) )?(?:振る|ぶる|装う|気取る|気取り|見せ掛ける|積もり|振り を 為る) |"
    rf"{_SUFFIX}(?:だ |て |と )?(?:見える|思える|映る|思う れる) (?:て|が|けれど|けど|ながら|た|つつ|も)"
)
_SEEMING_BEFORE = re.compile(r"(?:一見|表向き|上辺|見た目 (?:は|こそ)|見掛け|名ばかり|ぱっと見) (?:\S+ ){0,4}$")
_FORMERLY = re.compile(r"(?:嘗て|かつて|昔|以前|当時|元々) (?!と 変わる|ながら|から|まま)(?:は )?(?:\S+ ){0,4}$")
_WISH = re.compile(
    r"(?:たい|欲しい|(?:と|ば|たら|なら) (?:良い|いい)|を 探す|(?:たら|ば) と (?:思う|願う)|ます よう だ|願う|望む|"
    r"祈る|"
    r"憧れる|求める|"
    r"目指す|期待|理想|希望|べし|べき|て 下さい|て くれる|て もらう たい|必要|夢見る|(?:ば|たら) なあ|かしら) "
)
_HEARSAY_AFTER = re.compile(
    r"(?:\S+ ){0,5}?(?:と|って|との|とか) (?:は |も |の )?(?:"
    r"(?:呼ぶ|称する|評する|噂|見なす|看做す|囁く|謳う|うたう|言い張る|有る |書く |(?:人|世間|誰|皆) (?:は|が|"
    r"も) 言う|主張|宣伝|噂|称える|持ち上げる|自称|銘打つ|"
    r"喧伝|評判|売り込む|歌う (?:た )?(?:広告|宣伝|看板|チラシ|コピー|ポスター|店|会社))|"
    r"言う (?:れる|られる|人|声|話|評|意見|向き|噂|奴|触れ込み)|為る れる|(?:評|噂|声|事|触れ込み) )"
)
_HEARSAY_BEFORE = re.compile(r"(?:所謂|いわゆる|自称|世に 言う|俗に 言う|曰く) (?:[「『“] )?(?:\S+ ){0,4}$")
_UNSURE = re.compile(
    r"(?:\S+ ){0,4}?(?:か も 知れる|か どう だ|だろう|らしい |そう/?N? だ|と か |みたい だ|の か |だ か $)"
)
_CONCEDED = re.compile(  # 静かだが、…; 静かなものの…; of a noun with が alone it is the subject
    rf"{_SUFFIX}(?:(?:だ|です|た|有る|居る|ます|て) )+(?:が $|(?:けれど|けれども|けど|物 の|ものの|ながら も) )|"
    rf"{_SUFFIX}(?:だ |の )?(?:けれど|けれども|けど|物 の|ものの|ながら も) "
)
_CONCEDED_ADJECTIVE = re.compile(r"が $")
_STRONG_AFTER = re.compile(
    rf"{_SUFFIX}(?:過ぎる (?!{_NO})|(?:(?:が|に|を|で|の) )?(?:際立つ|溢れる|満ちる|極まる|満点|の 極み|抜群|一杯|"
    rf"いっぱい|全開|満載|この上 無い|際限))"
)
_SLIGHT_AFTER = re.compile(rf"{_SUFFIX}(?:ぽい|気味|めく|寄り|がかる|(?:を )?(?:漂わせる|帯びる)) ")
_SEEMS_AFTER = re.compile(r"そう (?:だ|に) ")
# Degree words stand right before the term.
_TO_TERM = r" (?:だ |に |と |も |の |て |為る |た |くらい |まで )*$"
_STRONG_BEFORE = re.compile(
    r"(?:とても|迚も|非常|極めて|極く|大変|凄い|物凄い|酷い|滅茶苦茶|目茶|めちゃくちゃ|超|最も|最高|一番|一際|"
    r"ひときわ|"
    r"一層|更に|上 無い|圧倒的|実に|本当|誠に|正に|何とも|限り 無い|深い|強い|心 から|心底|飽くまで|余り|随分|"
    r"頗る|断然|"
    r"猛烈|格別|抜群|遥か|格段|完全|徹底|激しい|とことん|至極|至って|見事|甚だ|何より|もっと|益々|より|可成|"
    r"大分|滅法|"
    r"たまる ない|底抜け|並外れる|ずば抜ける|飛び切り|比類 無い|類い 稀|紛れ も 無い|どこ まで も|如何に も|焼け に|"
    r"\S+ ほど|\S+る ばかり)" + _TO_TERM
)
_SLIGHT_BEFORE = re.compile(
    r"(?:少し|少々|一寸|ちょっぴり|やや|稍|些か|ほんのり|僅か(?: ばかり)?|微か|仄か|ほのか|どこ か|何処 か|"
    r"何 と 無い|"
    r"何と無く|どこ と 無い|幾分|幾ら か|多少|若干|そこそこ|然り気 無い|さりげない|薄ら|薄っすら|一抹|"
    r"そこはか と 無い)" + _TO_TERM
)
_PARTIAL_BEFORE = re.compile(
    r"(?:比較的|割と|割合|まあまあ|まずまず|概ね|ほぼ|殆ど|それなり|適度|程良い|程々|半ば|結構)" + _TO_TERM
)
_THIS = re.compile(r"(?:此の|其の|この|その|あの) (?:\S+ ){0,2}$")
_QUOTES = {"「": "」", "『": "』", "“": "”", '"': '"', "〝": "〟", "‘": "’"}
_BREAKS = frozenset("。！？!?、,，;；…\n")
_QUESTION = frozenset("？?")


def read_ja(tokens: Sequence[Token], first: int, last: int) -> Reading:
    """How the term at ``tokens[first:last + 1]`` is meant, from its clause."""
    begin, end = _clause(tokens, first, last)
    before, after = _lemmas(tokens[begin:first]), _lemmas(tokens[last + 1 : end])
    asked = end < len(tokens) and tokens[end].lemma in _QUESTION
    marked = _with_nouns(tokens[last + 1 : end])
    negations, factor = _negations(before, after, marked, asked=asked)
    if negations % 2:
        return DENIED
    if negations:
        factor *= DOUBLE_NEGATION
    return Reading(factor * _degree(before, after) * _modality(tokens, first, last, before, marked, asked=asked))


def _clause(tokens: Sequence[Token], first: int, last: int) -> tuple[int, int]:
    """Token range between the punctuation marks around the term."""
    begin, end = first, last + 1
    while begin > 0 and tokens[begin - 1].lemma not in _BREAKS:
        begin -= 1
    while end < len(tokens) and tokens[end].lemma not in _BREAKS:
        end += 1
    return begin, end


def _lemmas(tokens: Sequence[Token]) -> str:
    return "".join(f"{token.lemma} " for token in tokens)


def _with_nouns(tokens: Sequence[Token]) -> str:
    """As ``_lemmas``, nouns marked."""
    return "".join(f"{token.lemma}/N " if token.noun else f"{token.lemma} " for token in tokens)


def _negations(before: str, after: str, marked: str, *, asked: bool) -> tuple[int, float]:
    """How often the term is denied, and what is left of it where the denial is half-hearted."""
    after = re.sub(r"^[」』”\"〟’] ", "", after)
    if _NOT_SURE_THAT.match(after) or _NOT_TOO.match(after):
        return 0, UNSURE
    if _CANNOT_BUT.search(after) or (_NEVER_SO.search(before) and _NOUN_DENIED.match(marked)):
        return 0, 1.0
    if must := _MUST.search(after[:40]):
        return 0, WISH if must else 1.0
    chain = _CHAIN.match(after)
    links = chain["links"] if chain else ""
    count = len(re.findall(_NO, links))
    rest = after[chain.end() :] if chain else after
    if count and rest in {"", "か ", "の か "} and asked:
        return 0, 1.0  # 静かじゃない？ asks for a yes
    said = _LEXICAL.match(links + rest) or _LEXICAL.match(rest)
    if said:
        count += 2 if said["back"] else 1
    elif not count:
        count = _noun_negations(marked)
    if not count and _THAN_NOT.search(before) and _ENDS_IN_NO.search(after):
        count = 1
    return count, 1.0


def _noun_negations(marked: str) -> int:
    """How often the noun that the term describes is denied."""
    if denied := _NOUN_DENIED.match(marked):
        more = _CHAIN.match(marked[denied.end() :].replace("/N", ""))
        return len(re.findall(_NO, denied["no"] + (more["links"] if more else "")))
    if lost := _NOUN_LOST.match(marked):
        return 2 if lost["back"] else 1
    return 0


def _degree(before: str, after: str) -> float:
    factor = 1.0
    if _STRONG_BEFORE.search(before) or _STRONG_AFTER.match(after):
        factor *= STRONG
    if _SLIGHT_BEFORE.search(before) or _SLIGHT_AFTER.match(after):
        factor *= SLIGHT
    if _PARTIAL_BEFORE.search(before) or _SEEMS_AFTER.match(after):
        factor *= PARTIAL
    return factor


def _modality(tokens: Sequence[Token], first: int, last: int, before: str, marked: str, *, asked: bool) -> float:
    """The lowest factor of all readings that put the term at a distance."""
    after = marked.replace("/N", "")
    quoted = _quoted(tokens, first, last)
    factors = [1.0]
    if quoted:
        after = re.sub(r"^(\S+ )?[」』”\"〟’] ", "", after)
        factors.append(QUOTED)
    if _SET_AGAINST.match(after):
        factors.append(SET_AGAINST)
    if _OTHER_THING.match(marked):
        factors.append(SET_AGAINST)
    if _SEEMING_AFTER.match(after) or _SEEMING_BEFORE.search(before) or _FORMERLY.search(before):
        factors.append(SEEMING)
    if _conceded(tokens, last, after):
        factors.append(CONCEDED)
    if _WISH.search(after) and not _THIS.search(before):
        factors.append(WISH)
    if _HEARSAY_AFTER.match(after) or _HEARSAY_BEFORE.search(before):
        factors.append(HEARSAY)
    if asked or _UNSURE.match(after):
        factors.append(UNSURE)
    return min(factors)


def _conceded(tokens: Sequence[Token], last: int, after: str) -> bool:
    """Whether what follows outweighs the term; where that is a denial, the term is what is left standing."""
    adjective = tokens[last].lemma.endswith("い") and _CONCEDED_ADJECTIVE.match(after)
    if not (adjective or _CONCEDED.match(after)):
        return False
    return not re.search(rf" {_NO} ", _lemmas(tokens[last + 1 :]))


def _quoted(tokens: Sequence[Token], first: int, last: int, reach: int = 4) -> bool:
    """Whether the term stands in quotation marks that hold little else."""
    opening = next((t.lemma for t in reversed(tokens[max(0, first - reach) : first]) if t.lemma in _QUOTES), None)
    if opening is None:
        return False
    return any(token.lemma == _QUOTES[opening] for token in tokens[last + 1 : last + 1 + reach])
