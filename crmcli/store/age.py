"""Backups sealed for others' keys, as the tool `age` writes and reads them (extra `crypt`; HANDBOOK §10).

What is inside is the file as it is: of an encrypted file an encrypted one, whose key is needed besides.
"""

import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, BinaryIO

from crmcli.errors import BadValue, CrmError, NotFound

ENDING = ".age"
_BEGINS = (b"age-encryption.org/", b"-----BEGIN AGE ENCRYPTED FILE-----")
_LONGEST_FILE = 1_000_000

Seal = Callable[[Path, Path], None]
"""Writes the one file, sealed, into the other, which is there and empty."""


Look = Callable[[bytes], None]
"""Is shown the first bytes of what was sealed, and raises what forbids to write them anywhere."""


def is_age(file: Path) -> bool:
    """True when the file begins as age's do; a missing one does not."""
    try:
        with file.open("rb") as opened:
            return opened.read(len(_BEGINS[1])).startswith(_BEGINS)
    except OSError:
        return False


def sealed_for(recipients: Sequence[str]) -> Seal | None:
    """The seal for these, looked at when it is needed; None without any."""
    if not recipients:
        return None
    return lambda source, target: for_recipients(recipients)(source, target)


def for_recipients(recipients: Sequence[str]) -> Seal:
    """A seal that any of these can open: age1…, or ssh-ed25519 and ssh-rsa with their keys. BadValue names one that is none."""
    pyrage = _pyrage()
    keys = [_recipient(pyrage, text) for text in recipients]

    return _sealing(lambda plain, sealed: pyrage.encrypt_io(plain, sealed, keys))


def for_passphrase(passphrase: str) -> Seal:
    """A seal that the passphrase opens; making and opening it takes a second or more, by intention.

    It takes as much memory as the file is large.
    """
    seal = _pyrage().passphrase.encrypt
    return _sealing(lambda plain, sealed: sealed.write(seal(plain.read(), passphrase)))


def opening_by(identities: Iterable[Path], look: Look = lambda beginning: None) -> Seal:
    """Opens what was sealed for one of the identities in these files, age's or SSH's; CrmError when none of them fits."""
    pyrage = _pyrage()
    keys = [key for file in identities for key in _identities(pyrage, file)]
    return _opening(lambda sealed, plain: pyrage.decrypt_io(sealed, plain, keys), "identity", look)


def opening_by_passphrase(passphrase: str, look: Look = lambda beginning: None) -> Seal:
    """The same of what was sealed by a passphrase."""
    unseal = _pyrage().passphrase.decrypt
    return _opening(
        lambda sealed, plain: plain.write(unseal(sealed.read(), passphrase)),
        "passphrase",
        look,
    )


def _sealing(encrypt: Callable[[Any, Any], None]) -> Seal:
    def seal(source: Path, target: Path) -> None:
        with source.open("rb") as plain, target.open("wb") as sealed:
            target.chmod(0o600)
            encrypt(plain, sealed)
            sealed.flush()
            os.fsync(sealed.fileno())

    return seal


class _Watched:
    """A file being written, whose first bytes are looked at before they reach it."""

    def __init__(self, file: BinaryIO, look: Look) -> None:
        self._file = file
        self._look: Look | None = look

    def write(self, data: bytes) -> int:
        """Write, or not at all."""
        if self._look and data:
            self._look(data)
            self._look = None
        return self._file.write(data)

    def flush(self) -> None:
        """As files have it."""
        self._file.flush()


def _opening(decrypt: Callable[[Any, Any], None], by: str, look: Look) -> Seal:
    def unseal(source: Path, target: Path) -> None:
        with source.open("rb") as sealed, target.open("wb") as plain:
            target.chmod(0o600)
            try:
                decrypt(sealed, _Watched(plain, look))
            except _pyrage().DecryptError as error:
                if by == "identity":
                    raise CrmError(
                        "no identity opens {path} ({reason}); name the right file with --identity",
                        path=source,
                        reason=error,
                    ) from None
                raise CrmError(
                    "the passphrase does not open {path} ({reason}); try again with the right one",
                    path=source,
                    reason=error,
                ) from None
            except OSError as error:
                if error.errno is not None:
                    raise
                raise CrmError("{path} is damaged; name another backup", path=source) from None

    return unseal


def _recipient(pyrage: Any, text: str) -> Any:
    kind = pyrage.ssh if text.startswith("ssh-") else pyrage.x25519
    try:
        return kind.Recipient.from_str(text.strip())
    except pyrage.RecipientError:
        raise BadValue(
            "{recipient!r} is no recipient; write it like age1… or as in an SSH key's .pub file",
            recipient=text,
        ) from None


def _identities(pyrage: Any, file: Path) -> list[Any]:
    try:
        with file.open("rb") as opened:
            text = opened.read(_LONGEST_FILE)
    except FileNotFoundError:
        raise NotFound("there is no identity file {path}", path=file) from None
    except OSError as error:
        raise CrmError(
            "{path} cannot be read ({reason})", path=file, reason=error.strerror or error
        ) from None
    try:
        if text.startswith(b"-----BEGIN "):
            return [pyrage.ssh.Identity.from_buffer(text)]
        lines = text.decode("utf-8", "replace").splitlines()
        found = [line.strip() for line in lines if line.strip() and not line.startswith("#")]
        keys = [pyrage.x25519.Identity.from_str(line) for line in found]
    except pyrage.IdentityError:
        keys = []
    if not keys:
        raise BadValue(
            "{path} holds no identity, which begins with AGE-SECRET-KEY-1; name the right file",
            path=file,
        )
    return keys


def _pyrage() -> Any:
    try:
        import pyrage
    except ImportError:
        raise CrmError(
            "sealed backups need one more package: pip install 'crm-terminal[crypt]'"
        ) from None
    return pyrage
