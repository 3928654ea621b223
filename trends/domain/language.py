"""Which language a headline is in: a rule for Hangul, a model for the Latin alphabet."""

import re
import threading
from importlib import import_module
from typing import Any, Protocol

from trends.domain.models import Language

OTHER = "other"
"""A language that the product does not read, or no language at all."""

# A Korean headline may hold mostly Latin names, an English one at most a Korean word in quotes.
_KOREAN_SHARE = 0.3

# Chance of English below which a Latin headline is taken for another language. Measured on 41,778
# English headlines: 2 lie below 0.02, none below 0.01, while 38 of 41 headlines in 20 other
# languages lie below 0.02. A language that the source declares moves the bar, no more.
_ENGLISH_FLOOR = 0.02
_ENGLISH_FLOOR_DECLARED = 0.005
_ENGLISH_FLOOR_OTHER_DECLARED = 0.2

# The languages of the Latin alphabet in which news is common. All 140 of the model would let
# Nigerian Pidgin claim 2 % of English headlines.
_LATIN_LANGUAGES = (
    "ca", "cs", "da", "de", "en", "es", "et", "fi", "fr", "hr", "hu", "id", "it", "lt", "lv", "ms", "nl",
    "no", "pl", "pt", "ro", "sk", "sl", "sv", "tl", "tr", "vi",
)  # fmt: skip

_HANGUL = re.compile("[\u1100-\u11ff\u3130-\u318f\uac00-\ud7a3]")
_HAN_OR_KANA = re.compile("[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")
_LATIN = re.compile("[A-Za-z\u00c0-\u024f\u1e00-\u1eff]")
_LETTER = re.compile(r"[^\W\d_]")

_NAMES = {
    "ko": "ko", "kor": "ko", "korean": "ko", "한국어": "ko",
    "en": "en", "eng": "en", "english": "en", "영어": "en",
}  # fmt: skip


class _Model(Protocol):
    """What we use of py3langid, which has no types."""

    def classify(self, text: str) -> tuple[str, float]: ...
    def rank(self, text: str) -> list[tuple[str, float]]: ...


_loading = threading.Lock()
_loaded: list[_Model] = []


def language_of(text: str, declared: str | None = None) -> Language | None:
    """Say whether a headline is Korean or English; None for any other language.

    Hangul decides for Korean. Other scripts are foreign. For Latin letters py3langid is asked for
    the chance of English. What the source declares is a hint that moves the bar; it decides alone
    only where there are no letters, and where Hangul and Latin letters are mixed.

    Args:
        text: Plain text, usually a title.
        declared: Language as the source gave it: a code such as `ko`, `en-US`, `kor`, or a name.
    """
    hint = declared_language(declared)
    letters = len(_LETTER.findall(text))
    if letters == 0:
        return None if hint == OTHER else Language(hint or Language.EN)
    hangul = len(_HANGUL.findall(text))
    if hangul:
        return _with_hangul(hangul / letters, hint)
    latin = len(_LATIN.findall(text))
    if latin * 2 < letters or len(_HAN_OR_KANA.findall(text)) * 4 > letters:
        return None
    return Language.EN if _is_english(text, hint) else None


def declared_language(code: str | None) -> str | None:
    """Read a declared language: `ko`, `en`, `other`, or None where nothing is declared."""
    written = (code or "").strip().lower()
    if not written:
        return None
    return _NAMES.get(written) or _NAMES.get(re.split(r"[-_]", written)[0], OTHER)


def _with_hangul(share: float, hint: str | None) -> Language:
    if share < _KOREAN_SHARE and hint == Language.EN:
        return Language.EN
    return Language.KO


def _is_english(text: str, hint: str | None) -> bool:
    model = _model()
    likeliest, _ = model.classify(text)
    if likeliest == Language.EN:
        return True
    floor = {Language.EN.value: _ENGLISH_FLOOR_DECLARED, OTHER: _ENGLISH_FLOOR_OTHER_DECLARED}
    return dict(model.rank(text))["en"] >= floor.get(hint or "", _ENGLISH_FLOOR)


def _model() -> _Model:
    """Load the model once per process (about 1 s); asking it changes nothing in it."""
    with _loading:
        if not _loaded:
            # Our own instance: the package's is global, and its languages would change for all.
            langid: Any = import_module("py3langid.langid")
            model = langid.LanguageIdentifier.from_model_file(langid.MODEL_FILE, norm_probs=True)
            model.set_languages(_LATIN_LANGUAGES)
            _loaded.append(model)
        return _loaded[0]
