"""A walk through every page of a site in a real Chromium, written down so that two walks can be compared."""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote, urljoin, urlsplit

from hostile import of
from hostile_record import Record
from playwright.sync_api import BrowserContext, Dialog, Error, Page, sync_playwright
from sites import let_in
from years import served

from app.web.access import cookie_name

MOST = 3  # pages of a kind that are opened: the same template draws the others
FILES = re.compile(r"\.(csv|json|png|pdf)$")
FENCED = (
    "policy: ",
    "asked ",
    "console Blocked script execution",
    "console Refused to",
    "console Loading the",
    "console Executing",
)
REPORTS = """addEventListener("securitypolicyviolation", (e) => refused(`${e.violatedDirective} ${e.blockedURI}`));"""
# Tags with the names of their attributes, in the page's order; of a link also where it leads, without our own words.
# The steps of an address that a correction may stop at are as many as the address has, in the twin's as in ours.
SKELETON = """() => [...document.querySelectorAll("*")].filter((e) => !e.closest(".correct .inside")).map((e) => {
    let depth = 0;
    for (let above = e.parentElement; above; above = above.parentElement) depth++;
    const names = [...e.attributes].map((a) => a.name).sort().join(" ");
    return `${depth} ${e.tagName} ${names} ${e.getAttribute("href") ?? ""}`;
})"""
# Outside text turns nothing around: what follows it on the line stands after it, and runs its own way.
TURNED = """() => [...document.querySelectorAll("main *")].flatMap((one) => {
    const words = one.nextSibling, at = words?.nodeType === 3 ? words.data.search(/[0-9A-Za-z]{2}/) : -1;
    const box = (from) => { const r = new Range(); r.setStart(words, from); r.setEnd(words, from + 1);
        return r.getBoundingClientRect(); };
    const last = [...one.getClientRects()].at(-1);
    if (at < 0 || !last || getComputedStyle(one).display !== "inline") return [];
    const [first, second] = [box(at), box(at + 1)];
    const turned = second.left < first.left - 1 && Math.abs(second.top - first.top) < 2;
    const rtl = getComputedStyle(one.parentElement).direction === "rtl";
    const same = Math.abs(last.top - first.top) < last.height / 2;
    const before = same && (rtl ? first.left > last.right + 1 : first.left < last.left - 1);
    return turned || before ? [one.parentElement.textContent.slice(0, 200)] : [];
})"""
PLACES = """() => [...document.querySelectorAll(".rank, .moved, .why > .chip, .big, .cell")].map((e) => {
    const box = e.getBoundingClientRect();
    return `${e.className} ${Math.round(box.left)}`;
})"""
# A line keeps to its place: no letter is drawn far outside of it, onto other people's words.
TALL = """() => [...document.querySelectorAll("bdi")].filter((one) => {
    const words = one.firstChild, line = parseFloat(getComputedStyle(one).fontSize);
    if (words?.nodeType !== 3 || one.closest("svg")) return false;
    const drawn = document.createElement("canvas").getContext("2d");
    drawn.font = getComputedStyle(one).font;
    const size = drawn.measureText(words.data);
    return size.actualBoundingBoxAscent > 3 * line || size.actualBoundingBoxDescent > 3 * line;
}).map((one) => one.textContent.slice(0, 80))"""


@dataclass
class Seen:
    """What a walk met. skeletons and places: by page; files: how they are called; said: whatever should not be."""

    skeletons: dict[str, list[str]] = field(default_factory=dict)
    places: dict[str, list[str]] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)


@contextmanager
def browser(chromium_path: str, width: int) -> Iterator[BrowserContext]:
    """A context of a Chromium that knows no host but this machine."""
    with sync_playwright() as playwright:
        rules = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
        chromium = playwright.chromium.launch(executable_path=chromium_path, args=["--no-sandbox", rules])
        yield chromium.new_context(viewport={"width": width, "height": 800})
        chromium.close()


def walk(record: Record, context: BrowserContext, langs: Sequence[str], most: int = MOST) -> Seen:
    """Every kind of page that links lead to from the list of brands, a form that comes back, the door."""
    seen, kinds = Seen(), Counter[str]()
    token = let_in(record.world.engine, name=record.person)
    with served() as url, context.new_page() as page:
        context.add_cookies([{"name": cookie_name(), "value": token, "url": url}])
        watch(page, url, seen)
        waiting = deque(f"{path}{'&' if '?' in path else '?'}lang={lang}" for lang in langs for path in starts(record))
        known = set(waiting)
        while waiting:
            path = waiting.popleft()
            kind = kind_of(path, record, langs[0])
            kinds[kind] += 1
            if kinds[kind] <= most:
                found = dict.fromkeys(links(page, url, path, f"{kind} {kinds[kind]}", seen, langs))
                waiting.extend(one for one in found if one not in known)
                known |= set(found)
        type_in(page, url, record, seen)
        wide = let_in(record.world.engine, email="wide@practice.example", name=record.said(of("person")[1]))
        context.add_cookies([{"name": cookie_name(), "value": wide, "url": url}])
        links(page, url, "/?lang=en", "seen by somebody of a wide name", seen, langs)
        context.clear_cookies()
        knock(page, url, record, seen)
    return seen


def starts(record: Record) -> tuple[str, ...]:
    """Where walks begin: what the list of brands leads to at once, and the looks that do not count."""
    main = f"/brands/{record.slugs[0]}"
    other = f"{main}?search={record.world.search + 1}"
    return (
        "/",
        main,
        other,
        f"{main}/rules",
        f"/brands/{record.slugs[5]}",
        "/snapshots/3",
        "/snapshots/5",
        "/add",
        "/none",
    )


def watch(page: Page, url: str, seen: Seen) -> None:
    """Whatever a page does beside being shown is written down."""

    def asked_for(dialog: Dialog) -> None:
        seen.said.append(f"dialog {dialog.message}")
        dialog.dismiss()

    page.expose_function("refused", lambda what: seen.said.append(f"policy: {what}"))
    page.add_init_script(REPORTS)
    page.on("dialog", asked_for)
    page.on("pageerror", lambda error: seen.said.append(f"error {error}"))
    page.on("popup", lambda other: seen.said.append(f"popup {other.url}"))
    page.on("websocket", lambda socket: seen.said.append(f"socket {socket.url}"))
    page.on("request", lambda asked: None if asked.url.startswith(url) else seen.said.append(f"asked {asked.url}"))
    page.on("console", lambda told: None if "status of 4" in told.text else seen.said.append(f"console {told.text}"))


def links(page: Page, url: str, path: str, name: str, seen: Seen, langs: Sequence[str]) -> list[str]:
    """Open a page, look at it, and say where it leads on this site."""
    if path.startswith("/raw/"):
        look_at_raw(page, url + path, seen)
        return []
    if FILES.search(urlsplit(path).path):
        take_file(page, url + path, name, seen)
        return []
    try:
        page.goto(url + path, wait_until="load")
    except Error as download:
        if "ownload" not in download.message:
            raise
        take_file(page, url + path, name, seen)
        return []
    look_at(page, name, seen)
    found = page.eval_on_selector_all("a[href]", "all => all.map((one) => one.getAttribute('href'))")
    whole = [urljoin(path, href).split("#")[0] for href in dict.fromkeys(found) if href.startswith(("/", "?"))]
    return [one for one in whole if dict(parse_qsl(urlsplit(one).query)).get("lang", langs[0]) in langs]


def look_at(page: Page, name: str, seen: Seen) -> None:
    """What the page at hand is made of, and whether anything on it stands where it should not."""
    seen.skeletons[name] = page.evaluate(SKELETON)
    seen.places[name] = page.evaluate(PLACES)
    seen.said += [f"{name} turned: {what}" for what in page.evaluate(TURNED)]
    if page.evaluate("document.contentType") == "text/html":
        seen.said += [f"{name} is drawn over: {what}" for what in page.evaluate(TALL)]
        wide, window = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        if wide > window:
            seen.said.append(f"{name} is {wide} wide")


def look_at_raw(page: Page, address: str, seen: Seen) -> None:
    """An archived page lies behind its fence: what it tries is refused there, and the trap tells whether it was."""
    before = len(seen.said)
    page.goto(address, wait_until="load")
    if page.evaluate("origin") != "null" or page.url != address:
        seen.said.append(f"{address} has an origin")
    seen.said[before:] = [what for what in seen.said[before:] if not what.startswith(FENCED)]


def take_file(page: Page, address: str, name: str, seen: Seen) -> None:
    """A file is handed out under a name of its own, and shown as nothing else."""
    answer = page.request.get(address)
    if answer.status == 200:
        seen.files[name] = answer.headers.get("content-disposition", "")
        if answer.headers["x-content-type-options"] != "nosniff":
            seen.said.append(f"{address} may be sniffed")


def type_in(page: Page, url: str, record: Record, seen: Seen) -> None:
    """Hostile words in the form for brands come back as words, each with one reason why not."""
    sites = [record.said(one) for one in of("owned", refused=True)]
    page.goto(f"{url}/add?lang=en")
    page.fill("#name", record.said(of("brand")[1]))
    page.fill("#owned", "\n".join(sites))
    with page.expect_navigation(wait_until="load"):
        page.click("button[value=preview]")
    look_at(page, "typed", seen)
    assert page.locator("#wrong-owned li").count() == len(sites)


def knock(page: Page, url: str, record: Record, seen: Seen) -> None:
    """The pages before one is signed in: what an address carries is only text."""
    word = "%22%3E%3Cscript%3Ealert(1)%3C%2Fscript%3E" if record.hostile else "words"
    for place, path in enumerate((f"/signin?next=/{word}", f"/welcome?token={word}", f"/{word}?{word}={word}")):
        page.goto(f"{url}{path}")
        look_at(page, f"door {place}", seen)


def kind_of(path: str, record: Record, lang: str) -> str:
    """What kind of page an address is of: numbers, digests, brands and the question left out."""
    parts = urlsplit(path)
    plain = re.sub(r"/[0-9a-f]{64}|/\d+(?=/|\.|$)", "/*", plainly(parts.path, record))
    return f"{plain} {dict(parse_qsl(parts.query)).get('lang', lang)}"


def plainly(text: str, record: Record) -> str:
    """An address without the words of a brand."""
    return re.sub(
        r"/brands/([^/?]+)", lambda found: "/brands/*" if unquote(found[1]) in record.slugs else found[0], text
    )


def bare(skeleton: list[str], record: Record) -> list[str]:
    """A skeleton without hosts, digests, numbers of links and the words of a brand."""
    own = (re.sub(r"/(raw|links)/\w+", r"/\1/*", plainly(line, record)) for line in skeleton)
    return [re.sub(r"(?i) https?://.*$| /signin\?next=.*$| /welcome\?token=.*$", " outside", line) for line in own]


def differences(one: Seen, other: Seen, records: Sequence[Record]) -> list[str]:
    """Where two walks differ. Of the queue, which is drawn by lot from the texts, kinds of elements are compared alone."""
    wrong = [f"only one has {name}" for name in one.skeletons.keys() ^ other.skeletons.keys()]
    for name in one.skeletons.keys() & other.skeletons.keys():
        ours, theirs = bare(one.skeletons[name], records[0]), bare(other.skeletons[name], records[1])
        if name.startswith("/queue"):
            wrong += [f"{name}: only among attacks {line}" for line in _kinds(ours) - _kinds(theirs)]
            continue
        if ours != theirs:
            first = next((pair for pair in zip(ours, theirs, strict=False) if pair[0] != pair[1]), None)
            wrong.append(f"{name}: {len(ours)} and {len(theirs)} elements, first {first}")
        if one.places[name] != other.places[name]:
            wrong.append(f"{name}: ranks or labels stand elsewhere")
    return sorted(wrong)


def _kinds(lines: list[str]) -> set[str]:
    """Elements whatever numbers their addresses carry."""
    return {re.sub(r"(?<=[=/,C])\d+(%2C\d+)*", "*", line) for line in lines}
