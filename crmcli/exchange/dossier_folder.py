"""A dossier on disk: a folder with its files and a manifest of their sums, and what verifying finds (HANDBOOK §10).

What is on its way, or on its way out, lies under a hidden name beside its place, so that nothing half done looks like a
dossier whenever the power goes (docs/decisions/0024-dossiers.md).
"""

import hashlib
import json
import os
import re
import shutil
import stat
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from crmcli.durable import sync_folder
from crmcli.errors import CrmError

MANIFEST = "manifest.json"
SCHEMA = "crm.manifest/1"
_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
"""What files of a dossier are called."""

_MOST_MANIFEST = 10_000_000
_CHUNK = 1 << 20


class Copied(NamedTuple):
    """A file that is copied into a dossier, and what its bytes must be."""

    source: Path
    size: int
    digest: str


Content = bytes | Copied
"""What becomes a file of a dossier."""


class Problem(NamedTuple):
    """What is wrong with a file of a dossier, or with the folder when `file` is ''."""

    file: str
    what: str  # missing, changed, added, link, unreadable


# --- writing ---


def digest_of(data: bytes) -> str:
    """SHA-256, in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def spelled(value: Any) -> bytes:
    """The one way a manifest, or a dossier for machines, is written."""
    return (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode("utf-8", "replace")


def manifest_of(files: Mapping[str, Content], facts: Mapping[str, Any]) -> bytes:
    """The manifest of these files: `facts`, name, size and sum of each, and last the sum of all that stands before it."""
    listed = [
        {"name": name, "bytes": one.size, "sha256": one.digest}
        if isinstance(one, Copied)
        else {"name": name, "bytes": len(one), "sha256": digest_of(one)}
        for name, one in files.items()
    ]
    manifest: dict[str, Any] = {"schema": SCHEMA, **facts, "files": listed}
    return spelled({**manifest, "sha256": digest_of(spelled(manifest))})


def make_folder(folder: Path) -> None:
    """Make the folder that dossiers lie in, 0700."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise unwritable(folder, error) from None


def unwritable(folder: Path, error: OSError) -> CrmError:
    """The folder takes nothing."""
    return CrmError(
        "{path} cannot be written ({reason}); free some space, or name another place",
        path=_text(folder),
        reason=error.strerror or error,
    )


def _text(path: Path) -> str:
    """A path need not be valid text."""
    return str(path).encode("utf-8", "backslashreplace").decode()


def write_draft(folder: Path, prefix: str, files: Mapping[str, Content]) -> Path:
    """All files in a new hidden folder of `folder`, safely on disk; 0700, the files 0600."""
    try:
        draft = Path(tempfile.mkdtemp(prefix=prefix, dir=folder))
        try:
            for name, data in files.items():
                _write(draft / name, data)
            sync_folder(draft)
        except BaseException:
            shutil.rmtree(draft, ignore_errors=True)
            raise
    except OSError as error:
        raise unwritable(folder, error) from None
    return draft


def _write(path: Path, content: Content) -> None:
    descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with open(descriptor, "wb") as file:  # noqa: PTH123 - a descriptor
        if isinstance(content, Copied):
            _copy(content, file)
        else:
            file.write(content)
        file.flush()
        os.fsync(descriptor)


def _copy(content: Copied, file: BinaryIO) -> None:
    """CrmError when the bytes are not what the manifest says of them."""
    total = hashlib.sha256()
    with content.source.open("rb") as source:
        while piece := source.read(_CHUNK):
            total.update(piece)
            file.write(piece)
    if total.hexdigest() != content.digest:
        raise CrmError("{path} was changed while it was read; run crm doctor", path=_text(content.source))  # fmt: skip


def move(here: Path, there: Path) -> None:
    """Rename a folder; nothing is ever replaced, for what lies there is not empty."""
    try:
        if os.path.lexists(there):
            raise FileExistsError(17, "something is there already", _text(there))
        here.rename(there)
    except OSError as error:
        raise unwritable(there.parent, error) from None


def remove(folder: Path) -> None:
    """Remove a folder with everything in it; of a link the link."""
    if folder.is_symlink():
        folder.unlink(missing_ok=True)
    else:
        shutil.rmtree(folder, ignore_errors=True)


def clear_drafts(folder: Path, prefix: str) -> None:
    """Remove the drafts, called PREFIX and the number of their process, that killed ones left; not those of the living."""
    for name in list(names_in(folder)):
        number = name.removeprefix(prefix).partition("-")[0]
        if name.startswith(prefix) and number.isdecimal() and not _is_running(int(number)):
            remove(folder / name)


def _is_running(number: int) -> bool:
    if os.name != "posix":
        return True
    with suppress(PermissionError):
        try:
            os.kill(number, 0)
        except (ProcessLookupError, OverflowError):
            return False
    return True


# --- verifying ---


def is_folder(path: Path) -> bool:
    """A folder of its own, no link to one."""
    with suppress(OSError, ValueError):
        return stat.S_ISDIR(path.lstat().st_mode)
    return False


def problems(folder: Path, digest: str | None) -> list[Problem]:
    """What is not as it was sealed, in the order of names; `digest` is its manifest's, None where only that itself is known."""
    if not is_folder(folder):
        return [Problem("", "link" if folder.is_symlink() else "missing")]
    try:
        there = {entry.name for entry in os.scandir(folder)}
    except OSError:
        return [Problem("", "unreadable")]
    found: list[Problem] = []
    manifest, trouble = _manifest(folder, digest)
    if trouble:
        found.append(Problem(MANIFEST, trouble))
    known = {MANIFEST}
    for name, size, total in manifest:
        known.add(name)
        if wrong := _wrong(folder / name, size, total):
            found.append(Problem(name, wrong))
    if not trouble or manifest:
        found += [Problem(name, "added") for name in there - known]
    return sorted(found)


def _manifest(folder: Path, digest: str | None) -> tuple[list[tuple[str, int, str]], str | None]:
    """Name, size and sum of each file that the manifest lists, and what is wrong with it itself."""
    path = folder / MANIFEST
    try:
        if not _is_plain(path):
            return [], _instead(path) if os.path.lexists(path) else "missing"
        data = _read(path, _MOST_MANIFEST)
    except OSError:
        return [], "unreadable"
    listed = _listed(data)
    is_whole = listed is not None and (digest is None or digest_of(data) == digest)
    return listed or [], None if is_whole else "changed"


def _listed(data: bytes) -> list[tuple[str, int, str]] | None:
    """What a manifest lists; None when it is not to the byte as it was written."""
    try:
        manifest = json.loads(data.decode())
        total = manifest.pop("sha256")
        if spelled({**manifest, "sha256": total}) != data or digest_of(spelled(manifest)) != total:
            return None
        found = [(one["name"], one["bytes"], one["sha256"]) for one in manifest["files"]]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    good = all(isinstance(name, str) and _PLAIN.fullmatch(name) for name, _, _ in found)
    return found if good and manifest.get("schema") == SCHEMA else None


def _wrong(path: Path, size: int, total: str) -> str | None:
    try:
        if not os.path.lexists(path):
            return "missing"
        if not _is_plain(path):
            return _instead(path)
        if path.lstat().st_size != size:
            return "changed"
        with path.open("rb") as file:
            return None if hashlib.file_digest(file, "sha256").hexdigest() == total else "changed"
    except OSError:
        return "unreadable"


def _instead(path: Path) -> str:
    """What is wrong where there is no file of its own: a link, or a folder, a pipe and the like."""
    return "link" if path.is_symlink() else "changed"


def _is_plain(path: Path) -> bool:
    """A file of its own: no link, no folder, no pipe that would be waited for."""
    return os.path.lexists(path) and stat.S_ISREG(path.lstat().st_mode)


def _read(path: Path, most: int) -> bytes:
    with path.open("rb") as file:
        return file.read(most)


def facts_in(folder: Path) -> Mapping[str, Any]:
    """What a folder's manifest says of it; empty when there is none that can be read."""
    try:
        path = folder / MANIFEST
        if not is_folder(folder) or not _is_plain(path):
            return {}
        found = json.loads(_read(path, _MOST_MANIFEST).decode())
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) and found.get("schema") == SCHEMA else {}


def files_in(folder: Path) -> list[str]:
    """The names of files that a folder's manifest lists; empty when there is none that can be read."""
    listed = facts_in(folder).get("files")
    names = [one.get("name") for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []  # fmt: skip
    return [name for name in names if isinstance(name, str) and _PLAIN.fullmatch(name)]


def content_of(folder: Path, name: str) -> Any:
    """What one of its files for machines holds; None when it cannot be read."""
    try:
        path = folder / name
        return json.loads(path.read_bytes().decode()) if _is_plain(path) else None
    except (OSError, ValueError, RecursionError):
        return None


def text_of(folder: Path, name: str) -> str:
    """The bytes of one of its files as text, whatever they are; '' when they cannot be read."""
    try:
        path = folder / name
        return path.read_bytes().decode(errors="replace") if _is_plain(path) else ""
    except OSError:
        return ""


def extras(folder: Path, ours: Iterable[str]) -> list[str]:
    """Names in the folder that are none of `ours`."""
    try:
        return sorted({entry.name for entry in os.scandir(folder)} - set(ours))
    except OSError:
        return []


def names_in(folder: Path) -> Iterator[str]:
    """The names in a folder; none when it is not there."""
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            yield entry.name
