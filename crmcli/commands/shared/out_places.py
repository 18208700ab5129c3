"""Where a command may write a file that somebody named."""

from crmcli.config import config_path
from crmcli.context import Context
from crmcli.exchange.out_file import refuse_out_place


def refuse_place(crm: Context, place: str, option: str = "--out") -> None:
    """As `refuse_out_place` does; what is in use by crm are the data, what lies beside them, and the settings."""
    besides = (f"{crm.path}{ending}" for ending in ("", "-wal", "-shm", "-journal"))
    refuse_out_place(place, [*besides, str(config_path())], option)
