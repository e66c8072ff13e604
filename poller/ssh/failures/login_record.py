"""What happened in a log-in: what was tried, what the host made of it, and what it said."""

from collections.abc import Iterable
from typing import Any

import asyncssh
from asyncssh.packet import SSHPacket

_USERAUTH_FAILURE = 51
_REPLACED = ("send_userauth_request", "kbdint_challenge_received", "_packet_handlers")
_MOST_TRIES = 64
_BANNER_CHARACTERS = 2000
_QUESTION_CHARACTERS = 200


class LoginRecord:
    """Takes notes of one log-in.

    `banner`: what the host said meanwhile. `tries`: the methods in their order, as SSH names them; `none` is
    the first. `offered_keys`: public keys and certificates, as in the protocol. `parts`: the methods that
    succeeded where another is wanted as well. `methods_left`: what the host would take next. `is_answered`:
    whether the host has answered the last try. `is_key_taken`: whether that was a signature, which is asked
    for where a key is known. `questions`: what was asked for beside a password, and not answered.
    """

    def __init__(self) -> None:
        self.banner = ""
        self.tries: list[str] = []
        self.offered_keys: list[bytes] = []
        self.parts: list[str] = []
        self.methods_left: tuple[str, ...] = ()
        self.is_answered = True
        self.is_key_taken = False
        self.questions: list[str] = []
        self._watched: Any = None

    def watch(self, connection: asyncssh.SSHClientConnection) -> None:
        """Take notes of this connection, which has just been made."""
        # On the object itself: asyncssh tells its client of none of this.
        watched: Any = connection
        self._watched = watched
        send, handlers = watched.send_userauth_request, watched._packet_handlers
        take_failure = handlers[_USERAUTH_FAILURE]
        answer = watched.kbdint_challenge_received

        async def note_and_send(method: bytes, *args: bytes, key: Any = None, trivial: bool = True) -> None:
            self._note_try(method.decode(), args, is_signed=key is not None)
            await send(method, *args, key=key, trivial=trivial)

        async def note_and_answer(name: str, text: str, language: str, prompts: Any) -> Any:
            self.note_banner(text)
            answers = await answer(name, text, language, prompts)
            if answers is None:
                self._note_questions(prompts)
            return answers

        def note_and_take(self_: Any, kind: int, number: int, packet: SSHPacket) -> Any:
            self._note_failure(packet.get_remaining_payload())
            return take_failure(self_, kind, number, packet)

        watched.send_userauth_request = note_and_send
        watched.kbdint_challenge_received = note_and_answer
        watched._packet_handlers = {**handlers, _USERAUTH_FAILURE: note_and_take}

    def close(self) -> None:
        """Take no more notes: the log-in is over, and the connection may stay for months."""
        for name in _REPLACED:
            vars(self._watched).pop(name, None)
        self._watched = None
        self.offered_keys.clear()

    def note_banner(self, text: str) -> None:
        """The host said something before it let anybody in."""
        self.banner = (self.banner + text)[-_BANNER_CHARACTERS:]

    @property
    def has_tried_password(self) -> bool:
        """Whether a password was sent, in whichever way."""
        return bool({"password", "keyboard-interactive"} & set(self.tries))

    def _note_questions(self, prompts: Iterable[tuple[str, bool]]) -> None:
        self.questions = [*self.questions, *(text[:_QUESTION_CHARACTERS] for text, _ in prompts)][
            -_MOST_TRIES:
        ]

    def _note_try(self, method: str, args: tuple[bytes, ...], *, is_signed: bool) -> None:
        self.is_answered = False
        self.is_key_taken = is_signed
        if len(self.tries) >= _MOST_TRIES or is_signed:
            return
        self.tries.append(method)
        if method == "publickey":
            packet = SSHPacket(args[-1])
            self.offered_keys.append(packet.get_string())

    def _note_failure(self, payload: bytes) -> None:
        self.is_answered = True
        packet = SSHPacket(payload)
        try:
            self.methods_left = tuple(name.decode("ascii", "replace") for name in packet.get_namelist())
            is_part = packet.get_boolean()
        except ValueError:
            return  # asyncssh will refuse it
        if is_part and self.tries:
            self.parts.append(self.tries[-1])
