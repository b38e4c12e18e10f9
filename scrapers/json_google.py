"""Google's page in the JSON that SerpApi shaped and SearchApi follows: results and blocks under the same keys."""

from __future__ import annotations

from scrapers.json_features import ads, listed, overview, panel, places, questions, related, sitelinks, snippet
from scrapers.json_parts import Part, organic, part, result, rich_rating, rows, text
from scrapers.types import Feature, Result


def google_organic(data: Part, page_no: int) -> tuple[tuple[Result, ...], int]:
    """(distinct results, ranked in their order; how many entries nobody could read)."""
    entries = rows(data, "organic_results")
    return organic(entries, lambda item: result(item, rating=rich_rating(item), page_no=page_no))


def google_blocks(
    data: Part, results: tuple[Result, ...], *, images: list[Part], shopping: list[Part]
) -> tuple[Feature, ...]:
    """What stands beside the results. images, shopping: the entries of the two blocks that are called differently."""
    by_link = {found.url: found for found in results}
    under = [(item, by_link.get(text(item, "link"))) for item in rows(data, "organic_results")]
    return (
        *ads(rows(data, "ads")),
        *overview(part(data, "ai_overview")),
        *snippet(part(data, "answer_box")),
        *questions(rows(data, "related_questions")),
        *listed("top_stories", rows(data, "top_stories")),
        *listed("video", rows(data, "inline_videos")),
        *listed("forums", rows(data, "discussions_and_forums")),
        *listed("images", images),
        *listed("carousel", shopping),
        *places(rows(data, "local_results", "places") or rows(data, "local_results")),
        *panel(part(data, "knowledge_graph")),
        *related(rows(data, "related_searches")),
        *(link for item, found in under
          for link in sitelinks(item, found, ("sitelinks", "inline"), ("sitelinks", "expanded"))),
    )  # fmt: skip
