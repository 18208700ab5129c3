"""What completes references and names: customers, their people, what is due, needs, promises, deals and surveys (CLI.md,
completion)."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from crmcli.commands.shared.offering import Line, Values
from crmcli.errors import in_context
from crmcli.locale import _
from crmcli.output.shells import Offer
from crmcli.store import suggestions
from crmcli.store.database import Database, Row
from crmcli.store.suggestions import MOST, Named, Referred, plain

if TYPE_CHECKING:
    from crmcli.clock import Clock
    from crmcli.rules.due import DueItem

_TOP = 20  # customers suggested before anything is typed
_FEW = 20  # references suggested beside names
_LONG = 366  # days ahead in which what is promised or planned is looked for
_WAITING = 200  # open needs that are looked through for those that wait


def records(*tables: str) -> Values:
    """Records by reference, and customers by name; before anything is typed, whom one is likeliest to mean."""

    def offered(line: Line) -> Iterator[Offer]:
        text = line.text.strip()
        if line.db is None:
            return
        if not text:
            yield from _by_name(_likely(line, line.db))
            return
        referred = suggestions.references(line.db, text, tables)
        if not referred:
            yield from _by_name(suggestions.customers(line.db, text))
        elif len(text) > 1:
            yield from (_by_reference(line, one) for one in referred)
        else:  # a letter may as well begin a name
            named = list(_by_name(suggestions.customers_beginning(line.db, text)))
            referred = referred[: max(_FEW, MOST - len(named))]
            yield from named[: MOST - len(referred)]
            yield from (_by_reference(line, one) for one in referred)

    return offered


def _by_name(found: Iterable[Named]) -> Iterator[Offer]:
    """Each name once, however many customers have it: the program then asks which."""
    together: dict[str, list[Named]] = {}
    for one in found:
        together.setdefault(one.word, []).append(one)
    for word, several in together.items():
        references = ", ".join(f"c{one.key}" for one in several)
        known = (several[0].name, references)
        yield Offer(word, " ".join(one for one in reversed(known) if one != word))


def _by_reference(line: Line, one: Referred) -> Offer:
    if not line.shows_help:
        return Offer(one.ref)
    if one.table == "change":  # what was typed then may hold anything
        return Offer(one.ref, " ".join([one.day, *one.about.split()[1:2]]))
    return Offer(one.ref, " ".join(filter(None, (one.day, _harmless(one.about)))))


def _harmless(text: str) -> str:
    from crmcli.rules.masking import mask_numbers

    return mask_numbers(" ".join(text.split()))[:60]


def _likely(line: Line, db: Database) -> list[Named]:
    """The customers of what is due first, then those talked to last."""
    known = _customers_of(_due_items(line, db, _TOP))
    if len(known) < _TOP:
        known += [one for one in suggestions.recent_customers(db, 2 * _TOP) if one not in known]
    return known[:_TOP]


def _customers_of(items: "Iterable[DueItem]") -> list[Named]:
    names = {int(one["ref"].removeprefix("c")): one["name"] for one in (item.customer for item in items) if one}  # fmt: skip
    return [suggestions.named(key, name) for key, name in names.items()]


def _due_items(
    line: Line, db: Database, limit: int, kinds: Sequence[str] = (), days: int = 0
) -> "list[DueItem]":
    from datetime import timedelta

    from crmcli.store.due import KINDS, Question, due_items

    clock = _clock(line)
    asked = Question(
        now=clock.now,
        until=clock.today + timedelta(days=days),
        kinds=kinds or KINDS,
        limit=limit,
    )
    return due_items(db, asked, line.settings.policy(), line.settings.tiers())[:limit]


def _clock(line: Line) -> "Clock":
    from crmcli.clock import Clock

    return Clock(line.settings.get("timezone"))


def due(
    *tables: str,
    kinds: Sequence[str] = (),
    days: int = 0,
    by_name: Sequence[str] = ("touch",),
    never: Sequence[str] = (),
) -> Values:
    """What is due, or will be in so many days: by reference, but `by_name` what stands for its whole customer; then
    other records of these tables. What is computed of a customer and is of a kind in `never` is left out.
    """

    def offered(line: Line) -> Iterator[Offer]:
        text = line.text.strip()
        if line.db is None:
            return
        items = _due_items(line, line.db, MOST if text else _TOP, kinds, days)
        whole = [item for item in items if item.kind in by_name and _is_of_customer(item)]
        for item in items:
            left_out = item.kind in never and _is_of_customer(item)
            if item not in whole and not left_out and _fits(item, text):
                yield Offer(item.ref, _what(item) if line.shows_help else "")
        if not text:
            yield from _by_name(_customers_of(whole))
        elif "customer" in tables:
            yield from records(*tables)(line)
        else:
            found = suggestions.references(line.db, text, tables)
            yield from (_by_reference(line, one) for one in found)

    return offered


def _is_of_customer(item: "DueItem") -> bool:
    """Computed of the customer itself: `c12:touch`."""
    return item.ref.startswith("c") and item.customer is not None


def _fits(item: "DueItem", text: str) -> bool:
    """Its reference was begun, or its customer's name."""
    begun = item.customer is not None and plain(item.customer["name"]).startswith(plain(text))
    return item.ref.startswith(text.casefold()) or begun


def _what(item: "DueItem") -> str:
    title = item.title if isinstance(item.title, str) else in_context("due", item.kind, _)
    return f"{item.customer['name']}: {_harmless(title)}" if item.customer else _harmless(title)


# --- needs and promises ---

Find = Callable[[Line, Database], list[Row]]


def open_needs(line: Line, db: Database) -> list[Row]:
    """The needs that are open, in the order of the queue."""
    clock = _clock(line)
    return suggestions.queue(db, clock.instant, clock.today.isoformat(), MOST)


def waiting_needs(line: Line, db: Database) -> list[Row]:
    """Those of the first ones in the queue that wait for their customer."""
    clock = _clock(line)
    rows = suggestions.queue(db, clock.instant, clock.today.isoformat(), _WAITING)
    return list(filter(is_waiting, rows))


def solved_needs(line: Line, db: Database) -> list[Row]:
    """The needs that were solved last."""
    return db.rows("offered_solved", limit=MOST)


def is_open(row: Row) -> bool:
    """There is work to be done on the need."""
    return row["queue"] is not None


def is_waiting(row: Row) -> bool:
    """It waits for its customer."""
    return row["waiting_since"] is not None


def is_closed(row: Row) -> bool:
    """It can be taken up again."""
    return row["queue"] is None


def is_resolved(row: Row) -> bool:
    """It is to be confirmed."""
    return bool(row["status"] == "resolved")


def needs(
    find: Find = open_needs, fits: Callable[[Row], bool] = is_open, of_customer: bool = False
) -> Values:
    """Needs by reference, or by their customer's name: of those that `find` finds, or of the customers named, those that
    `fits`. With `of_customer` the customer named before is meant."""

    def offered(line: Line) -> Iterator[Offer]:
        text, db = line.text.strip(), line.db
        if db is None:
            return
        referred = suggestions.references(db, text, ("need",)) if len(text) > 1 else []
        yield from (_by_reference(line, one) for one in referred)
        if referred:
            return
        own = suggestions.named_outright(db, line.arguments[0]) if of_customer and line.arguments else []  # fmt: skip
        if own:
            rows = suggestions.needs_of(db, own)
        elif text.casefold() in ("", "n"):
            rows = find(line, db)
        else:
            rows = suggestions.needs_of(db, [one.key for one in suggestions.customers(db, text)])
        if own and text.casefold() not in ("", "n"):
            return
        yield from _of_customers(line, db, "n", [row for row in rows if fits(row)])

    return offered


def _of_customers(line: Line, db: Database, letter: str, rows: Sequence[Row]) -> Iterator[Offer]:
    """Each by its reference, told with its customer and its text."""
    names = suggestions.names_of(db, rows) if line.shows_help else {}
    for row in rows[:MOST]:
        about = f"{names[row['customer_id']]}: {_harmless(row['text'])}" if names else ""
        yield Offer(f"{letter}{row['id']}", about)


_promised = due("promise", kinds=("promise",), days=_LONG)


def promises(line: Line) -> Iterator[Offer]:
    """The promises of the customer named before that are open; those of all when none is named."""
    db, text = line.db, line.text.strip().casefold()
    own = suggestions.named_outright(db, line.arguments[0]) if db and line.arguments else []
    if db and own:
        rows = [row for row in suggestions.promises_of(db, own) if f"p{row['id']}".startswith(text)]
        yield from _of_customers(line, db, "p", rows)
    else:
        yield from _promised(line)


def deals(line: Line) -> Iterator[Offer]:
    """The open deals of the customer named before; of all the ones expected soonest, when none is named."""
    db, text = line.db, line.text.strip().casefold()
    if db is None:
        return
    named = line.arguments[0] if line.arguments else ""
    own = suggestions.named_outright(db, named) if named else []
    if own:
        rows = suggestions.deals_of(db, own)
    elif len(text) > 1:
        yield from (_by_reference(line, one) for one in suggestions.references(db, text, ("deal",)))
        return
    else:
        rows = db.rows("offered_deals", limit=MOST)
    yield from _of_customers(
        line, db, "d", [row for row in rows if f"d{row['id']}".startswith(text)]
    )


def people(line: Line) -> Iterator[Offer]:
    """The people of the customer named before, or of the need's."""
    if line.db and line.arguments:
        for one in suggestions.people_of(line.db, line.arguments[0]):
            if plain(one.about).startswith(plain(line.text)):
                yield Offer(suggestions.printable(one.about), one.ref)
            elif one.ref.startswith(line.text.casefold()):
                yield Offer(one.ref, one.about)
