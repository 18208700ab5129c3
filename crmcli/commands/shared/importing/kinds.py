"""What can be imported: one line a kind of rows, with what reads its rows and what writes them (CLI.md, Import)."""

from collections.abc import Callable, Collection, Mapping, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from crmcli.locale import N_
from crmcli.rules.terms import ROWS

if TYPE_CHECKING:  # only the kind that is imported is loaded
    from crmcli.exchange.headers import Columns
    from crmcli.exchange.rows import Understanding
    from crmcli.store.importing.bulk import Bulk

EVERYTHING = "all"


class Reader(Protocol):
    """Turns the cells of a row into what it says; BadValue is the reason why a row is rejected."""

    def read(self, cells: Sequence[str], masked: Collection[str] = ()) -> Any:
        """What the row says; cells of the fields in `masked` were emptied."""


class PageReader(Protocol):
    """Turns many rows at once into what they say by column, `odd` those that only a Reader can read."""

    def read(self, rows: Sequence[Sequence[str]]) -> Any:
        """What the rows say."""


class Need(NamedTuple):
    """A column that a file must have: what it is, the field to map it to, and those that serve as well."""

    what: str
    field: str
    others: tuple[str, ...] = ()


class Kind(NamedTuple):
    """A kind of rows: the modules and names of what reads its rows and what writes them, the columns they need, the options
    that only they have.
    """

    read_by: str
    written_by: str
    needs: tuple[Need, ...]
    options: frozenset[str] = frozenset()
    read_by_column: str | None = None

    @property
    def reader(self) -> "Callable[[Columns, Understanding, Mapping[int, str]], Reader]":
        """What reads a row."""
        reader: type[Reader] = _loaded(f"crmcli.exchange.{self.read_by}")
        return reader

    @property
    def pages(
        self,
    ) -> "Callable[[Columns, Understanding, Mapping[int, str]], PageReader | None] | None":
        """What reads plain rows by column, where there is one; what it makes is None when it cannot read these columns."""
        by_column = self.read_by_column
        return _loaded(f"crmcli.exchange.{by_column}").of if by_column else None

    @property
    def writer(self) -> "type[Bulk]":
        """What writes them."""
        writer: type[Bulk] = _loaded(f"crmcli.store.importing.{self.written_by}")
        return writer

    @property
    def has_fields(self) -> bool:
        """True when the records have custom fields."""
        return "--keep-extra" in self.options


def _loaded(path: str) -> Any:
    module, _, name = path.rpartition(".")
    return getattr(import_module(module), name)


_CUSTOMER = Need(N_("the customer's name"), "customer")
_ONLY_CUSTOMERS = frozenset({"--key", "--spread", "--keep-extra"})

KINDS: dict[str, Kind] = {
    "customers": Kind("customer_rows.CustomerReader", "customers.CustomerImport", (Need(N_("a customer's name"), "name", ("person", "given_name", "family_name")),), _ONLY_CUSTOMERS, "customer_columns.CustomerColumns"),
    "people": Kind("person_rows.PersonReader", "people.PeopleImport", (_CUSTOMER, Need(N_("a person's name"), "name", ("given_name", "family_name", "external_id")))),
    "interactions": Kind("interaction_rows.InteractionReader", "interactions.InteractionImport", (_CUSTOMER, Need(N_("the time of a contact"), "at", ("external_id",))), read_by_column="interaction_columns.InteractionColumns"),
    "orders": Kind("order_rows.OrderReader", "orders.OrderImport", (_CUSTOMER, Need(N_("the day of an order"), "ordered_on", ("external_id",)))),
    "needs": Kind("need_rows.NeedReader", "needs.NeedImport", (_CUSTOMER, Need(N_("what is needed"), "text", ("external_id",)))),
    "tasks": Kind("task_rows.TaskReader", "tasks.TaskImport", (_CUSTOMER, Need(N_("what is to be done"), "text", ("external_id",)))),
    "promises": Kind("promise_rows.PromiseReader", "promises.PromiseImport", (_CUSTOMER, Need(N_("what was promised"), "text", ("external_id",)))),
    "deals": Kind("deal_rows.DealReader", "deals.DealImport", (_CUSTOMER, Need(N_("what may be sold"), "text", ("external_id",)))),
    "surveys": Kind("survey_rows.SurveyReader", "surveys.SurveyImport", (_CUSTOMER, Need(N_("the day of an answer"), "at", ("external_id", "status")))),
}  # fmt: skip
"""A new kind is one more line."""


def read_kind(text: str) -> str:
    """The kind of rows meant by `text`; BadValue when it is unknown."""
    return ROWS.read(text)
