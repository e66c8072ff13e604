"""Why a host did not let us in, as far as it can be known from outside, and what to do about it."""

import time
from collections.abc import Iterator
from dataclasses import dataclass

import asyncssh
from asyncssh.public_key import SSHOpenSSHCertificate, decode_ssh_certificate

from foundation.display.text import clean_text
from foundation.times import rfc3339
from poller.errors import LoginRefused, PollFailed
from poller.ssh.failures.login_record import LoginRecord
from poller.ssh.failures.ssh_errors import translate

_SAID_CHARACTERS = 160
_TOO_MANY = "too many authentication failures"
_PASSWORD_QUESTIONS = ("new password", "current password", "unix password")
"""What PAM asks for where a password has expired, once it was right."""

_NEVER = 0xFFFF_FFFF_FFFF_FFFF

_SECOND_FACTOR_ADVICE = (
    "Nobody is there to give a second factor: exempt monctl's user from it on the host, with "
    "`AuthenticationMethods publickey` in a Match block of its sshd_config."
)
_TOO_MANY_ADVICE = (
    "Name the right key with `key:`, so that only it is offered (or IdentitiesOnly in the ssh config); or "
    "raise MaxAuthTries of the host's sshd."
)
_ACCOUNT_ADVICE = (
    "The key is right, the account is refused: see on the host whether it has expired or is locked "
    "(chage -l, passwd -S), whether /etc/nologin is there, and what the log of its sshd says."
)
_EXPIRED_ADVICE = (
    "Set a new password for the user on the host, and let it not expire (chage -M -1); or use a key."
)
_CERTIFICATE_ADVICE = "Have the authority sign the key anew, and put the certificate beside the key."
_NOTHING_ADVICE = "Name a key with `key:`, or load one into an agent whose SSH_AUTH_SOCK monctl has."
_REFUSED_ADVICE = (
    "Correct user and password; monctl tries seldom, so that the account is not locked. If they are right, "
    "see on the host whether the account has expired or is locked (chage -l, passwd -S, faillock)."
)
_HALF_ADVICE = (
    "Name the private key with `key:`, which is the file without .pub; or load it into an agent whose "
    "SSH_AUTH_SOCK monctl has."
)
_NO_PASSWORDS_ADVICE = "Use a key (`key:`), or let the host's sshd take passwords."


@dataclass(frozen=True, slots=True)
class Login:
    """A log-in that failed: to where, as whom, with what (in words), and which keys could not be offered."""

    where: str
    user: str
    credentials: str
    unusable: str = ""


def login_failure(error: BaseException, login: Login, record: LoginRecord) -> PollFailed:
    """What an error during a log-in means."""
    said = clean_text(" ".join(record.banner.split()), limit=_SAID_CHARACTERS)
    for detail, advice in _reasons(error, login, record):
        whole = f"{detail}; it says: {said}" if said else detail
        return LoginRefused(whole, advice=advice, used_password=record.has_tried_password)
    return translate(error, login.where)


def _reasons(error: BaseException, login: Login, record: LoginRecord) -> Iterator[tuple[str, str]]:
    """Sentences and advice, the most certain first; none for what has nothing to do with a log-in."""
    where, user = login.where, login.user
    reason = str(getattr(error, "reason", error))
    is_denied = isinstance(error, asyncssh.PermissionDenied | asyncssh.IllegalUserName)
    asked = clean_text(" ".join(" ".join(record.questions).split()), limit=_SAID_CHARACTERS)
    wants_another = any(words in asked.lower() for words in _PASSWORD_QUESTIONS)
    if isinstance(error, asyncssh.PasswordChangeRequired) or wants_another:
        yield f"the password of {user} on {where} has expired and must be changed", _EXPIRED_ADVICE
    if _TOO_MANY in reason.lower():
        tries = len(record.tries) - 1
        yield f"{where} gave up on {user} after {tries} tries (MaxAuthTries of its sshd)", _TOO_MANY_ADVICE
    if asked and is_denied:
        yield f"{where} asks {user} for more than a password: {asked}", _SECOND_FACTOR_ADVICE
    if record.parts and is_denied:
        parts, left = " and ".join(_method(each) for each in record.parts), " or ".join(record.methods_left)
        yield f"{where} accepted {parts} of {user}, and wants {left} as well", _SECOND_FACTOR_ADVICE
    if not record.is_answered and isinstance(error, asyncssh.ConnectionLost | asyncssh.DisconnectError):
        yield from _account_reasons(login, record)
    if is_denied or "authentication" in reason.lower():
        yield from _refusal_reasons(login, record)


def _account_reasons(login: Login, record: LoginRecord) -> Iterator[tuple[str, str]]:
    """Why a host hangs up instead of an answer: OpenSSH does where PAM refuses the account."""
    if record.is_key_taken:
        detail = f"{login.where} accepted the key of {login.user}, and closed the connection at once"
        yield detail, _ACCOUNT_ADVICE


def _refusal_reasons(login: Login, record: LoginRecord) -> Iterator[tuple[str, str]]:
    refusal = f"{login.where} does not let {login.user} in"
    if set(record.tries) <= {"none"}:
        left = " or ".join(record.methods_left)
        if login.credentials.endswith("the password") and record.methods_left:
            yield f"{refusal} with a password: it takes {left} alone", _NO_PASSWORDS_ADVICE
        unusable = f" ({login.unusable})" if login.unusable else ""
        nothing = f"{refusal}: there is no key or password to offer{unusable}, it wants {left}"
        yield nothing, _half_advice(login) or _NOTHING_ADVICE
    for key in record.offered_keys:
        fault = _certificate_fault(key, login.user)
        if fault:
            yield f"{refusal} with {login.credentials}: the certificate {fault}", _CERTIFICATE_ADVICE
    password_advice = _REFUSED_ADVICE if record.has_tried_password else ""
    yield f"{refusal} with {login.credentials}", _half_advice(login) or password_advice


def _half_advice(login: Login) -> str:
    return _HALF_ADVICE if ".pub (" in login.unusable else ""


def _certificate_fault(offered: bytes, user: str) -> str:
    """What is wrong with a certificate that was offered; "" for nothing, or for a plain key."""
    try:
        certificate = decode_ssh_certificate(offered)
    except asyncssh.KeyImportError:
        return ""
    if not isinstance(certificate, SSHOpenSSHCertificate):
        return ""
    now, begin, end = time.time(), certificate._valid_after, certificate._valid_before
    if end != _NEVER and now >= end:
        return f"expired at {rfc3339(float(end))}"
    if now < begin:
        return f"holds from {rfc3339(float(begin))} on alone: is the clock right?"
    if certificate.principals and user not in certificate.principals:
        return f"is for {', '.join(certificate.principals)} and not for {user}"
    return ""


def _method(name: str) -> str:
    return {"publickey": "the key", "password": "the password"}.get(name, name)
