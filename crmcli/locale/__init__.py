"""Message catalogues. English is the source; `_` marks and translates, `N_` only marks."""

import gettext
import os
from pathlib import Path

LANGUAGES = ("en", "zh")
_catalogue: gettext.NullTranslations = gettext.NullTranslations()
_current = "en"


def choose(asked: str | None = None, configured: str = "") -> str:
    """The language to speak: what was asked for, else CRM_LANG, else the setting, else the locale's, else English."""
    told = asked or os.environ.get("CRM_LANG") or configured
    if not told:
        names = ("LC_ALL", "LC_MESSAGES", "LANG")
        told = next((value for name in names if (value := os.environ.get(name))), "en")
    return "zh" if told.lower().startswith("zh") else "en"


def use(language: str) -> None:
    """Speak `language` from now on; a language without a catalogue falls back to English."""
    global _catalogue, _current
    _current = language
    if language == "en":
        _catalogue = gettext.NullTranslations()
        gettext.textdomain("messages")
        return
    folder = Path(__file__).parent
    _catalogue = gettext.translation("crm", folder, [language], fallback=True)
    # Typer's own words of help are looked up by the environment's language, in the domain that is set.
    os.environ["LANGUAGE"] = language
    gettext.bindtextdomain("crm", folder)
    gettext.textdomain("crm")


def current() -> str:
    """The language in use, `en` or `zh`."""
    return _current


def _(text: str) -> str:
    """`text` in the language in use."""
    return _catalogue.gettext(text) if text else text


def plural(one: str, many: str, count: int) -> str:
    """`one` or `many` as the language's plural rule says for `count`."""
    return _catalogue.ngettext(one, many, count)


def aside(text: str, about: str = "") -> str:
    """`text` in parentheses, as the language writes them; behind what it is `about`, where that is one phrase with it."""
    template = _("{about} ({text})") if about else _("({text})")
    return template.format(about=about, text=text)


def N_(text: str) -> str:
    """`text` as it is, marked for translation where it is later shown."""
    return text
