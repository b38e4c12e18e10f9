"""The words in which each provider refuses or fails, as it documents them."""

from __future__ import annotations

from collections.abc import Mapping

from scrapers.practice.formats import Json, task_of


def _brave_error(status: int, code: str, detail: str) -> tuple[int, Json]:
    return status, {"type": "ErrorResponse", "error": {"code": code, "detail": detail, "status": status, "meta": {}}}


def _scale_error(status: int, message: str) -> tuple[int, Json]:
    return status, {"request_info": {"success": False, "message": message}}


def _searxng_error(reason: str) -> tuple[int, Json]:
    return 200, {"query": "", "results": [], "unresponsive_engines": [["google", reason]]}


# By provider and mode: the HTTP status and the answer. refused: a key it does not know; spent: nothing left on the
# plan; limited: too many at once; failed: its own trouble.
ERRORS: Mapping[str, Mapping[str, tuple[int, Json]]] = {
    "serpapi": {
        "refused": (401, {"error": "Invalid API key. Your API key should be here: https://serpapi.com/manage-api-key"}),
        "spent": (429, {"error": "Your account has run out of searches."}),
        "limited": (429, {"error": "You have exceeded the hourly throughput of your plan."}),
        "failed": (503, {"search_metadata": {"status": "Error"}, "error": "We couldn't get valid results."}),
    },
    "searchapi": {
        "refused": (401, {"error": "Invalid API key."}),
        "spent": (429, {"error": "You have used all of the searches of this month."}),
        "limited": (429, {"error": "You have exceeded your hourly limit."}),
        "failed": (503, {"error": "Something went wrong on our side."}),
    },
    "scaleserp": {
        "refused": _scale_error(401, "The api_key you provided is invalid."),
        "spent": _scale_error(402, "You have no credits remaining."),
        "limited": _scale_error(429, "Too many requests."),
        "failed": _scale_error(503, "The search could not be completed."),
    },
    "serper": {
        "refused": (403, {"message": "Unauthorized.", "statusCode": 403}),
        "spent": (400, {"message": "Not enough credits", "statusCode": 400}),
        "limited": (429, {"message": "Too many requests", "statusCode": 429}),
        "failed": (500, {"message": "Internal Server Error", "statusCode": 500}),
    },
    "dataforseo": {
        "refused": (401, {"status_code": 40100, "status_message": "You are not authorized.", "tasks": None}),
        "spent": (200, task_of(40210, "Insufficient Funds.", None)),
        "limited": (200, {"status_code": 40202, "status_message": "Rate limit.", "tasks": None}),
        "failed": (200, task_of(40101, "Internal SE Server Error.", None)),
    },
    "brave_api": {
        "refused": _brave_error(422, "SUBSCRIPTION_TOKEN_INVALID", "The provided subscription token is invalid."),
        "spent": _brave_error(429, "QUOTA_LIMITED", "Request quota limit exceeded for plan."),
        "limited": _brave_error(429, "RATE_LIMITED", "Request rate limit exceeded for plan."),
        "failed": _brave_error(500, "INTERNAL", "Internal error."),
    },
    "searxng": {
        "captcha": _searxng_error("Suspended: CAPTCHA"),
        "limited": _searxng_error("Suspended: too many requests"),
        "failed": _searxng_error("timeout"),
    },
}
