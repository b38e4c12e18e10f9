"""A text model behind an OpenAI-compatible endpoint: a server of one's own, or a hosted one. Off unless it is set up.

Two halves. `prepare` asks ahead, many results a request, while nobody holds a transaction; labelling itself reads what
was answered, and never reaches out. A result without a valid answer is read by the bundled model, or the rules alone.
"""

from __future__ import annotations

import asyncio
import logging
import math
import secrets
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from urllib.parse import urlsplit

from app.scoring import chat
from app.scoring.features import Asked, Guess, TextModel
from app.settings import Settings
from app.text_kept import Answers
from app.texts import shown
from scrapers.http import HttpFetcher
from scrapers.types import Fetch, RawPage

log = logging.getLogger("shemtov")
UNMEASURED = 0.5  # how sure its labels are called: what it says of itself is not asked, audits correct what is shown
LONGEST_TITLE, LONGEST_SNIPPET = 500, 1500
MOST_BYTES = 500_000
REFUSED = (400, 413, 422)  # of how we ask, or of these very texts: another form, or fewer of them, may do
TOKENS, TOKENS_EACH = 100, 100  # most that an answer may take, and each result in it
BYTES_A_TOKEN = 2  # where usage is not told; English has four, Hebrew about two
Text = tuple[str, str]  # title and snippet, as stored


def utc_now() -> datetime:
    """Now, in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Reach:
    """How an endpoint is asked. deadline: seconds a request; dollars: most a day (UTC), None: no cap; prices: US
    dollars for a million tokens."""

    url: str
    model: str
    key: str = field(default="", repr=False)
    batch: int = 10
    deadline: float = 20.0
    dollars: float | None = None
    price_in: float = 0.0
    price_out: float = 0.0

    @classmethod
    def of(cls, chosen: Settings) -> Reach:
        """As the settings say."""
        return cls(
            chosen.text_endpoint_url.rstrip("/"), chosen.text_endpoint_model, chosen.text_endpoint_key,
            chosen.text_endpoint_batch, chosen.text_endpoint_deadline, chosen.text_endpoint_dollars,
            chosen.text_endpoint_price_in, chosen.text_endpoint_price_out,
        )  # fmt: skip

    def cost(self, tokens_in: float, tokens_out: float) -> float:
        """US dollars."""
        return (tokens_in * self.price_in + tokens_out * self.price_out) / 1e6


class Endpoint:
    """A TextModel that was asked before. fallback: who reads what has no answer; None: the rules do."""

    def __init__(
        self, reach: Reach, kept: Answers, fallback: TextModel | None, now: Callable[[], datetime] = utc_now
    ) -> None:
        self.version = f"endpoint:{reach.model}@{chat.VERSION}"
        self.kept = kept
        self._reach, self._fallback, self._now = reach, fallback, now
        self._form = 0

    def __call__(self, asked: Asked) -> Guess | None:
        said = self.kept.said(self.version, asked.title, asked.snippet)
        if said is not None:
            return Guess(said.label, UNMEASURED, evidence=said.evidence(asked.title, asked.snippet))
        if self._fallback is None:
            return None
        guess = self._fallback(asked)
        return replace(guess, by=guess.by or self._fallback.version) if guess else None

    def told(self) -> str:
        """How it is, in a line for the operator: cost since midnight UTC, cap, rest."""
        now, reach = self._now(), self._reach
        cap = "" if reach.dollars is None else f" of {reach.dollars:.2f}"
        until = self.kept.resting(reach.url, now)
        rests = f", rests until {until:%Y-%m-%d %H:%M} UTC" if until else ""
        return f"{self.version}: US dollars today {self.kept.spent(now):.4f}{cap}{rests}"

    def unanswered(self, asked: Sequence[Asked]) -> list[Text]:
        """The texts among them, each once, that have words, none of them to a machine, and no answer yet."""
        texts = {(one.title, one.snippet): None for one in asked if (one.title + one.snippet).strip()}
        fit = (text for text in texts if not chat.addresses_machines("\n".join(as_sent(text))))
        return [text for text in fit if self.kept.said(self.version, *text) is None]

    async def prepare(self, asked: Sequence[Asked], seconds: float | None = None) -> None:
        """Ask about every text that has no answer yet, for at most so many seconds (None: as long as it takes).

        A request of many whose answer cannot be believed is asked again, each text alone: whatever one of them brought
        about, it stays with it.
        """
        new, size, why = self.unanswered(asked), self._reach.batch, ""
        if not new:
            return
        waiting = deque(new[at : at + size] for at in range(0, len(new), size))
        clock = asyncio.get_running_loop().time
        until = math.inf if seconds is None else clock() + seconds
        allowed = frozenset({urlsplit(self._reach.url).netloc.lower()})
        async with HttpFetcher(allowed=allowed, deadline=self._reach.deadline, max_bytes=MOST_BYTES) as http:
            while waiting and not why:
                left = until - clock()
                why = await self._ask(http, waiting, left) if left > 0 else "no time is left"
        if still := self.unanswered(asked):
            reason = f": {why}" if why else ""
            log.warning("%s: %d of %d texts have no answer of it%s", self.version, len(still), len(new), reason)

    def prepare_now(self, asked: Sequence[Asked]) -> None:
        """The same for commands, which have no event loop and may wait."""
        asyncio.run(self.prepare(asked))

    async def _ask(self, http: HttpFetcher, waiting: deque[list[Text]], left: float) -> str:
        """One request, for the first who wait; why no other is to follow, "" when one may. Texts that were refused, or
        whose answer is not believed, wait again one by one. left: seconds."""
        texts = waiting.popleft()
        results, controls = numbered(texts)
        page = await self._sent(http, results, left)
        if isinstance(page, str):
            return page
        of_these = page.http_status in REFUSED and not page.failure
        if not of_these and (page.failure or page.http_status != 200):
            return self._failed(page.failure or f"HTTP {page.http_status}")
        said = None if of_these else chat.read(chat.answered(page.body)[0] or "", results)
        if said is None:
            self._failed("its answer is not the JSON it was asked for")
        else:
            self.kept.answered(self._reach.url)
        if said is not None and all(number in said and said[number].label == controls[number] for number in controls):
            new = ((results[number], one) for number, one in said.items() if number not in controls)
            self.kept.keep(self.version, new)
        elif len(texts) > 1:
            waiting.extend([text] for text in texts)
        return ""

    async def _sent(self, http: HttpFetcher, results: dict[str, Text], left: float) -> RawPage | str:
        """What came back, asked in a plainer form where the server refuses ours; or why it was not asked."""
        first = self._form
        for form in range(first, len(chat.FORMS)):
            page = await self._posted(http, results, form, left)
            if isinstance(page, str) or page.http_status not in REFUSED:
                self._form = form
                break
        return page

    async def _posted(self, http: HttpFetcher, results: dict[str, Text], form: int, left: float) -> RawPage | str:
        """One request over the network, its cost counted before it is sent and corrected after."""
        reach, now = self._reach, self._now()
        if (until := self.kept.resting(reach.url, now)) is not None:
            return f"it rests until {until:%Y-%m-%d %H:%M} UTC"
        most = TOKENS + TOKENS_EACH * len(results)
        sent = chat.request(reach.model, {number: as_sent(text) for number, text in results.items()}, form, most)
        tokens = len(sent.encode()) / BYTES_A_TOKEN
        reserved = reach.cost(tokens, most)
        if not self.kept.reserve(now, reserved, reach.dollars):
            return "the day's budget is spent, or nothing can be written beside the database"
        headers = {"authorization": f"Bearer {reach.key}"} if reach.key else {}
        secret = (reach.key,) if reach.key else ()
        page = await http(Fetch(f"{reach.url}/chat/completions", headers, json=sent, secrets=secret, seconds=left))
        self.kept.settle(now, _paid(reach, page, tokens, reserved) - reserved)
        return page

    def _failed(self, why: str) -> str:
        """Count a failure; returns it."""
        until = self.kept.failed(self._reach.url, self._now())
        return f"{why}; it rests until {until:%Y-%m-%d %H:%M} UTC" if until else why


def numbered(texts: Sequence[Text]) -> tuple[dict[str, Text], dict[str, str]]:
    """(texts by numbers of chance and in an order of chance, the labels of the controls among them). One goes alone."""
    rows = [(secrets.token_hex(4), text, "") for text in texts]
    if len(rows) > 1:
        for label in ("negative", "positive"):
            _, title, snippet = secrets.choice([one for one in chat.CONTROLS if one[0] == label])
            rows.append((secrets.token_hex(4), (title, snippet), label))
    rows.sort()
    return {number: text for number, text, _ in rows}, {number: label for number, _, label in rows if label}


def as_sent(text: Text) -> Text:
    """A title and a snippet as people see them, cut when very long."""
    return shown(text[0])[:LONGEST_TITLE], shown(text[1])[:LONGEST_SNIPPET]


def _paid(reach: Reach, page: RawPage, tokens: float, reserved: float) -> float:
    """What a request cost, US dollars: by the tokens the server counted, else by the bytes. An answer that did not
    come in time may be charged as a whole; a refusal is not."""
    if page.http_status != 200 or page.failure:
        return reserved if page.http_status == 200 or page.failure == "deadline" else 0.0
    content, usage = chat.answered(page.body)
    if usage is not None:
        return reach.cost(*usage)
    return reserved if content is None else reach.cost(tokens, len(content.encode("utf-8", "replace")) / BYTES_A_TOKEN)
