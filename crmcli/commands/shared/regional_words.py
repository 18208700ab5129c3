"""Words that are others in Taiwan: 软件 and 軟體, 打印机 and 印表機; known where OpenCC (extra `zh`) is installed."""

from crmcli.rules.writings import writings


def otherwise_called(text: str) -> list[str]:
    """`text` in the words of Taiwan, and in those of the mainland, where they are others: [] where that is not known.

    OpenCC takes a tenth of a second, so this is asked only where nothing was found as it was typed.
    """
    if text.isascii():
        return []
    try:
        import opencc
    except ImportError:
        return []
    known = writings(text)
    called = [opencc.OpenCC(name).convert(text) for name in ("s2twp", "tw2sp")]
    return [one for one in dict.fromkeys(called) if one not in known]
