"""Every class, id, attribute and word the reader of Google's pages rests on. When a layout changes, look here first.

What holds from year to year stands first in each list: ids, roles and data-attributes outlive class names by years.
"""

from __future__ import annotations

# --- where things stand -------------------------------------------------------------------------------------------
CONTAINERS = "#rso, #search, #main, #ires, #res"
CONTAINER_IDS = frozenset({"rso", "search", "main", "center_col", "ires", "res", "rcnt", "cnt", "gsr", "topstuff"})
TITLES = "h3, [role=heading]"
SECTION_TITLES = "[role=heading][aria-level='2'], [role=heading][aria-level='1']"
# The nearest zone above a heading decides whether it can be a result; "open" zones are the main column.
ZONES = {
    "open": "#rso, [id^='arc-srp'], #kp-wp-tab-overview",
    "ad": "#tads, #tadsb, #bottomads, #tvcap, #atvcap, [data-text-ad], li.ads-ad, li.ads-fr, .uEierd, .pla-unit, "
    "[data-pla-slot-pos], .commercial-unit-desktop-top",
    "paa": ".related-question-pair, [data-initq], [data-q]",
    "ai_overview": "[data-mcpr], #m-x-content, [data-attrid='SGE']",
    "carousel": "g-scrolling-carousel, g-inner-card, g-section-with-header, g-expandable-container",
    "aside": "#rhs, #taw, #botstuff, #bres, #brs, #extrares, #appbar, #top_nav, #hdtb, [role=dialog], g-dialog",
}

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
STARS = "[role=img][aria-label], g-review-stars"
RATING_LINES = ".fG8Fp, .slp, [data-snf=mCCBcf]"
DATE_LINES = ".slp, .f"
ADDRESSES = "cite, [role=text]"

# --- features -----------------------------------------------------------------------------------------------------
ADS = (
    "#tads [data-text-ad], #tadsb [data-text-ad], #bottomads [data-text-ad], #tads li, #tadsb li, #bottomads li, "
    "#rhs li.ads-ad, .uEierd, .pla-unit"
)
QUESTIONS = ".related-question-pair, [data-initq] [data-q], .rkGIWe"
AD_TEXTS = ".yDYNvb, .VwiC3b, .ads-creative, .Va3FIb"
SNIPPET_BOXES = ".xpdopen, block-component"
SNIPPET_TEXTS = "[data-attrid^='wa:/'], .LGOjhe, .hgKElc, .co8aDb, ._Tgc"
AI_OVERVIEWS = "#m-x-content, [data-mcpr], [data-attrid='SGE']"
AI_TEXTS = ".mZJni, .WaaZC, .Y3BBE, [data-attrid='SrpGenSumSummary']"
PANELS = "#rhs .kp-wholepage, #rhs .kp-wholepage-osrp, #rhs .kp-blk, .kp-wholepage, .kp-header"
ENTITY = "[data-attrid=title]"
PANEL_TITLES = ".kno-ecr-pt, [role=heading][aria-level='2'], [role=heading]"
PANEL_TEXTS = "[data-attrid=description] span, .kno-rdesc span"
PANEL_LINKS = "[data-attrid*=website] a[href], a.ab_button[href]"
PLACES = ".rllt__details, a.tHmfQe"
PLACE_TITLES = "[role=heading], h3"
IMAGES = "#iur, #imagebox_bigimages, #iur_box"
RELATED = "#bres, #brs, #botstuff"
RELATED_IDS = frozenset({"bres", "brs", "botstuff"})
SECTIONS = "g-section-with-header"
NOJS_BLOCKS = "#main > div > .Gx5Zad, #main > div > .ZINbbc"
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
SEARCH_BOX = "textarea[name=q], input[name=q]"
END = "#foot, #fbar, #footcnt, footer, #bfoot, #navcnt, #navd, #fll"
NEXT = (
    "#pnnext, a[aria-label='Next page'], footer a[href*='start='], #botstuff a[href*='start='], "
    "#navcnt a[href*='start='], #nav a[href*='start='], a[data-ved][href*='/search?'][href*='start=']"
)
ZERO_PLACES = "#topstuff, #res, #main, #center_col, #search"
ZERO_TEXTS = (
    "did not match any documents", "לא תואם לאף מסמך", "לא נמצאו תוצאות", "nie ma podobnych stron",
    "nie znaleziono żadnych", "nie została odnaleziona", "übereinstimmenden dokumente",
    "ne correspond à aucun document", "no ha producido ningún",
    "non ha prodotto risultati", "لم يطابق", "に一致する情報は見つかりません", "не найдено ни одного документа",
)  # fmt: skip
RELAXED_PLACES = "#topstuff, #taw"
RELAXED_TEXTS = (
    "no results found for", "לא נמצאו תוצאות עבור", "brak wyników dla", "keine ergebnisse für",
    "aucun résultat trouvé pour",
)  # fmt: skip
REPLACED = "#fprs, a#fprsl, .spell_orig a[href*='nfpr=1'], #taw a[href*='nfpr=1'], #scc a[href*='nfpr=1']"
CONSENT = "form[action*='consent.google']"
CAPTCHA = "#captcha-form, .g-recaptcha, [data-sitekey], script[src*=recaptcha]"
VERTICAL = "input[type=hidden][name=tbm], input[type=hidden][name=udm]"
WEB_ONLY = frozenset({"", "14"})  # udm=14 is the web search without its features; every other value is a vertical
OTHERS = {
    "Google Scholar": "#gs_hdr, #gs_res_ccl",
    "bing": "#b_results",
    "duckduckgo": "#links .result__a, [data-testid=result]",
}
