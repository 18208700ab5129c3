"""The Chinese calendar's days in the common one, by lunar_python, which reckons the moon and no table (decision 0030)."""

from datetime import date


def day_of(year: int, month: int, day: int) -> date | None:
    """The day of a lunar year's ordinary month; day 30 on the 29th where there is none, None beyond the calendar.

    A lunar year has the number of the common one in which it begins; the library is imported only when it is asked.
    """
    from lunar_python.LunarMonth import LunarMonth

    if not date.min.year < year < date.max.year:
        return None
    found = LunarMonth.fromYm(year, month)
    if found is None:  # emperors of old left some out
        return None
    noon = int(found.getFirstJulianDay()) + min(day, found.getDayCount()) - 1
    return date.fromordinal(noon - _BEFORE_THE_FIRST)


_BEFORE_THE_FIRST = 1_721_425
"""The Julian day number of the day before 0001-01-01, at noon."""
