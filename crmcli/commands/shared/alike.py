"""What is known about the like of a need: the articles that read alike (HANDBOOK §4)."""

from collections import Counter

from crmcli.context import Context
from crmcli.store.database import Row

_LOOKED_AT = 200  # of the articles that hold a scrap, the newest
_COMPARED = 50  # of these, those that hold the most scraps


def articles_alike(crm: Context, text: str, limit: int = 3) -> list[Row]:
    """The articles that read like `text`, the most alike first; a look at the index, and nothing where there are none."""
    if not crm.db.rows("all_articles", limit=1):
        return []
    from crmcli.rules.likeness import most_alike, scraps
    from crmcli.rules.writings import query
    from crmcli.store import search

    holders = {
        scrap: set(search.find(crm.db, "article", query(scrap).prose, _LOOKED_AT))
        for scrap in scraps(text)
    }
    shared = Counter(key for keys in holders.values() for key in keys)
    nearest = sorted(shared, key=lambda key: (-shared[key], -key))[:_COMPARED]
    rows = {row["id"]: row for row in search.rows_of(crm.db, "article", nearest)}
    alike = most_alike(holders, {key: row["title"] for key, row in rows.items()})
    return [rows[key] for key in alike[:limit]]
