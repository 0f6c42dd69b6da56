"""What is copied from a website or a document goes into a knowledge page with its headings, lists and tables."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.scripted import Service

pytestmark = pytest.mark.browser

MARKDOWN_OF = "async (html) => (await import('/playground/knowledge/pasting.js')).markdownOf(html)"
PASTE = """([field, html, text]) => {
    const data = new DataTransfer();
    data.setData("text/html", html);
    data.setData("text/plain", text);
    field.focus();
    field.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
}"""


@pytest.mark.parametrize(
    ("html", "markdown"),
    [
        (
            "<h1>Delivery</h1><p>Two days.</p><h3> Abroad? </h3><div>A week.</div>",
            "## Delivery\n\nTwo days.\n\n## Abroad?\n\nA week.",
        ),
        ("<p><strong>Do you ship?</strong></p><p>Yes, <b>daily</b>.</p>", "## Do you ship?\n\nYes, daily."),
        ("<details><summary>Returns</summary><p>Within 30 days.</p></details>", "## Returns\n\nWithin 30 days."),
        ("<dl><dt>Open</dt><dd>9 to 5</dd></dl>", "## Open\n\n9 to 5"),
        (
            "<p>We take:</p><ul><li>cash</li><li><p>cards</p><ol><li>Visa</li></ol></li></ul>",
            "We take:\n\n- cash\n- cards\n  1. Visa",
        ),
        ("<ol start=3><li>third</li><li>fourth</li></ol>", "3. third\n4. fourth"),
        (
            "<table><tr><th>Plan</th><th>Price</th></tr><tr><td>Small|er</td><td>£3</td></tr></table>",
            "| Plan | Price |\n| --- | --- |\n| Small\\|er | £3 |",
        ),
        (
            '<h2>Help</h2><p>See <a href="https://a.example/x">the page</a> or '
            '<a href="javascript:alert(1)">this</a>.<br># 1</p>',
            "## Help\n\nSee [the page](https://a.example/x) or this.\n\n\\# 1",
        ),
        (
            '<meta charset="utf-8"><b style="font-weight:normal" id="docs-internal"><h2><span>Prices</span></h2>'
            "<p><span>£3 a month</span></p></b>",
            "## Prices\n\n£3 a month",
        ),
        (
            "<h2>A</h2><script>document.title = 'run'</script><style>p {}</style><img src=x>B",
            "## A\n\nB",
        ),
        ("<p>Only words</p><p>and more</p>", ""),
        ("", ""),
    ],
)
def test_html_becomes_markdown(page: Page, service: Service, html: str, markdown: str) -> None:
    page.goto(f"{service.url}/pages/knowledge")
    assert page.evaluate(MARKDOWN_OF, html) == markdown
    assert page.title() != "run"


def test_a_paste_goes_in_where_the_cursor_is_and_can_be_undone(page: Page, service: Service) -> None:
    page.route("**/*.json*", lambda route: route.fulfill(status=503, json={"error": "Not now."}))
    page.goto(f"{service.url}/pages/knowledge_page")
    page.evaluate("document.getElementById('fields').disabled = false")
    field = page.get_by_label("Text", exact=True)
    field.fill("Before.")
    page.evaluate(PASTE, [field.element_handle(), "<h2>Abroad?</h2><p>A week.</p>", "Abroad? A week."])
    expect(field).to_have_value("Before.\n\n## Abroad?\n\nA week.")
    field.press("Control+z")
    expect(field).to_have_value("Before.")
    page.evaluate(PASTE, [field.element_handle(), "<span>plain</span>", "plain"])
    expect(field).to_have_value("Before.")
