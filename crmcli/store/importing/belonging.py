"""Rows that belong to customers: whose they are, and whether they are there already (CLI.md, Import)."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, ClassVar

from crmcli.errors import BadValue, Listed
from crmcli.rules.references import ref
from crmcli.store.changes import Change, check
from crmcli.store.database import as_list
from crmcli.store.importing.bulk import Bulk, Pending, Plan
from crmcli.store.importing.numbers import Numbers
from crmcli.store.importing.owners import Owners


class Known:
    """A record that is there, in the file or from an earlier row; `row` is its columns as they now are."""

    __slots__ = ("id", "row")

    def __init__(self, row: Any) -> None:
        self.id: int = row["id"]
        self.row = dict(row)


class OfCustomers(Bulk):
    """The base of every kind whose rows belong to customers: by external id, else by what the kind itself compares."""

    TABLE: ClassVar[str]
    BY_IDS: ClassVar[str]
    """The statement that reads live records by their keys."""
    LINKS: ClassVar[Mapping[str, tuple[str, str]]] = {}
    """By the field in which a row names another record of its customer by external id: the column that this fills, and
    the statement that looks external ids up.
    """
    TELLING: ClassVar[tuple[str, ...]] = ()
    """The columns that tell records of a customer apart, beside those by which `_alike` looks them up."""

    def __init__(self, change: Change, plan: Plan) -> None:
        super().__init__(change, plan)
        self._owners = Owners(self.db)
        self._numbers = Numbers(self.db, self.TABLE) if "external_id" in plan.fields else None
        self._numbered: dict[str, list[Any]] = {}  # of this chunk
        # By field, customer and external id, the records that rows of this chunk may name.
        self._linked: Mapping[tuple[str, int, str], list[int]] = {}

    def finish(self) -> None:
        """Write what waits, and make what was added findable."""
        super().finish()
        if self._numbers:
            self._numbers.close()

    def check(self, row: Any) -> None:
        """BadValue when a text of the row is too long for its column."""
        check(self.TABLE, row.columns)

    # --- what each kind says for itself ---

    def _learn(
        self, rows: Sequence[tuple[int, Any]], numbered: Collection[int]
    ) -> Mapping[int, Any]:
        """Get to know what rows of these customers may be; the known records with the keys `numbered`, by key."""
        raise NotImplementedError

    def _alike(self, customer: int, row: Any) -> Any:
        """The known record that the row is by its values, or None; BadValue when it may be several."""
        raise NotImplementedError

    def _add(self, customer: int, row: Any) -> Any:
        """Insert a new record; returns it as a known one. BadValue when the row does not say enough."""
        raise NotImplementedError

    def _renew(self, known: Any, row: Any, again: bool) -> bool:
        """Bring a known record up to what the row says; True when anything differed."""
        raise NotImplementedError

    # --- what is common to them ---

    def _work_off(self, pending: Sequence[Pending]) -> None:
        good = [row for _, _, row in pending if not isinstance(row, BadValue)]
        self._owners.look_up(row.customer for row in good)
        self._get_to_know([(key, row) for row in good if (key := self._owners.find(row.customer))])
        for line, cells, row in pending:
            try:
                if isinstance(row, BadValue):
                    raise row
                customer = self._owners.of(row.customer)
                lost = self._link(customer, row) if self.LINKS and row.links else ()
                self._settle(customer, row)
                for number in lost:
                    self.counts.note_stranger(line, number)
            except BadValue as error:
                self._hand_back(line, cells, error)

    def _get_to_know(self, rows: Sequence[tuple[int, Any]]) -> None:
        asked = [row.columns["external_id"] for _, row in rows if "external_id" in row.columns]
        found = self._numbers.look_up(asked) if self._numbers and asked else {}
        by_key = self._learn(rows, {key for keys in found.values() for key in keys})
        self._numbered = defaultdict(list)
        for number, keys in found.items():
            self._numbered[number] = [by_key[key] for key in keys if key in by_key]

        if self.LINKS:
            self._linked = self._look_links_up([row for _, row in rows if row.links])

    def _look_links_up(self, rows: Sequence[Any]) -> Mapping[tuple[str, int, str], list[int]]:
        found: dict[tuple[str, int, str], list[int]] = defaultdict(list)
        for name, (_, statement) in self.LINKS.items():
            if numbers := {row.links[name] for row in rows if name in row.links}:
                for one in self.db.rows(statement, keys=as_list(numbers)):
                    found[name, one["customer_id"], one["key"]].append(one["id"])
        return found

    def _link(self, customer: int, row: Any) -> list[str]:
        """Write whom the row names into its columns; gives the external ids that not exactly one record of the customer has."""
        lost = []
        for name, number in row.links.items():
            found = self._linked.get((name, customer, number), ())
            if len(found) == 1:
                row.columns[self.LINKS[name][0]] = found[0]
            else:
                lost.append(number)
        return lost

    def _settle(self, customer: int, row: Any) -> None:
        known = self._by_number(customer, row) or self._alike(customer, row)
        if known is None:
            known = self._add(customer, row)
            self._learn_number(known)
            self.counts.added += 1
        elif self.plan.on_duplicate == "reject":
            raise BadValue("is there already as {record}", record=ref(self.TABLE, known.id))
        elif self.plan.on_duplicate == "skip":
            self.counts.unchanged += 1
        else:
            before = known.row["external_id"]
            if self._renew(known, row, self._was_met(self.TABLE, known.id)):
                self.counts.updated += 1
            else:
                self.counts.unchanged += 1
            if known.row["external_id"] != before:
                self._learn_number(known)
            self.note_met(self.TABLE, known.id)

    def _by_number(self, customer: int, row: Any) -> Any:
        number = row.columns.get("external_id")
        found = self._numbered.get(number) if number else None
        if not found:
            return None
        own = [known for known in found if known.row["customer_id"] == customer]
        if len(own) == 1:
            return own[0]
        records = Listed(f"{ref(self.TABLE, known.id)}" for known in own or found)
        if own:
            raise BadValue(
                "external id {number} fits several: {records}", number=number, records=records
            )
        raise BadValue(
            "external id {number} is that of {records}, which belongs to another customer",
            number=number,
            records=records,
        )

    def _learn_number(self, known: Any) -> None:
        number = known.row["external_id"]
        if number and self._numbers:
            self._numbered[number].append(known)
            self._numbers.learn(number, known.id)

    def _is_another(self, known: Any, row: Any) -> bool:
        """Two external ids that differ are two records, whatever else is alike; and one that is not known yet is that of
        a record without any only when the row says all that tells it apart.
        """
        number = row.columns.get("external_id")
        if not number:
            return False
        if known.row["external_id"]:
            return bool(known.row["external_id"] != number)
        return self._says_too_little(known, row)

    def _says_too_little(self, known: Any, row: Any) -> bool:
        """True when the record has something that tells it apart of which the row says nothing."""
        return any(known.row[name] is not None and name not in row.columns for name in self.TELLING)

    def _of_keys(self, keys: Iterable[int]) -> Iterable[Any]:
        return self.db.rows(self.BY_IDS, ids=as_list(keys))

    def _change(self, known: Any, values: Mapping[str, Any]) -> bool:
        """Set columns of a known record; True when there were any."""
        if values:
            self._update(self.TABLE, known.id, values)
            known.row.update(values)
        return bool(values)
