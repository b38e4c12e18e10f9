"""What can go wrong for a person or a client, each knowing its HTTP status and exit code.

AppError
├── BadInput      what was typed or sent cannot be used (400, exit 2)
├── NotFound      there is no such thing (404, exit 2)
├── Conflict      it is there already, or somebody else has it (409, exit 2)
├── NotAllowed    no key, a revoked key, or not signed in (401, exit 2)
├── Forbidden     signed in, but this role may not (403, exit 2)
└── NotAccepted   it would change more than a person has agreed to (409, exit 3)
"""

from __future__ import annotations

from typing import ClassVar


class AppError(Exception):
    """One clear sentence for a person; never a traceback. key: of the text that pages show in the reader's language
    (app/texts); without one they show that of the status."""

    status: ClassVar[int] = 500
    exit_code: ClassVar[int] = 2

    def __init__(self, message: str, key: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.key = key


class BadInput(AppError):
    status = 400


class NotFound(AppError):
    status = 404


class Conflict(AppError):
    status = 409


class NotAllowed(AppError):
    status = 401


class Forbidden(AppError):
    status = 403


class NotAccepted(AppError):
    status = 409
    exit_code = 3
