"""Sentences that tell somebody what to do instead of telling what is: they bear no claim.

Evidence is written by anybody, and some of it is written for whoever summarizes it.
"""

import re

from trends.domain.verify.text_parts import Reading

_ENGLISH = re.compile(
    r"\b(?:ignore|disregard|forget|override)\b.{0,40}\b(?:instructions?|prompts?|rules?|above|previous|prior|everything)\b"
    r"|\b(?:system|developer) (?:prompt|message)\b|\byou are (?:now|an? (?:ai|assistant|model|language))\b"
    r"|^(?:please\s+)?(?:write|say|output|print|respond|reply|repeat|answer|report|state|tell|include|append|return)\b"
    r".{0,30}\b(?:that|with|only|the (?:following|text|sentence|summary|report|reader))\b"
    r"|\b(?:as an ai|summar(?:y|ize|ise)r?s? (?:must|should)|new instructions?)\b",
    re.IGNORECASE,
)
_KOREAN = re.compile(
    r"(?:지시|명령|지침|프롬프트|규칙).{0,20}(?:무시|잊|따르지)|(?:무시하고|잊고).{0,60}(?:쓰|적|출력|답|요약|말하|보고)"
    r"|(?:쓰라|적으라|써라|적어라|출력하라|출력해|답하라|답해라|요약하라|요약해라|작성하라|작성해라|말하라|보고하라)[.!]?$"
    r"|(?:써|적어|출력해|답해|요약해|작성해|말해|보고해)\s?(?:주세요|줘|주십시오)[.!]?$|당신은 이제|너는 이제"
    r"|(?:쓰|적으|출력하|답하|요약하|작성하|말하|보고하)(?:세요|십시오)[.!]?$"
)


def commands(reading: Reading) -> bool:
    """Whether a passage speaks to its reader, or to a program that reads it, instead of telling something."""
    return bool((_KOREAN if reading.korean else _ENGLISH).search(reading.text))
