"""What can be imported: one line a kind of rows, with what reads its rows and what writes them (CLI.md, Import)."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from crmcli.exchange.customer_columns import CustomerColumns
from crmcli.exchange.customer_rows import CustomerReader
from crmcli.exchange.deal_rows import DealReader
from crmcli.exchange.headers import Columns
from crmcli.exchange.interaction_columns import InteractionColumns
from crmcli.exchange.interaction_rows import InteractionReader
from crmcli.exchange.need_rows import NeedReader
from crmcli.exchange.order_rows import OrderReader
from crmcli.exchange.person_rows import PersonReader
from crmcli.exchange.promise_rows import PromiseReader
from crmcli.exchange.rows import Understanding
from crmcli.exchange.survey_rows import SurveyReader
from crmcli.exchange.task_rows import TaskReader
from crmcli.locale import N_
from crmcli.rules.terms import ROWS
from crmcli.store.changes import Change
from crmcli.store.importing.bulk import Bulk, Plan
from crmcli.store.importing.customers import CustomerImport
from crmcli.store.importing.deals import DealImport
from crmcli.store.importing.interactions import InteractionImport
from crmcli.store.importing.needs import NeedImport
from crmcli.store.importing.orders import OrderImport
from crmcli.store.importing.people import PeopleImport
from crmcli.store.importing.promises import PromiseImport
from crmcli.store.importing.surveys import SurveyImport
from crmcli.store.importing.tasks import TaskImport

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
    """A kind of rows: what reads them, what writes them, the columns they need, the options that only they have."""

    reader: Callable[[Columns, Understanding, Mapping[int, str]], Reader]
    writer: Callable[[Change, Plan], Bulk]
    tables: tuple[str, ...]
    needs: tuple[Need, ...]
    options: frozenset[str] = frozenset()
    pages: Callable[[Columns, Understanding, Mapping[int, str]], PageReader | None] | None = None
    """What reads plain rows by column, where there is one; what it makes is None when it cannot read these columns."""

    @property
    def has_fields(self) -> bool:
        """True when the records have custom fields."""
        return "--keep-extra" in self.options


_CUSTOMER = Need(N_("the customer's name"), "customer")
_ONLY_CUSTOMERS = frozenset({"--key", "--spread", "--keep-extra"})

KINDS: dict[str, Kind] = {
    "customers": Kind(CustomerReader, CustomerImport, CustomerImport.tables(), (Need(N_("a customer's name"), "name", ("person", "given_name", "family_name")),), _ONLY_CUSTOMERS, CustomerColumns.of),
    "people": Kind(PersonReader, PeopleImport, PeopleImport.tables(), (_CUSTOMER, Need(N_("a person's name"), "name", ("given_name", "family_name", "external_id")))),
    "interactions": Kind(InteractionReader, InteractionImport, InteractionImport.tables(), (_CUSTOMER, Need(N_("the time of a contact"), "at", ("external_id",))), pages=InteractionColumns.of),
    "orders": Kind(OrderReader, OrderImport, OrderImport.tables(), (_CUSTOMER, Need(N_("the day of an order"), "ordered_on", ("external_id",)))),
    "needs": Kind(NeedReader, NeedImport, NeedImport.tables(), (_CUSTOMER, Need(N_("what is needed"), "text", ("external_id",)))),
    "tasks": Kind(TaskReader, TaskImport, TaskImport.tables(), (_CUSTOMER, Need(N_("what is to be done"), "text", ("external_id",)))),
    "promises": Kind(PromiseReader, PromiseImport, PromiseImport.tables(), (_CUSTOMER, Need(N_("what was promised"), "text", ("external_id",)))),
    "deals": Kind(DealReader, DealImport, DealImport.tables(), (_CUSTOMER, Need(N_("what may be sold"), "text", ("external_id",)))),
    "surveys": Kind(SurveyReader, SurveyImport, SurveyImport.tables(), (_CUSTOMER, Need(N_("the day of an answer"), "at", ("external_id", "status")))),
}  # fmt: skip
"""A new kind is one more line."""


def read_kind(text: str) -> str:
    """The kind of rows meant by `text`; BadValue when it is unknown."""
    return ROWS.read(text)
