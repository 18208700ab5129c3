"""Messages as files, one a customer: each whole or not there, and nobody else's file is ever replaced.

A run that was broken off is finished by the same one again: what is there already with the very text stays as it is.
"""

import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from crmcli.durable import try_sync_folder
from crmcli.errors import BadValue, Forbidden
from crmcli.exchange import dossier_folder
from crmcli.exchange.dossier_names import MOST_BYTES, cut, safe_name

ENDING = ".txt"
_DRAFT = ".crm-message-"


def file_name(name: str, reference: str) -> str:
    """`华东精工(c12).txt`: the same customer's is called so in every run, whoever else gets one."""
    ending = f"({reference}){ENDING}"
    return cut(safe_name(name), MOST_BYTES - len(ending.encode())) + ending


def refuse_file(folder: Path) -> None:
    """BadValue when what is to be a folder is something else."""
    if os.path.lexists(folder) and not folder.is_dir():
        raise BadValue("{path} is a file; name a folder with --out", path=shown(folder))


def standing(folder: Path, texts: Mapping[str, str]) -> set[str]:
    """Which of these files are there already as they are to be.

    Forbidden when one of them is there, but is another.
    """
    found = set()
    for name, text in texts.items():
        path = folder / name
        if not os.path.lexists(path):
            continue
        if not _holds(path, text.encode()):
            raise Forbidden(
                "{path} is there already and says something else; name another folder with --out, or remove it",
                path=shown(path),
            )
        found.add(name)
    return found


def _holds(path: Path, data: bytes) -> bool:
    """A file of its own, no link to one, with these bytes."""
    with suppress(OSError):
        return (
            not path.is_symlink()
            and path.is_file()
            and path.stat().st_size == len(data)
            and path.read_bytes() == data
        )
    return False


def write_all(folder: Path, texts: Mapping[str, str]) -> None:
    """Write these files, private (0600), into `folder`, which is made (0700) where it is not; CrmError when it takes none.

    All are on disk under a hidden name before the first is moved to its place, so that a full disk leaves none of them.
    """
    dossier_folder.make_folder(folder)
    dossier_folder.clear_drafts(folder, _DRAFT)
    if not texts:
        return
    files = {name: text.encode() for name, text in texts.items()}
    draft = dossier_folder.write_draft(folder, f"{_DRAFT}{os.getpid()}-", files)
    try:
        for name in files:
            _move(draft / name, folder / name)
    except OSError as error:
        raise dossier_folder.unwritable(folder, error) from None
    finally:
        dossier_folder.remove(draft)
    try_sync_folder(folder)


def _move(here: Path, there: Path) -> None:
    """Rename it; what came there in the meantime stays. Not every file system has links, which fail where a name is taken."""
    try:
        os.link(here, there, follow_symlinks=False)
    except FileExistsError:
        raise Forbidden(
            "{path} is there already and says something else; name another folder with --out, or remove it",
            path=shown(there),
        ) from None
    except (OSError, NotImplementedError):
        if os.path.lexists(there):
            raise
        here.rename(there)


def shown(path: Path) -> str:
    """A path need not be valid text."""
    return str(path).encode("utf-8", "backslashreplace").decode()
