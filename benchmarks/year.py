"""The made-up deals, contracts, orders and risks: two orders to a customer, a fifth has a deal and a tenth a contract.

Of deals one in four is open, those with the first keys, so that d1, d2, … can be won; one order in fifty is not paid
yet, and these, too, have the first keys.
"""

from collections.abc import Iterator

from benchmarks.basics import Profile, Row, day, dice_for, moment

ORDERS = 2  # of a customer
_DEALS, _CONTRACTS, _RISKS = 5, 10, 100  # customers to one of these
_OPEN = 4  # deals of which one is open
_UNPAID = 50  # orders of which one is not paid
_TEXTS = (
    "年度框架采购",
    "二期设备升级",
    "spare parts for the press line",
    "备件包",
    "annual service",
    "新厂房项目",
)
_RISK_TEXTS = ("采购负责人要离职", "竞争对手正在报价", "budget may be cut", "连续两次延期交货")


def rounds_held(key: int, profile: Profile) -> Row:
    """When the last reviews and care of a customer were; of nearly everybody not too long ago."""
    if profile.stage != "customer" or key % 20 == 0:
        return {}
    years = profile.began_ago // 365.25
    anniversary = round(profile.began_ago - years * 365.25)
    held = {"value_review_done_on": day(max(0, anniversary - 3))}
    if profile.tier == "core":
        held["business_review_done_on"] = day(key % 85)
        held["solution_review_done_on"] = day(key % 170)
        held["care_done_on"] = day(key % 110)
    return held


def deals(size: int) -> Iterator[Row]:
    """What may be sold: open or quoted, won or lost."""
    dice = dice_for("deal")
    count = size // _DEALS
    for number in range(1, count + 1):
        made = {
            "customer_id": number * _DEALS,
            "text": dice.choice(_TEXTS),
            "amount": dice.randrange(10, 5000) * 10_000,
            "currency": "CNY",
            "probability": dice.choice((20, 50, 80, None)),
            "owner": "李雷",
        }
        if number * _OPEN <= count:
            quoted = dice.randrange(1, 30) if number % 2 else None
            yield {
                **made,
                "stage": "quoted" if quoted else "open",
                "quoted_on": day(quoted) if quoted else None,
                "valid_until": day(quoted - 45) if quoted else None,
                "close_on": day(-dice.randrange(-10, 120)),
                "created_at": moment(30, number),
            }
        else:
            ago = dice.randrange(31, 700)
            is_won = dice.random() < 0.6
            closed = {"stage": "won"} if is_won else {"stage": "lost", "loss_reason": "price"}
            yield {**made, **closed, "closed_on": day(ago), "created_at": moment(ago + 40, number)}


def contracts(size: int) -> Iterator[Row]:
    """A year each, ending on days of the next twelve months."""
    dice = dice_for("contract")
    for number in range(1, size // _CONTRACTS + 1):
        ends_in = dice.randrange(1, 365)
        yield {
            "customer_id": number * _CONTRACTS,
            "text": "年度框架合同",
            "amount": dice.randrange(10, 900) * 100_000,
            "currency": "CNY",
            "starts_on": day(365 - ends_in),
            "ends_on": day(-ends_in),
            # Most renewals are in hand.
            "renewal_done_for": day(-ends_in + 90) if ends_in < 90 and number % 10 else None,
            "created_at": moment(365 - ends_in, number),
        }


def orders(size: int) -> Iterator[Row]:
    """Every customer's older order, then every customer's newer one."""
    dice = dice_for("order")
    for turn in range(ORDERS):
        for key in range(1, size + 1):
            number = turn * size + key
            ago = dice.randrange(1, 180) + (0 if turn else 180)
            is_paid = number * _UNPAID > size * ORDERS
            yield {
                "customer_id": key,
                "ordered_on": day(ago),
                "amount": dice.randrange(1, 60) * 100_000,
                "currency": "CNY",
                "pay_by": day(ago - 30) if is_paid else day(dice.randrange(-30, 10)),
                "paid_on": day(ago - 28) if is_paid else None,
                "external_id": f"O{number:07d}" if number % 2 else None,
                "created_at": moment(ago, number),
            }


def risks(size: int) -> Iterator[Row]:
    """Nearly all closed."""
    dice = dice_for("risk")
    for number in range(1, size // _RISKS + 1):
        ago = dice.randrange(1, 300)
        made = {
            "customer_id": number * _RISKS,
            "text": dice.choice(_RISK_TEXTS),
            "level": dice.randrange(1, 4),
            "opened_at": moment(ago, number),
            "opened_on": day(ago),
            "created_at": moment(ago, number),
        }
        is_closed = number % 10 > 0
        closed = {
            "closed_at": moment(ago - 1, number),
            "closed_on": day(ago - 1),
            "result": "已化解",
        }
        yield made | (closed if is_closed else {})
