"""The page in a real browser: Debian's chromium, driven by selenium, without a network and without a download."""

import base64
import csv
import json
import shutil
import time

import pytest

from reproduce.articles import ARTICLES, article_of
from reproduce.evidence.claims import VERDICTS
from reproduce.inputs.prices import embedded_table_path
from reproduce.report.page import page_of
from reproduce.report.render import render, write_report
from tests.report.samples import HOSTILE, judgements_of, write_run

webdriver = pytest.importorskip("selenium.webdriver", reason="selenium is missing: pip install '.[test]'")
from selenium.webdriver.chrome.service import Service  # noqa: E402
from selenium.webdriver.common.action_chains import ActionChains  # noqa: E402
from selenium.webdriver.common.by import By  # noqa: E402
from selenium.webdriver.common.keys import Keys  # noqa: E402

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
pytestmark = pytest.mark.skipif(
    not (CHROMIUM and DRIVER), reason="no browser: apt-get install chromium chromium-driver (.ci/run does, as root)"
)
FLAGS = (
    *("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update", "--disable-dev-shm-usage"),
)
EVERY = pytest.mark.parametrize("article_id", [article.id for article in ARTICLES])
PLOT = ".chart .nsewdrag"  # Plotly's area between the axes, where mouse and finger act


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """A run of every article with its settings as published, each in its own folder, begun with a hostile data path."""
    argv = ["bin/reproduce", "run", "--data", HOSTILE]
    folders = {article.id: tmp_path_factory.mktemp(article.id) for article in ARTICLES}
    return {id_: write_run(folder, id_, argv=argv, processor=HOSTILE) for id_, folder in folders.items()}


@pytest.fixture(scope="module")
def addresses(runs):
    """Their pages, with hostile text in claims."""
    found = {}
    for id_, directory in runs.items():
        path = directory.path / "report.html"
        write_report(render(page_of(article_of(id_), directory, None, judgements_of(id_, HOSTILE))), path)
        found[id_] = path.as_uri()
    return found


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


@pytest.fixture
def show(browser, addresses):
    """A way to load an article's page anew at a width, light or dark, on the screen or as printed."""

    def load(article_id="bitcoin-lstm", width=1280, colours="light", media="screen", *, scripts=True):
        emulate = {
            "Emulation.setDeviceMetricsOverride": {
                "width": width,
                "height": 900,
                "deviceScaleFactor": 1,
                "mobile": width < 500,
            },
            "Emulation.setEmulatedMedia": {
                "media": media,
                "features": [{"name": "prefers-color-scheme", "value": colours}],
            },
            "Emulation.setScriptExecutionDisabled": {"value": not scripts},
        }
        for command, settings in emulate.items():
            browser.execute_cdp_cmd(command, settings)
        for kind in ("browser", "performance"):
            browser.get_log(kind)  # what came before is another test's
        browser.get(addresses[article_id])
        if scripts:
            until(
                lambda: browser.execute_script(
                    "return [...document.querySelectorAll('.chart')].every((one) => one.dataset.ready)"
                )
            )
        return browser

    yield load
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


def until(is_so, seconds=60):
    """Wait for what the browser does in its own time."""
    end = time.monotonic() + seconds
    while not (found := is_so()):
        assert time.monotonic() < end, "it did not come to be"
        time.sleep(0.05)
    return found


def click(browser, selector):
    """Press a button as a keyboard does: focus, then Enter."""
    browser.execute_script("document.querySelector(arguments[0]).focus()", selector)
    ActionChains(browser).send_keys(Keys.ENTER).perform()


def ranges(browser):
    """The ends of the chart's axes: days as YYYY-MM-DD, prices in USD."""
    axes = browser.execute_script(
        "const l = document.querySelector('.chart').layout; return [l.xaxis.range, l.yaxis.range]"
    )
    return [str(end)[:10] for end in axes[0]], axes[1]


def point_at(browser, day, price):
    """Where a day and a price are in the plot, in CSS pixels from the middle of the plot's area."""
    script = """
        const {xaxis: x, yaxis: y} = document.querySelector('.chart')._fullLayout, at = arguments;
        return [x.d2p(at[0]) - x._length / 2, y.d2p(at[1]) - y._length / 2]"""
    return [round(pixels) for pixels in browser.execute_script(script, day, price)]


def plot_of(browser):
    """The plot's area, scrolled into view."""
    area = browser.find_element(By.CSS_SELECTOR, PLOT)
    browser.execute_script("document.querySelector('.chart').scrollIntoView({block: 'center'})")
    return area


# Loading


@EVERY
def test_page_loads_without_console_errors_and_without_requests(article_id, show):
    """Nothing but the file itself is asked for; no policy is violated; every picture is drawn."""
    browser = show(article_id)
    click(browser, "#filter button:last-child")
    for button in browser.execute_script("return [...document.querySelectorAll('[data-range], [data-zoom]')]"):
        browser.execute_script("arguments[0].click()", button)
    click(browser, "#theme")
    assert browser.get_log("browser") == []
    events = [json.loads(entry["message"])["message"] for entry in browser.get_log("performance")]
    asked = [one["params"]["request"]["url"] for one in events if one["method"] == "Network.requestWillBeSent"]
    assert [url[:60] for url in asked if not url.startswith("data:")] == [browser.current_url[:60]]
    entries = browser.execute_script("return performance.getEntriesByType('resource').map((entry) => entry.name)")
    assert [name for name in entries if not name.startswith("data:")] == []
    sizes = browser.execute_script("return [...document.images].map((image) => [image.complete, image.naturalWidth])")
    assert sizes
    assert [size for size in sizes if not (size[0] and size[1] > 300)] == []


@EVERY
def test_hostile_text_is_shown_and_not_executed(article_id, show):
    """As the text it is, in a command and a claim."""
    browser = show(article_id)
    assert browser.execute_script("return window.harm") is None
    texts = browser.execute_script(
        "return ['#ran', '#verdicts'].map((id) => document.querySelector(id).parentElement.textContent)"
    )
    assert [HOSTILE.strip() in " ".join(text.split()) for text in texts] == [True] * 2
    assert browser.execute_script("return document.querySelectorAll('img[src=x]').length") == 0


@EVERY
def test_page_reads_without_scripts(article_id, show):
    """Every claim and picture is there, and no control that would do nothing."""
    browser = show(article_id, scripts=False)
    rows = browser.find_elements(By.CSS_SELECTOR, "#claims tbody tr")
    assert rows
    assert all(row.is_displayed() for row in rows)
    assert [one.text for one in browser.find_elements(By.CSS_SELECTOR, "button, input") if one.is_displayed()] == []
    told = [one.text for one in browser.find_elements(By.TAG_NAME, "noscript")]
    assert told == ["The chart needs scripts; the pictures on this page show the same data."] * (
        article_id != "macbeth"
    )


# The filter


@pytest.mark.parametrize("group", [*VERDICTS, "settings"])
def test_filter_shows_the_claims_of_one_group(group, show):
    """By keyboard; it says which is on, and how many claims are shown. "all" brings the others back."""
    browser = show("macbeth")
    groups = browser.execute_script(
        "return [...document.querySelectorAll('#claims tbody tr')].map((row) => row.dataset.group)"
    )
    click(browser, f"#filter [data-group='{group}']")
    visible = """
        const rows = [...document.querySelectorAll('#claims tbody tr')];
        return rows.filter((row) => row.offsetHeight).map((row) => row.dataset.group)"""
    assert browser.execute_script(visible) == [group] * groups.count(group)
    assert browser.find_element(By.ID, "filtered").text == f"{groups.count(group)} of {len(groups)} rows shown"
    pressed = browser.find_elements(By.CSS_SELECTOR, "#filter [aria-pressed=true]")
    assert [button.get_attribute("data-group") for button in pressed] == [group]
    click(browser, "#filter [data-group='']")
    assert browser.execute_script(visible) == groups


# The chart


def test_buttons_zoom_the_chart(show):
    """Both axes: days to the stretch, prices to what is seen on it. The stretch is told."""
    browser = show()
    days, usd = ranges(browser)
    assert (days, usd[0] < 120, usd[1] > 19000) == (["2014-12-01", "2018-05-26"], True, True)
    click(browser, "[data-range='one month']")
    days, usd = until(lambda: ranges(browser)[0][0] == "2015-07-06" and ranges(browser))
    assert (days[1], 200 < usd[0] < usd[1] < 350) == ("2015-08-05", True)
    until(lambda: browser.find_element(By.CSS_SELECTOR, ".shown").text == "Shown: 2015-07-06 to 2015-08-05")
    click(browser, "[data-zoom='0.5']")
    until(lambda: ranges(browser)[0] == ["2015-07-13", "2015-07-28"])
    click(browser, "[data-range='test set']")
    until(lambda: ranges(browser)[0] == ["2014-12-04", "2015-08-05"])


def test_buttons_pan_the_chart_and_stop_at_its_ends(show):
    """By half of what is seen, or what is left."""
    browser = show()
    click(browser, "[data-range='one month']")
    until(lambda: ranges(browser)[0][0] == "2015-07-06")
    click(browser, "[data-pan='0.5']")
    until(lambda: ranges(browser)[0] == ["2015-07-21", "2015-08-20"])
    click(browser, "[data-range='test set']")
    click(browser, "[data-pan='-0.5']")
    until(lambda: ranges(browser)[0] == ["2014-12-01", "2015-08-02"])


def test_dragging_zooms_the_chart(show):
    """A box drawn with the mouse becomes the view."""
    browser = show()
    area = plot_of(browser)
    start, end = point_at(browser, "2017-10-01", 15000), point_at(browser, "2018-03-01", 5000)
    mouse = ActionChains(browser, duration=50).move_to_element_with_offset(area, *start).click_and_hold()
    mouse.move_to_element_with_offset(area, *end).release().perform()
    days, usd = until(lambda: ranges(browser)[0][0] > "2017-09-01" and ranges(browser))
    assert (days[0][:7], days[1][:7]) in {("2017-09", "2018-02"), ("2017-09", "2018-03"), ("2017-10", "2018-03")}
    assert usd == pytest.approx([5000, 15000], abs=150)


def hovered(browser):
    """The lines of the box beside the mouse, the date first."""
    texts = browser.find_elements(By.CSS_SELECTOR, ".chart .hoverlayer .legend text")
    return [text.text for text in texts if text.text]


@pytest.mark.parametrize(
    ("stretch", "day", "label"),
    [
        pytest.param("one month", "2015-07-12", "predicted, test set", id="test-set"),
        pytest.param("whole table", "2017-12-16", "predicted, training set", id="training-set"),
    ],
)
def test_hovering_tells_the_figures_of_the_day(stretch, day, label, show, runs):
    """Date, actual price, prediction and persistence, which is the price of the day after, against the files."""
    with embedded_table_path().open() as file:
        prices = {row["date"]: float(row["close"]) for row in csv.DictReader(file)}
    with (runs["bitcoin-lstm"].path / "predictions.csv").open() as file:
        (predicted,) = (float(row["predicted_usd"]) for row in csv.DictReader(file) if row["date"] == day)
    browser = show()
    click(browser, f"[data-range='{stretch}']")
    until(lambda: ranges(browser)[0][0] == {"one month": "2015-07-06", "whole table": "2014-12-01"}[stretch])
    where = point_at(browser, day, prices[day])
    ActionChains(browser, duration=50).move_to_element_with_offset(plot_of(browser), *where).perform()
    after = {"2015-07-12": "2015-07-13", "2017-12-16": "2017-12-17"}[day]
    expected = {
        day,
        f"actual price : {prices[day]:,.2f} USD",
        f"{label} : {predicted:,.2f} USD",
        f"persistence : {prices[after]:,.2f} USD",
    }
    assert set(until(lambda: hovered(browser))) == expected


def test_day_s_figures_are_told_without_a_mouse(show):
    """The field of a date says what hovering does."""
    browser = show()
    script = """
        const field = document.querySelector('.lookup input');
        field.value = arguments[0];
        field.dispatchEvent(new Event('input'));
        return document.querySelector('.lookup output').textContent"""
    assert browser.execute_script(script, "2018-05-25").startswith("actual price 7,459.11 USD")
    assert browser.execute_script(script, "2019-01-01") == "no value is known for this day"


def test_curves_can_be_hidden(show):
    """One by one, by keyboard; the button says so."""
    browser = show()
    click(browser, "[data-curve='3']")
    shown = "return document.querySelector('.chart').data.map((trace) => [trace.name, trace.visible === undefined || trace.visible === true])"
    assert [name for name, is_shown in browser.execute_script(shown) if not is_shown] == ["persistence"]
    assert browser.find_element(By.CSS_SELECTOR, "[data-curve='3']").get_attribute("aria-pressed") == "false"


# Keyboard, phone, dark, print


def test_every_control_is_reached_by_tab(show):
    """In the order of the page, with a visible outline; tables that scroll too."""
    browser = show()
    script = """
        const e = document.activeElement, style = getComputedStyle(e);
        return [e.id || e.dataset.group || e.dataset.range || e.dataset.zoom || e.dataset.pan || e.dataset.curve ||
                e.getAttribute('href') || e.getAttribute('aria-labelledby') || e.tagName, style.outlineStyle]"""
    wanted = browser.execute_script(
        "return document.querySelectorAll('button, a[href], input, [tabindex=\"0\"]').length"
    )
    browser.execute_script("document.activeElement.blur(); scrollTo(0, 0)")
    reached = []
    for _ in range(wanted + 3):  # a date has three parts and a button
        ActionChains(browser).send_keys(Keys.TAB).perform()
        reached.append(browser.execute_script(script))
    assert [name for name, outline in reached if outline == "none"] == []
    names = list(dict.fromkeys(name for name, _ in reached))
    order = ["#verdicts", "theme", "#ran", "reproduced", "settings", "claims-caption", "one month", "0.5", "3"]
    assert [name for name in names if name in order] == order
    assert len([name for name in names if name.startswith("table-")]) == 3
    assert len([name for name in names if name.endswith("-day")]) == 1


@EVERY
@pytest.mark.parametrize("width", [320, 360, 768])
def test_nothing_overflows_the_screen(width, article_id, show):
    """On a phone: the page is no wider, and what sticks out is inside a table that scrolls."""
    browser = show(article_id, width)
    script = """
        const room = document.documentElement.clientWidth;
        const wide = (e) => e.getBoundingClientRect().right > room + 0.5;
        const free = (e) => !e.closest('.scroll, .skip, .chart, [hidden]');
        const found = [...document.body.querySelectorAll('*')].filter((e) => free(e) && wide(e));
        return [document.documentElement.scrollWidth - room, found.map((e) => e.outerHTML.slice(0, 80))]"""
    assert browser.execute_script(script) == [0, []]
    charts = browser.execute_script(
        "return [...document.querySelectorAll('.chart')].map((c) => [c.querySelector('svg').clientWidth, c.clientWidth])"
    )
    assert [sizes for sizes in charts if not sizes[0] <= sizes[1] < width] == []


CONTRASTS = """
    const numbers = (colour) => {
        const pixel = new OffscreenCanvas(1, 1).getContext('2d');
        pixel.fillStyle = colour;
        pixel.fillRect(0, 0, 1, 1);
        return [...pixel.getImageData(0, 0, 1, 1).data];
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
    const texts = [...document.querySelectorAll('main *, header *, footer *')];
    return texts.filter((e) => hasText(e) && e.offsetHeight && !e.closest('.chart')).map((e) => {
        const [a, b] = [light(getComputedStyle(e).color), light(ground(e))];
        return [(Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05), e.outerHTML.slice(0, 60)];
    })"""


@EVERY
@pytest.mark.parametrize("colours", ["light", "dark"])
def test_text_has_contrast(colours, article_id, show):
    """4.5 to 1 or more, as WCAG asks, for every text on its ground."""
    found = show(article_id, colours=colours).execute_script(CONTRASTS)
    assert len(found) > 200
    assert [(round(ratio, 2), text) for ratio, text in found if ratio < 4.5] == []


def brightness(browser):
    """Of the page's ground and of the chart's first curve, 0 to 255."""
    script = """return [getComputedStyle(document.body).backgroundColor, document.querySelector('.chart').data[0].line.color].map(
        (colour) => Math.max(...colour.match(/[0-9]+/g).slice(0, 3).map(Number)))"""
    return browser.execute_script(script)


@pytest.mark.parametrize("colours", ["light", "dark"])
def test_page_follows_the_system_s_colours_and_the_button_turns_them(colours, show):
    """Page and chart together."""
    browser = show(colours=colours)
    ground, curve = brightness(browser)
    assert (ground > 200 > 60 > curve) if colours == "light" else (curve > 200 > 60 > ground)
    click(browser, "#theme")
    ground, curve = brightness(browser)
    assert (ground > 200 > 60 > curve) if colours == "dark" else (curve > 200 > 60 > ground)


def test_print_is_light_and_complete(show):
    """Also where the screen is dark: pictures as they were drawn, tables whole, no controls."""
    browser = show(width=700, colours="dark", media="print")
    style = "return getComputedStyle(document.querySelector(arguments[0]))[arguments[1]]"
    assert browser.execute_script(style, "body", "color") == "rgb(28, 30, 33)"
    assert browser.execute_script(style, ".picture img", "filter") == "none"
    assert browser.execute_script(style, ".chart-panel", "display") == "none"
    assert browser.execute_script(style, ".scroll", "overflowX") == "visible"
    printed = browser.execute_cdp_cmd("Page.printToPDF", {"preferCSSPageSize": True})
    assert base64.b64decode(printed["data"]).startswith(b"%PDF")
