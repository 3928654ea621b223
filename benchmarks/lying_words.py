"""Edits that turn a true passage false: what is looked for, and what is put in its place."""

from trends.domain.models import Language

EN, KO = Language.EN, Language.KO

Edits = dict[Language, tuple[tuple[str, str], ...]]

MAGNITUDE: Edits = {
    EN: (
        (r"\bmillion\b", "billion"),
        (r"\bmillion\b", "thousand"),
        (r"\bbillion\b", "million"),
        (r"(\d),000\b", r"\1 million"),
        (r"(\d),000\b", r"\1,000,000"),
        (r"(\d)bn\b", r"\1mn"),
        (r"(\d)m\b", r"\1bn"),
    ),
    KO: (
        (r"(\d)만(?=[명원대건개 ])", r"\1억"),
        (r"(\d)만(?=[명원대건개 ])", r"\1천"),
        (r"(\d)억", r"\1만"),
        (r"(\d)조", r"\1억"),
        (r"(\d)천원", r"\1만원"),
        (r"(\d)00원", r"\1만원"),
    ),
}
UNIT: Edits = {
    EN: (
        (r"\$(\d[\d,.]*)", r"€\1"),
        (r"\$(\d[\d,.]*)", r"\1 won"),
        (r"€(\d[\d,.]*)", r"$\1"),
        (r"£(\d[\d,.]*)", r"$\1"),
        (r"(\d)%", r"\1 people"),
        (r"(\d)%", r"\1 times"),
        (r"\b(weeks)\b", "months"),
        (r"\b(months)\b", "years"),
    ),
    KO: (
        (r"(\d|만|억|천)원", r"\1달러"),
        (r"(\d)%(?!p|포인트)", r"\1배"),
        (r"(\d)%(?!p|포인트)", r"\1명"),
        (r"(\d|만)명", r"\1건"),
        (r"(\d|만)명", r"\1원"),
        (r"(\d)달러", r"\1원"),
        (r"(\d)주 ", r"\1개월 "),
    ),
}
POINTS: Edits = {
    EN: (
        (r"(\d)%", r"\1 percentage points"),
        (r"(\d) percent\b", r"\1 points"),
        (r"(\d) percentage points", r"\1%"),
    ),
    KO: (
        (r"(\d)%(?!p|포인트)", r"\1%p"),
        (r"(\d)%(?!p|포인트)", r"\1%포인트"),
        (r"(\d)%p", r"\1%"),
    ),
}
DIRECTION: Edits = {
    EN: (
        (r"\b[Uu]p(?= \d)", "down"),
        (r"\brises?\b", "falls"),
        (r"\brose\b", "fell"),
        (r"\bclimbs?\b", "drops"),
        (r"\bjumps?\b", "plunges"),
        (r"\bdoubles\b", "halves"),
        (r"\bdoubled\b", "halved"),
        (r"\bfalls?\b", "rises"),
        (r"\b[Dd]rops?\b", "rises"),
        (r"\bslips?\b", "climbs"),
        (r"\bgains\b", "loses"),
        (r"\braises\b", "cuts"),
        (r"\bgrowing\b", "shrinking"),
        (r"% more\b", "% fewer"),
        (r"\bexceeds\b", "misses"),
        (r"\bhigher\b", "lower"),
        (r"\blower\b", "higher"),
    ),
    KO: (
        ("껑충", "뚝"),
        ("증가", "감소"),
        ("감소", "증가"),
        ("늘었", "줄었"),
        ("늘어", "줄어"),
        ("올라", "내려"),
        ("올랐", "내렸"),
        ("상승", "하락"),
        ("하락", "상승"),
        ("급등", "급락"),
        ("급락", "급등"),
        ("급증", "급감"),
        ("인상", "인하"),
        ("인하", "인상"),
        (" 쑥", " 뚝"),
        ("두 배로", "절반으로"),
        ("많았다", "적었다"),
        ("최고", "최저"),
        ("최대", "최소"),
    ),
}
NEGATION: Edits = {
    EN: (
        (r"\bdoes not (\w+)\b", r"does \1"),
        (r"\bdid not (\w+)", r"did \1"),
        (r"\bwith no sign\b", "with signs"),
        (r"\b(is|are|was|were|has|have|will|can) (?!not)", r"\1 not "),
        (r"\bsells out of\b", "does not sell out of"),
        (r"\bsold out of\b", "did not sell out of"),
        (r"\brose\b", "did not rise"),
        (r"\bbets big on\b", "does not bet on"),
        (r"^(.+)$", r"It is not true that \1"),
    ),
    KO: (
        ("팔지 않는다", "판다"),
        ("내지 않았다", "냈다"),
        ("지 않았다", "았다"),
        ("늘었다", "늘지 않았다"),
        ("올랐다", "오르지 않았다"),
        ("나온다", "나오지 않는다"),
        ("밝혔다", "밝히지 않았다"),
        ("번졌다", "번지지 않았다"),
        ("바뀐다", "바뀌지 않는다"),
        ("안정적인", "안정적이지 않은"),
        (r"^(.+)$", r"\1, 사실이 아니다"),
    ),
}
PLAN: Edits = {
    EN: (
        (r"\bplans to open\b", "opened"),
        (r"\bplans to open\b", "has opened"),
        (r"\bto change\b", "changed"),
        (r"\bplans to raise\b", "has raised"),
        (r"\bplans to stop selling\b", "has stopped selling"),
        (r"(?<!plans )\bto raise\b", "raised"),
        (r"\bto sign\b", "signed"),
        (r"\bto cut\b", "cut"),
        (r"\bto launch\b", "launched"),
        (r"\bwill meet\b", "met"),
        (r"\bto meet\b", "met"),
        (r"\bto acquire\b", "acquired"),
        (r"\bto build\b", "built"),
    ),
    KO: (
        ("열 계획", "열었다"),
        ("올릴 예정", "올렸다"),
        ("판매 중단 추진", "판매 중단"),
        ("문 연다", "문 열었다"),
        ("손본다", "손봤다"),
        ("늘린다", "늘렸다"),
        ("바뀐다", "바뀌었다"),
        ("키운다", "키웠다"),
        ("추진", "완료"),
        (r"(?<!릴 )예정", "완료"),
        ("드러날 전망이다", "드러났다"),
        (r"살펴보겠다고 밝혔다", "살펴봤다"),
    ),
}
RUMOUR: Edits = {
    EN: (
        (r"\bmay cut\b", "cut"),
        (r"\bis rumoured to buy\b", "bought"),
        (r"\bis said to be leaving\b", "left"),
        (r"\breportedly (\w+)", r"\1"),
        (r"\ballegedly (\w+)", r"\1"),
        (r"\b(?:may|might|could) (\w+)", r"has \1"),
        (r"\bis said to be steady\b", "is steady"),
        (r"\bconsiders (\w+ing)\b", r"began \1"),
    ),
    KO: (
        ("내릴 수도", "내렸다"),
        ("인수설", "인수"),
        ("철수설", "철수"),
        ("검토", "확정"),
        ("가능성", "확정"),
        ("안정적인 것으로 알려졌다", "안정적이다"),
        ("말이 나온다", "사실이 확인됐다"),
        ("것으로 알려졌다", "것이 확인됐다"),
    ),
}
ROUNDING: Edits = {
    EN: (
        (r"\b(4[1-8])% of\b", "half of"),
        (r"\b(4[1-8])%", "nearly 50%"),
        (r"\b(5[1-9])%", "almost 60%"),
        (r"\b(3[1-8])%", "about 40%"),
        (r"\b(2[1-8])%", "around 30%"),
        (r"\b(1[1-8])%", "some 20%"),
        (r"\b80,000\b", "almost 100,000"),
        (r"\b1,180\b", "about 1,500"),
    ),
    KO: (
        (r"4[1-8]%(?:가|는)?", "절반이"),
        (r"4[1-8]%", "약 50%"),
        (r"5[1-9]%", "거의 60%"),
        (r"3[1-8]%", "약 40%"),
        (r"2[1-8]%", "30% 가까이"),
        (r"1[1-8]%", "약 20%"),
        (r"8만명", "약 10만명"),
        (r"1180명", "1500여명"),
    ),
}
ORDINAL: Edits = {
    EN: (
        (r"\bthird\b", "second"),
        (r"\bthird\b", "fourth"),
        (r"\bsecond\b", "third"),
        (r"\bfirst\b", "second"),
        (r"\b(\d)th\b", r"1\1th"),
        (r"\bNo\. 2\b", "No. 1"),
    ),
    KO: (
        ("석 달째", "두 달째"),
        ("석 달째", "넉 달째"),
        ("세 번째", "두 번째"),
        ("두 번째", "세 번째"),
        (r"(?<!\d)2위", "1위"),
        (r"(?<!\d)1위", "2위"),
        ("첫 ", "두 번째 "),
        (r"(\d)년 연속", r"1\1년 연속"),
    ),
}
COMPARISON: Edits = {
    EN: (
        (r"^(.+) overtook (.+?) at (.+)$", r"\2 overtook \1 at \3"),
        (r"^(.+) outsells? (.+?)( at .+)?$", r"\2 outsell \1\3"),
        (r"^(.+) costs more than (.+?) at (.+)$", r"\2 costs more than \1 at \3"),
        (r"^From (.+) to (.+?): (.+)$", r"From \2 to \1: \3"),
        (r"^(.+) beats? (.+)$", r"\2 beat \1"),
    ),
    KO: (
        (r"^(.+), (.+) 제치고 (.+)$", r"\2, \1 제치고 \3"),
        (r"^(\S+서) (.+)보다 비싼 (.+)$", r"\1 \3보다 비싼 \2"),
        (r"^(\S+) 넘어 (\S+)까지 (.+)$", r"\2 넘어 \1까지 \3"),
        (r"^(\S+)에서 시작된 (.+) 바람이 (\S+)까지", r"\3에서 시작된 \2 바람이 \1까지"),
    ),
}
