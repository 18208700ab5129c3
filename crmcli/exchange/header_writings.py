"""How a Chinese header that no table has may stand in one: simplified, in the words of the mainland (CLI.md, Import).

Loaded only where a header is not known as it is written.
"""

from collections.abc import Iterator

from crmcli.rules.writings import simplified

ELSEWHERE = (
    ("联络窗口", "联系人"),
    ("联络", "联系"),
    ("连络", "联系"),
    ("行动电话", "手机"),
    ("手提电话", "手机"),
    ("流动电话", "手机"),
    ("电邮", "邮箱"),
    ("信箱", "邮箱"),
    ("产业别", "行业"),
    ("行业别", "行业"),
    ("产业", "行业"),
    ("县市", "城市"),
    ("代号", "编号"),
    ("合约", "合同"),
)
"""What Taiwan, Hong Kong and Macau call it, in simplified characters, and what the tables do; in this order."""


def other_writings(header: str) -> Iterator[str]:
    """The header in simplified characters, then with the words of the tables."""
    plain = simplified(header)
    yield plain
    for theirs, ours in ELSEWHERE:
        plain = plain.replace(theirs, ours)
    yield plain
