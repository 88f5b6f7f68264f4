"""The page in a real browser: Debian's chromium, driven by selenium, without a network and without a download."""

import base64
import json
import shutil
import time

import pandas as pd
import pytest

from reproduce.articles import ARTICLES
from reproduce.articles.sections import numeral
from reproduce.evidence.claims import VERDICTS
from reproduce.inputs.prices import embedded_table_path
from tests.report.samples import judgements_of

webdriver = pytest.importorskip("selenium.webdriver", reason="selenium is missing: pip install '.[test]'")
from selenium.webdriver.chrome.service import Service  # noqa: E402
from selenium.webdriver.common.action_chains import ActionChains  # noqa: E402
from selenium.webdriver.common.keys import Keys  # noqa: E402

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
pytestmark = pytest.mark.skipif(
    not (CHROMIUM and DRIVER), reason="no browser: apt-get install chromium chromium-driver (.ci/run does, as root)"
)
FLAGS = (
    *("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update", "--disable-dev-shm-usage"),
)
ARTICLE = pytest.mark.parametrize("article_id", [article.id for article in ARTICLES])
COLOURS = pytest.mark.parametrize("colours", ["light", "dark"])
PRELUDE = """
    const chart = document.querySelector('.chart'), [a, b] = arguments;
    const all = (selector) => [...document.querySelectorAll(selector)];
"""


@pytest.fixture(scope="module")
def addresses(told, tmp_path_factory):
    """Where the page of each article is, with hostile text in it."""
    found = {article.id: tmp_path_factory.mktemp(article.id) / "report.html" for article in ARTICLES}
    for article_id, path in found.items():
        path.write_text(told(article_id).html, encoding="utf-8")
    return {article_id: path.as_uri() for article_id, path in found.items()}


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    """One chromium for all tests, with an empty profile; its console and its network are logged."""
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for flag in (*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('profile')}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(DRIVER))
    yield driver
    driver.quit()


class Shown:
    """The page in the browser."""

    def __init__(self, browser):
        self.browser = browser

    def at(self, width):
        """Turn the screen into one of this width."""
        size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 500}
        self.browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)

    def in_colours(self, colours, media="screen"):
        """Make the system light or dark, and the page one on the screen or printed."""
        features = [{"name": "prefers-color-scheme", "value": colours}]
        self.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": media, "features": features})

    def of(self, expression, *given):
        """What a JavaScript expression is; in it `chart` is the first chart, and `a` and `b` what is given."""
        return self.browser.execute_script(f"{PRELUDE} return {expression}", *given)

    def until(self, expression, wanted=True, seconds=60):
        """Wait for what the browser does in its own time."""
        end = time.monotonic() + seconds
        while (found := self.of(expression)) != wanted:
            assert time.monotonic() < end, f"{expression} is {found}, not {wanted}"
            time.sleep(0.05)

    def press(self, selector):
        """Press a button as a keyboard does: focus, then Enter."""
        self.of("document.querySelector(a).focus()", selector)
        ActionChains(self.browser).send_keys(Keys.ENTER).perform()

    def until_days(self, first, last):
        """Wait for the chart to show these days."""
        self.until("chart.layout.xaxis.range.map((end) => String(end).slice(0, 10))", [first, last])

    def mouse(self):
        """A mouse, and where a day and a price are for it: in CSS pixels from the middle of the plot."""
        area = self.of("(chart.scrollIntoView({block: 'center'}), chart.querySelector('.nsewdrag'))")

        def move(chain, day, price):
            along = "chart._fullLayout.{0}axis.d2p({1}) - chart._fullLayout.{0}axis._length / 2"
            pixels = [self.of(along.format(*axis), day, price) for axis in ("xa", "yb")]
            return chain.move_to_element_with_offset(area, *map(round, pixels))

        return ActionChains(self.browser, duration=50), move


@pytest.fixture
def show(browser, addresses):
    """A way to load an article's page anew at a width, light or dark, on the screen or as printed."""

    def load(article_id="bitcoin-lstm", width=1280, colours="light", media="screen", *, scripts=True):
        shown = Shown(browser)
        shown.at(width)
        shown.in_colours(colours, media)
        browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": not scripts})
        for kind in ("browser", "performance"):
            browser.get_log(kind)  # what came before is another test's
        browser.get(addresses[article_id])
        if scripts:
            shown.until("all('.chart').every((one) => one.dataset.ready === 'true')")
        return shown

    yield load
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


# Loading


@ARTICLE
def test_page_loads_without_console_errors_and_without_requests(article_id, show):
    """Only the file itself is asked for; no policy is violated, no hostile text executed; every picture is drawn."""
    shown = show(article_id)
    shown.of("all('.chart-panel button, #theme, #filter button').forEach((button) => button.click())")
    assert shown.browser.get_log("browser") == []
    assert shown.of("[window.harm, document.querySelectorAll('img[src=x]').length]") == [None, 0]
    events = [json.loads(entry["message"])["message"] for entry in shown.browser.get_log("performance")]
    asked = [one["params"]["request"]["url"] for one in events if one["method"] == "Network.requestWillBeSent"]
    assert [url[:60] for url in asked if not url.startswith("data:")] == [shown.browser.current_url[:60]]
    entries = shown.of("performance.getEntriesByType('resource').map((entry) => entry.name)")
    assert [name for name in entries if not name.startswith("data:")] == []
    sizes = shown.of("[...document.images].map((image) => image.complete && image.naturalWidth)")
    assert sizes
    assert min(sizes) > 300


@ARTICLE
def test_page_reads_without_scripts(article_id, show):
    """Every claim is there, and no control that would do nothing; a chart says that it needs them."""
    shown = show(article_id, scripts=False)
    rows = shown.of("all('#claims tbody tr').map((row) => row.offsetHeight > 0)")
    assert rows == [True] * len(judgements_of(article_id))
    assert shown.of("all('button, input').filter((one) => one.offsetHeight).length") == 0
    words = shown.of("all('noscript').map((one) => one.innerText.trim())")
    told = "The chart needs scripts; the pictures on this page show the same data."
    assert words == [told] * shown.of("all('.chart').length")


def test_filter_shows_the_claims_of_one_group(show):
    """By keyboard; it says which is on, and how many are shown. "all" brings the others back."""
    shown = show("macbeth")
    rows = "all('#claims tbody tr').filter((row) => row.offsetHeight).map((row) => row.dataset.group)"
    groups = shown.of(rows)
    for group in (*VERDICTS, "settings"):
        shown.press(f"#filter [data-group='{group}']")
        assert shown.of(rows) == [group] * groups.count(group)
        assert shown.of("all('#filtered')[0].textContent") == f"{groups.count(group)} of {len(groups)} rows shown"
        assert shown.of("all('#filter [aria-pressed=true]').map((button) => button.dataset.group)") == [group]
    shown.press("#filter [data-group='']")
    assert shown.of(rows) == groups


# The chart


def test_buttons_zoom_the_chart(show):
    """Both axes: days to the stretch, prices to what is seen on it. The stretch is told."""
    shown = show()
    shown.until_days("2014-12-01", "2018-05-26")
    low, high = shown.of("chart.layout.yaxis.range")
    assert (low < 120, high > 19000) == (True, True)
    shown.press("[data-range='one month']")
    shown.until_days("2015-07-06", "2015-08-05")
    low, high = shown.of("chart.layout.yaxis.range")
    assert 200 < low < high < 350
    shown.until("all('.shown')[0].textContent", "Shown: 2015-07-06 to 2015-08-05")
    shown.press("[data-zoom='0.5']")
    shown.until_days("2015-07-13", "2015-07-28")
    shown.press("[data-range='test set']")
    shown.until_days("2014-12-04", "2015-08-05")


def test_buttons_pan_the_chart_and_stop_at_its_ends(show):
    """By half of what is seen, or what is left."""
    shown = show()
    shown.press("[data-range='one month']")
    shown.until_days("2015-07-06", "2015-08-05")
    shown.press("[data-pan='0.5']")
    shown.until_days("2015-07-21", "2015-08-20")
    shown.press("[data-range='test set']")
    shown.press("[data-pan='-0.5']")
    shown.until_days("2014-12-01", "2015-08-02")


def test_dragging_zooms_the_chart(show):
    """A box drawn with the mouse becomes the view."""
    shown = show()
    chain, move = shown.mouse()
    move(move(chain, "2017-10-01", 15000).click_and_hold(), "2018-03-01", 5000).release().perform()
    shown.until("String(chart.layout.xaxis.range[0]) > '2017-09-01'")
    days, usd = shown.of("[chart.layout.xaxis.range.map((end) => end.slice(0, 7)), chart.layout.yaxis.range]")
    assert (days[0] in ("2017-09", "2017-10"), days[1] in ("2018-02", "2018-03")) == (True, True)
    assert usd == pytest.approx([5000, 15000], abs=150)


@pytest.mark.parametrize(
    ("article_id", "stretch", "day", "label", "side"),
    [
        pytest.param("bitcoin-lstm", "one month", "2015-07-12", "predicted, test set", 1, id="test-set"),
        pytest.param("bitcoin-lstm", "whole table", "2017-12-16", "predicted, training set", 1, id="training-set"),
        pytest.param("stacked-lstm", "last month", "2018-05-04", "predicted, test set", -1, id="stacked"),
    ],
)
def test_hovering_tells_the_values_of_the_day(article_id, stretch, day, label, side, show, told):
    """Date, actual price, prediction and persistence, the price of the neighbouring day, against the files."""
    prices = pd.read_csv(embedded_table_path(), index_col="date")["close"]
    predicted = pd.read_csv(told(article_id).directory.path / "predictions.csv", index_col="date")["predicted_usd"][day]
    shown = show(article_id)
    first, last = shown.of("JSON.parse(all('.chart-panel script')[0].textContent).ranges[a]", stretch)
    shown.press(f"[data-range='{stretch}']")
    shown.until_days(first, last)
    chain, move = shown.mouse()
    move(chain, day, float(prices[day])).perform()
    neighbour = str((pd.Timestamp(day) + pd.Timedelta(days=side)).date())
    lines = [("actual price", prices[day]), (label, predicted), ("persistence", prices[neighbour])]
    expected = sorted([day, *(f"{name} : {usd:,.2f} USD" for name, usd in lines)])
    hovered = "all('.chart .hoverlayer .legend text').map((text) => text.textContent).filter((text) => text)"
    shown.until(f"{hovered}.sort()", expected)


def test_day_s_values_are_told_without_a_mouse(show):
    """The field of a date says what hovering does."""
    shown = show()
    tell = """((field) => {
        field.value = a;
        field.dispatchEvent(new Event('input'));
        return all('.lookup output')[0].textContent;
    })(all('.lookup input')[0])"""
    assert shown.of(tell, "2018-05-25").startswith("actual price 7,459.11 USD")
    assert shown.of(tell, "2019-01-01") == "no value is known for this day"


def test_curves_can_be_hidden(show):
    """One by one, by keyboard; the button says so."""
    shown = show()
    shown.press("[data-curve='3']")
    hidden = "chart.data.filter((trace) => trace.visible === 'legendonly').map((trace) => trace.name)"
    assert shown.of(hidden) == ["persistence"]
    assert shown.of("all('[data-curve][aria-pressed=false]').length") == 1


# The walk


def press_key(shown, selector, *keys):
    """Give an element the focus, and press keys one after another."""
    shown.of("document.querySelector(a).focus()", selector)
    ActionChains(shown.browser).send_keys(*keys).perform()


TOLD = "all('.walk [role=status], .walk [data-number], .walk .prediction, .walk .target').map((one) => one.textContent)"
DAY = "[data-choice=day]:checked"


def test_arrow_keys_walk_through_the_days(show):
    """From the last to the first; what changes is told to those who hear it, and the focus is seen."""
    shown = show()
    walk = shown.of("JSON.parse(all('.walk script')[0].textContent)")
    window, h = walk["windows"][0], walk["names"].index("h")
    shown.of("document.querySelector(a).focus()", DAY)
    for day in reversed(window["days"]):
        hs = {wiring: numeral(cells[0][h]) for wiring, cells in day["cells"].items()}
        told = (
            f"{day['told']}. Unit {window['units'][0]}: h = {hs['published']} published, {hs['described']} described."
        )
        assert shown.of("all('.walk [role=status]')[0].textContent") == told
        label, outline = shown.of("""((one) => [one.labels[0].textContent.trim(), getComputedStyle(one).outlineStyle])(
            document.activeElement)""")
        assert (label, outline) == (day["label"], "solid")
        press_key(shown, DAY, Keys.ARROW_LEFT)
    press_key(shown, DAY, Keys.ARROW_RIGHT)  # from the last, where the keys go on after the first, to the first
    kept = "all('.walk [data-number=kept], .walk [data-number=i_read]').map((one) => one.textContent)"
    assert shown.of(kept) == ["+ 0.000", "0.000"] * 2  # before the first day both vectors are zeros


@pytest.mark.parametrize(("choice", "number"), [("window", 1), ("unit", 3)])
def test_arrow_keys_choose_window_and_unit(choice, number, show):
    """Every number shown is then that window's and unit's, in both wirings, as Python wrote it."""
    shown = show()
    before = shown.of(TOLD)
    press_key(shown, f"[data-choice={choice}]:checked", *[Keys.ARROW_RIGHT] * number)
    walk = shown.of("JSON.parse(all('.walk script')[0].textContent)")
    window = walk["windows"][number if choice == "window" else 0]
    unit = number if choice == "unit" else 0
    assert (
        shown.of("all('.walk tr.chosen th, .walk .shown-unit').map((one) => one.textContent)")
        == [str(window["units"][unit])] * 5
    )
    labels = [str(unit) for unit in window["units"]] + [day["label"] for day in window["days"]]
    assert shown.of("all('span.unit, span.day').map((one) => one.textContent)") == labels
    for wiring, cells in window["days"][-1]["cells"].items():
        part = f"[data-wiring={wiring}]"
        written = shown.of(
            "all(a).map((one) => [one.dataset.number, one.dataset.place, one.textContent])",
            f"{part} .equations [data-number]",
        )
        numbers = dict(zip(walk["names"], cells[unit], strict=True))
        assert written == [[name, place, numeral(numbers[name], place)] for name, place, _ in written]
        gates = shown.of("all(a).map((one) => one.textContent)", f"{part} td[data-number=f]")
        f = walk["names"].index("f")
        assert gates == [numeral(cell[f], "coarse") for cell in cells]
        told = shown.of("all(a).map((one) => one.textContent)", f"{part} .prediction, {part} .target")
        assert told == [window["predictions"][wiring], window["target"], window["predictions"][wiring]]
    assert shown.of(TOLD) != before


def test_walk_stands_on_the_last_day_without_scripts(show):
    """With the same numbers as scripts show at first, and no control."""
    with_scripts = show().of(TOLD)
    shown = show(scripts=False)
    assert shown.of(TOLD) == with_scripts
    assert shown.of("all('.walk table, .walk .equations').map((one) => one.offsetHeight > 0)") == [True] * 4
    assert shown.of("all('.walk .choices')[0].offsetHeight") == 0


# Keyboard, phone, dark, print


STOPS = "button, a[href], input:not([type=radio]), [type=radio]:checked, [tabindex='0']"  # a group of radios is one


def test_every_control_is_reached_by_tab(show):
    """In the order of the page, with a visible outline; tables that scroll too."""
    shown = show()
    script = """((e) => [e.id || e.dataset.group || e.dataset.range || e.dataset.zoom || e.dataset.pan ||
        e.dataset.curve || e.getAttribute('href') || e.getAttribute('aria-labelledby'),
        getComputedStyle(e).outlineStyle])"""
    shown.of("(document.activeElement.blur(), scrollTo(0, 0))")
    reached = []
    for _ in range(shown.of(f"all({STOPS!r}).length") + 3):  # a date has four parts
        ActionChains(shown.browser).send_keys(Keys.TAB).perform()
        reached.append(shown.of(f"{script}(document.activeElement)"))
    assert [name for name, outline in reached if outline == "none"] == []
    names = list(dict.fromkeys(name for name, _ in reached))
    order = ["#verdicts", "theme", "#ran", "reproduced", "settings", "claims-caption", "one month", "0.5", "3"]
    assert [name for name in names if name in order] == order
    assert len([name for name in names if name and name.startswith("table-")]) == 3


@ARTICLE
def test_nothing_overflows_the_screen(article_id, show):
    """On a phone: the page is no wider, and what sticks out is inside a table that scrolls. So when it is turned."""
    shown = show(article_id, 320)
    wide = """all('body *').filter((e) => !e.closest('.scroll, .skip, .chart, [hidden]'))
        .filter((e) => e.getBoundingClientRect().right > document.documentElement.clientWidth + 0.5)
        .map((e) => e.outerHTML.slice(0, 80))"""
    for width in (320, 360, 768):
        shown.at(width)
        shown.until("innerWidth", width)
        assert shown.of(wide) == []
        assert shown.of("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0
        charts = shown.of("all('.chart').map((one) => [one.querySelector('svg').clientWidth, one.clientWidth])")
        assert [sizes for sizes in charts if not sizes[0] <= sizes[1] < width] == []


LINE_ENDS = """((cell) => {
    const texts = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT), one = document.createRange(), ends = [];
    let before, top;
    while (texts.nextNode()) {
        [...texts.currentNode.data].forEach((character, k) => {
            one.setStart(texts.currentNode, k);
            one.setEnd(texts.currentNode, k + 1);
            const now = one.getBoundingClientRect().top;
            if (now > top + 2) ends.push(before);
            [before, top] = [character, now];
        });
    }
    return ends;
})"""


def test_lines_of_a_path_end_behind_a_slash_or_an_underscore(show):
    """Nobody reads `bitcoin_lstm/p` and `ictures.py`."""
    ends = show("bitcoin-lstm", 1200).of(f"all('[data-label=Rule] .aside').flatMap({LINE_ENDS})")
    assert set(ends) == {"/", "_"}


CONTRASTS = """(() => {
    const pixel = new OffscreenCanvas(1, 1).getContext('2d', {willReadFrequently: true}), known = new Map();
    const numbers = (colour) => {
        if (!known.has(colour)) {
            pixel.clearRect(0, 0, 1, 1);  // a colour that lets light through shows what is behind it
            pixel.fillStyle = colour;
            pixel.fillRect(0, 0, 1, 1);
            known.set(colour, [...pixel.getImageData(0, 0, 1, 1).data]);
        }
        return known.get(colour);
    };
    const light = (colour) => {
        const parts = numbers(colour).slice(0, 3).map((n) => n / 255);
        const [r, g, b] = parts.map((n) => n <= 0.04045 ? n / 12.92 : ((n + 0.055) / 1.055) ** 2.4);
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const ground = (e) => {
        const own = getComputedStyle(e).backgroundColor;
        return numbers(own)[3] === 255 || !e.parentElement ? own : ground(e.parentElement);
    };
    const hasText = (e) => [...e.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
    const texts = all('main *, header *, footer *');
    return texts.filter((e) => hasText(e) && e.offsetHeight && !e.closest('.chart')).map((e) => {
        const [a, b] = [light(getComputedStyle(e).color), light(ground(e))];
        return [(Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05), e.outerHTML.slice(0, 60)];
    });
})()"""


@ARTICLE
def test_text_has_contrast(article_id, show):
    """4.5 to 1 or more, as WCAG asks, for every text on its ground, light and dark."""
    shown = show(article_id)
    for colours in ("light", "dark"):
        shown.in_colours(colours)
        found = shown.of(CONTRASTS)
        assert len(found) > 200
        assert [(colours, round(ratio, 2), text) for ratio, text in found if ratio < 4.5] == []


@COLOURS
def test_page_follows_the_system_s_colours_and_the_button_turns_them(colours, show):
    """Page and chart together: the brightness of the ground and of the chart's first curve."""
    shown = show(colours=colours)
    bright = """[getComputedStyle(document.body).backgroundColor, chart.data[0].line.color].map(
        (colour) => Math.max(...colour.match(/[0-9]+/g).slice(0, 3).map(Number)) > 128)"""
    assert shown.of(bright) == ([True, False] if colours == "light" else [False, True])
    shown.press("#theme")
    assert shown.of(bright) == ([False, True] if colours == "light" else [True, False])


def test_print_is_light_and_complete(show):
    """Also where the screen is dark: pictures as they were drawn, tables whole, no controls."""
    shown = show(width=700, colours="dark", media="print")
    style = "getComputedStyle(document.querySelector(a))[b]"
    assert shown.of(style, "body", "color") == "rgb(28, 30, 33)"
    assert shown.of(style, ".picture img", "filter") == "none"
    assert shown.of(style, ".chart-panel", "display") == "none"
    assert shown.of(style, ".scroll", "overflowX") == "visible"
    printed = shown.browser.execute_cdp_cmd("Page.printToPDF", {"preferCSSPageSize": True})
    assert base64.b64decode(printed["data"]).startswith(b"%PDF")
