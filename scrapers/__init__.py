"""Search engines and providers: what a customer sees, as rows, or a plain word for why it was not seen.

The contract of a source (an engine in engines/, a JSON provider in providers/, one file each; an
engine with many layouts is a folder of small files, google/):

    NAME: str                 its name everywhere: file, table, command line
    ENGINE: str               the engine whose page it shows (its own name, or "google" for a provider)
    ENGINES: tuple[str, ...]  optional, default (ENGINE,): every engine whose page it can show
    DEVICES: tuple[str, ...]  optional, default all: the devices whose page it can show
    NEEDS: str                optional, "key" by default for a provider: what must be set up, "key" or "url"
    VERSION: int              raised whenever the same page would be read differently; stamped as "name-VERSION"
    ENOUGH: int               fewest organic results a whole page holds, before anything is learned of a search
    ZERO_COUNTS: bool         optional, default True: whether its no-results sign can be believed
    TRANSPORT: str            optional, "browser" when it shows itself only to a real one; default "http"
    PAUSE: float              optional, default 5: fewest seconds between two requests to it (jitter comes on top)
    PRICE: float              optional, default 0: US dollars a request of one page costs, by its published list
    CANARY: str               optional: an ordinary phrase whose page is steady; now and then asked beside a real look
    refuses(hl, gl) -> str | None               why it cannot serve this language and country; None when it can.
                              An unknown or unserved locale is refused, never silently served from another country
    fetch(request, page_no, access) -> Fetch    the request for page 1, 2, ... ; access holds base URL and key
    onward(raw, request, access) -> Fetch | None  optional: the page after this one, when only this one can say how to
                                                ask for it (a token in a form); None: there is none to ask for
    read(raw, request) -> Serp                  one page's results, features and signs

read() never raises on any bytes, never reaches out and never decides a state: it reports signs, judge.py decides.
It looks for results first and for block markers only when there are none (good pages contain block markers).
Ranks it gives are places on that page; scrapers.parse joins pages and renumbers.
Selectors stand as constants on top of the file (of a folder: in its selectors.py). Engines do not import each other.
engines/duckduckgo.py is the one to copy.

The registry below is frozen; everything else is derived from it.
"""
