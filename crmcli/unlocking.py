"""The key of an encrypted file: random, in a file of its own that cron can read, or made from a passphrase (DESIGN §5)."""

import os
import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path

from crmcli import config
from crmcli.durable import try_sync_folder
from crmcli.errors import BadValue, CrmError, StoreError, WrongKey
from crmcli.store.backup import PARTS
from crmcli.store.opening import give_name

KEY_FILE = "crypt.key_file"
KEY_BYTES = 32
SHORTEST = 8
"""Characters of a passphrase."""

_ROUNDS = 256_000  # SQLCipher 4's own, so that its tools open the file by the passphrase
_DIGITS = re.compile(rf"[0-9A-Fa-f]{{{2 * KEY_BYTES}}}")
_LONGEST_FILE = 1_000


def key_place() -> Path:
    """Where the key file is looked for: the setting crypt.key_file, else beside config.toml."""
    chosen = config.Settings({}).get(KEY_FILE)
    return Path(chosen) if chosen else config.config_path().with_name("crm.key")


class Unlocking:
    """Finds the key of a file. `ask` asks a person for a passphrase; None when there is nobody."""

    def __init__(self, ask: Callable[[str], str | None]) -> None:
        self._ask = ask
        self.open_to_others: Path | None = None
        """The key file, when other users can read it."""
        self._asked: dict[bytes, str | None] = {}  # by the salt, which copies share

    def keys_of(self, path: str, salt: bytes) -> Iterator[str]:
        """The keys that may open the file at `path`, to be tried in turn; then StoreError, for none of them did."""
        place = key_place()
        refusal = StoreError(
            "{path} is encrypted, and there is no key at {place}; put it there, name it with CRM_CRYPT_KEY_FILE, or give the passphrase in CRM_PASSPHRASE",
            path=path,
            place=place,
        )
        try:
            if key := read_key(place):
                self.open_to_others = place if _is_open_to_others(place) else None
                yield key
                refusal = WrongKey(
                    "the key in {place} does not open {path}, unless that is damaged; name the right one with CRM_CRYPT_KEY_FILE, or give the passphrase in CRM_PASSPHRASE",
                    path=path,
                    place=place,
                )
        except StoreError as error:
            refusal = error
        if given := self._passphrase(path, salt):
            yield derived(given, salt)
            refusal = WrongKey(
                "the passphrase does not open {path}, unless that is damaged; try again with the right one",
                path=path,
            )
        raise refusal

    def _passphrase(self, path: str, salt: bytes) -> str | None:
        if salt not in self._asked:
            given = given_passphrase()
            self._asked[salt] = self._ask(path) if given is None else given
        return self._asked[salt]


# --- key files ---


def _is_open_to_others(place: Path) -> bool:
    try:
        return os.name == "posix" and bool(place.stat().st_mode & 0o077)
    except OSError:  # it was there a moment ago
        return False


def read_key(place: Path) -> str | None:
    """The key in a key file, as hexadecimal digits; None when there is no such file, StoreError when it holds no key."""
    try:
        with place.open("rb") as file:
            text = file.read(_LONGEST_FILE).decode("utf-8-sig", "replace").strip()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise StoreError(
            "the key in {path} cannot be read ({reason}); check its permissions",
            path=place,
            reason=error.strerror or error,
        ) from None
    if not _DIGITS.fullmatch(text):
        raise StoreError(
            "{path} holds no key, which is 64 hexadecimal digits; name the right file with CRM_CRYPT_KEY_FILE",
            path=place,
        )
    return text.lower()


def write_key(place: Path, key: str) -> None:
    """A new key file, 0600, whole and on the disk for good when this returns; CrmError when it cannot be made.

    StoreError when there is one already: no key is ever written over.
    """
    from tempfile import mkstemp

    try:
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        file, draft = mkstemp(prefix=f".{place.name}.", suffix=PARTS, dir=place.parent)
        try:
            try:
                os.write(file, f"{key}\n".encode("ascii"))
                os.fsync(file)
            finally:
                os.close(file)
            give_name(draft, str(place))
        finally:
            Path(draft).unlink(missing_ok=True)
        try_sync_folder(place.parent)
    except OSError as error:
        raise CrmError(
            "the key cannot be written to {path} ({reason}); name another place with --key-file",
            path=place,
            reason=error.strerror or error,
        ) from None


def new_key() -> str:
    """Random bytes, as hexadecimal digits."""
    return os.urandom(KEY_BYTES).hex()


# --- passphrases ---


@lru_cache(maxsize=8)  # a tenth of a second each, by intention
def derived(passphrase: str, salt: bytes) -> str:
    """The key that SQLCipher makes of a passphrase and a file's salt, and the salt behind it.

    However a keyboard writes an accented letter, it is the same one.
    """
    from hashlib import pbkdf2_hmac
    from unicodedata import normalize

    text = normalize("NFC", passphrase).encode()
    return pbkdf2_hmac("sha512", text, salt, _ROUNDS, KEY_BYTES).hex() + salt.hex()


def given_passphrase(variable: str = "CRM_PASSPHRASE") -> str | None:
    """What CRM_PASSPHRASE says, or the file that is open under the number CRM_PASSPHRASE_FD; None when neither is set.

    The same of another variable.
    """
    if given := os.environ.get(variable):
        return given
    number = os.environ.get(f"{variable}_FD")
    return _read_from(f"{variable}_FD", number) if number else None


@lru_cache(maxsize=2)  # it can be read but once
def _read_from(variable: str, number: str) -> str:
    try:
        with open(int(number), encoding="utf-8") as file:  # noqa: PTH123, a number
            return file.read().removesuffix("\n").removesuffix("\r")
    except (ValueError, OSError):
        raise BadValue(
            "{variable} is {number!r}, and no open file with the passphrase; write a number such as 3",
            variable=variable,
            number=number,
        ) from None


def check_passphrase(passphrase: str) -> str:
    """A passphrase that may become a key; BadValue when it is too short."""
    if len(passphrase) < SHORTEST:
        raise BadValue(
            "the passphrase has {n} characters; take at least {least}",
            n=len(passphrase),
            least=SHORTEST,
        )
    return passphrase
