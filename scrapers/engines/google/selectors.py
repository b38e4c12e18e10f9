"""Every class, id, attribute and word the reader of Google's pages rests on. When a layout changes, look here first.

What holds from year to year stands first in each list: ids, roles and data-attributes outlive class names by years.
"""

from __future__ import annotations

# --- what is looked for ------------------------------------------------------------------------------------------
# One walk over the page finds every node named here; a node can be several things. The nearest of ZONES round a heading
# decides whether it can be a result ("open" is the main column); the other words say what a node is.
ZONES = frozenset({"open", "ad", "paa", "ai_overview", "carousel", "aside"})
IDS = {
    "rso": "open container", "kp-wp-tab-overview": "open", "search": "container", "main": "container",
    "ires": "container", "res": "container",
    "tads": "ad", "tadsb": "ad", "bottomads": "ad", "tvcap": "ad", "atvcap": "ad",
    "m-x-content": "ai_overview",
    "rhs": "aside", "taw": "aside said", "topstuff": "said", "appbar": "aside", "top_nav": "aside", "hdtb": "aside",
    "extrares": "aside", "botstuff": "aside related", "bres": "aside related", "brs": "aside related",
    "iur": "images", "iur_box": "images", "imagebox_bigimages": "images",
    "foot": "end", "fbar": "end", "footcnt": "end", "bfoot": "end", "navcnt": "end", "navd": "end", "fll": "end",
    "pnnext": "next", "fprs": "replaced",
    "gs_hdr": "scholar", "gs_res_ccl": "scholar", "b_results": "bing",
}  # fmt: skip
LATER_RESULTS = "arc-srp"  # how the ids of results loaded further down begin
TAGS = {
    "h3": "title", "footer": "end", "block-component": "snippet_box", "g-section-with-header": "carousel section",
    "g-scrolling-carousel": "carousel", "g-inner-card": "carousel",
    "g-dialog": "aside",
}  # fmt: skip
ATTRIBUTES = {
    "data-text-ad": "ad ad_block", "data-pla-slot-pos": "ad", "data-initq": "paa", "data-q": "paa question",
    "data-mcpr": "ai_overview",
}  # fmt: skip
VALUES = {
    ("role", "heading"): "title", ("role", "dialog"): "aside", ("data-attrid", "SGE"): "ai_overview",
    ("data-attrid", "title"): "entity", ("name", "q"): "search_box", ("name", "tbm"): "vertical",
    ("name", "udm"): "vertical", ("data-testid", "result"): "duckduckgo",
}  # fmt: skip
TOLD_BY_VALUE = ("role", "data-attrid", "name", "data-testid")
CLASSES = {
    "related-question-pair": "paa question", "rkGIWe": "question",
    "uEierd": "ad ad_block", "pla-unit": "ad ad_block", "ads-ad": "ad ad_block", "ads-fr": "ad ad_block",
    "xpdopen": "snippet_box",
    "kp-wholepage": "panel", "kp-wholepage-osrp": "panel", "kp-header": "panel", "kp-blk": "panel",
    "rllt__details": "place", "tHmfQe": "place", "Gx5Zad": "nojs_block", "ZINbbc": "nojs_block",
    "result__a": "duckduckgo",
}  # fmt: skip
CONTAINER_IDS = frozenset({"rso", "search", "main", "center_col", "ires", "res", "rcnt", "cnt", "gsr", "topstuff"})
SECTION_LEVELS = frozenset({"1", "2"})  # aria-level of a heading over a section; those of entries are 3 and more

# --- parts of a result --------------------------------------------------------------------------------------------
RESULT_BLOCK = "data-snc"  # the attribute round a result, and round a group of one host, since 2022
SNIPPETS = (  # the newest first; of each the innermost, so that a rating beside the text is not part of it
    ".VwiC3b",
    "[data-snf=nke7rc]",
    "[data-attrid^='wa:/description'], .LGOjhe, .co8aDb",
    ".ITZIwc, .Uroaid",
    ".aCOpRe",
    ".st",
    ".s3v9rd",
    "[data-sncf='1']",
    "[data-content-feature='1']",
    ".IsZvec",
)
NOT_SNIPPET = ".TXwUJf, .fG8Fp, cite, [role=heading], h3"
NEVER_TEXT = "cite, table, ul, ol, h1, h2, h3, button, script, style, [role=heading], [role=button], [role=text]"
STARS = "[role=img][aria-label], g-review-stars"
RATING_LINES = ".fG8Fp, .slp, [data-snf=mCCBcf]"
DATE_LINES = ".slp, .f"
ADDRESSES = "cite, [role=text]"

# --- features -----------------------------------------------------------------------------------------------------
AD_TEXTS = ".yDYNvb, .VwiC3b, .ads-creative, .Va3FIb"
SNIPPET_TEXTS = "[data-attrid^='wa:/'], .LGOjhe, .hgKElc, .co8aDb, ._Tgc"
AI_TEXTS = ".mZJni, .WaaZC, .Y3BBE, [data-attrid='SrpGenSumSummary']"
PANEL_TITLES = ".kno-ecr-pt, [role=heading][aria-level='2'], [role=heading]"
PANEL_TEXTS = "[data-attrid=description] span, .kno-rdesc span"
SIDE_PANEL = "kp-blk"  # beside the results a panel, among them the frame of any answer
BELOW_RESULTS = frozenset({"bres", "botstuff", "brs"})
PANEL_LINKS = "[data-attrid*=website] a[href], a.ab_button[href]"
PLACE_TITLES = "[role=heading], h3"
SECTION_KINDS = {  # said over a section, in the languages we watch first; a kind not told by words is told by links
    "top_stories": ("top stories", "also in the news", "news about", "כתבות מרכזיות", "כתבות מובילות", "חדשות",
                    "najważniejsze artykuły", "najważniejsze wiadomości", "schlagzeilen", "à la une", "トップニュース"),
    "video": ("videos", "short videos", "סרטונים", "סרטוני וידאו", "filmy", "krótkie filmy", "wideo", "vidéos", "動画"),
    "forums": ("discussions and forums", "what people are saying", "perspectives", "דיונים ופורומים",
               "מה אנשים אומרים", "dyskusje i fora", "co mówią ludzie", "perspektywy", "diskussionen und foren"),
    "images": ("images", "תמונות", "grafika", "obrazy", "bilder", "画像", "صور"),
    "related": ("people also search for", "related searches", "searches related", "חיפושים קשורים",
                "אנשים חיפשו גם", "podobne wyszukiwania", "inne wyszukiwania", "ähnliche suchanfragen"),
    "local": ("places", "local results", "מקומות", "miejsca", "orte", "lieux"),
}  # fmt: skip

# --- what the page says of itself ---------------------------------------------------------------------------------
ZERO_PLACES = "#topstuff, #res, #main, #center_col, #search"
ZERO_TEXTS = (
    "did not match any documents", "לא תואם לאף מסמך", "לא נמצאו תוצאות", "nie ma podobnych stron",
    "nie znaleziono żadnych", "nie została odnaleziona", "übereinstimmenden dokumente",
    "ne correspond à aucun document", "no ha producido ningún",
    "non ha prodotto risultati", "لم يطابق", "に一致する情報は見つかりません", "не найдено ни одного документа",
)  # fmt: skip
RELAXED_TEXTS = (
    "no results found for", "לא נמצאו תוצאות עבור", "brak wyników dla", "keine ergebnisse für",
    "aucun résultat trouvé pour",
)  # fmt: skip
CONSENT = "form[action*='consent.google']"
CAPTCHA = "#captcha-form, .g-recaptcha, [data-sitekey], script[src*=recaptcha]"
WEB_ONLY = frozenset({"", "14"})  # udm=14 is the web search without its features; every other value is a vertical
OTHERS = {"scholar": "Google Scholar", "bing": "bing", "duckduckgo": "duckduckgo"}

# What is walked; the tables above decide. Names of the page without JavaScript only where there is no #rso: each
# simple selector costs as much as the next.
SEEN = ", ".join(
    (
        *(f"#{name}" for name in IDS), f"[id^='{LATER_RESULTS}']", *TAGS, *(f"[{name}]" for name in ATTRIBUTES),
        "[role=heading], [role=dialog], [name], [data-attrid], [data-testid]",
        "[class*='kp-'], [class*='ads-'], [class*='pla-'], .related-question-pair, .xpdopen, .rllt__details",
    )
)  # fmt: skip
SEEN_WITHOUT_SCRIPTS = f"{SEEN}, .Gx5Zad, .ZINbbc, .tHmfQe, .uEierd, .rkGIWe, .result__a"
