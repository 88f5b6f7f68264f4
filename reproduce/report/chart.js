// The interactive chart: Plotly draws, and buttons do by keyboard what mouse and finger do on the plot.
(() => {
  "use strict";
  const data = JSON.parse(document.getElementById("chart-data").textContent);
  const box = document.getElementById("chart");
  const CURVES = ["actual", "training", "testing", "persistence"]; // as hovering tells them
  const DAY = 24 * 60 * 60 * 1000;
  const days = data.days.map((day) => Date.parse(day)); // all times are UTC

  const labelOf = (curve) => document.querySelector(`[data-curve="${curve}"]`).textContent.trim();
  const colourOf = (curve) => getComputedStyle(document.querySelector(`.swatch.${curve}`)).color;
  const dayOf = (time) => new Date(time).toISOString().slice(0, 10);
  const usd = (price) => `${price.toLocaleString("en", { minimumFractionDigits: 2, maximumFractionDigits: 2 })} USD`;

  function colours() {
    const style = getComputedStyle(document.body);
    const line = getComputedStyle(box).borderTopColor;
    const panel = getComputedStyle(box).backgroundColor;
    return {
      traces: CURVES.map(colourOf),
      layout: {
        "font.color": style.color,
        "xaxis.gridcolor": line,
        "yaxis.gridcolor": line,
        "xaxis.linecolor": line,
        "xaxis.spikecolor": getComputedStyle(document.getElementById("shown")).color,
        "hoverlabel.bgcolor": panel,
        "hoverlabel.bordercolor": line,
        "hoverlabel.font.color": style.color,
      },
    };
  }

  const traces = CURVES.map((curve) => ({
    type: "scatter",
    mode: "lines",
    name: labelOf(curve),
    x: data.days,
    y: data[curve],
    connectgaps: false,
    zorder: curve === "persistence" ? 0 : 1, // lies below the others
    hovertemplate: "%{y:,.2f} USD",
    line: { width: curve === "actual" ? 2 : 1.5, dash: curve === "persistence" ? "dot" : "solid" },
  }));
  const layout = {
    autosize: true,
    showlegend: false,
    hovermode: "x unified",
    dragmode: matchMedia("(pointer: coarse)").matches ? "pan" : "zoom",
    margin: { l: 16, r: 16, t: 16, b: 40 },
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    font: { family: getComputedStyle(document.body).fontFamily, size: 13 },
    xaxis: { type: "date", hoverformat: "%Y-%m-%d", showline: true, spikethickness: -2 }, // below 0: no halo
    yaxis: { title: { text: "USD" }, tickformat: ",~f", nticks: 7, zeroline: false, automargin: true },
  };

  // The stretch of days in view, and the prices on it with a margin.
  const shown = () => box.layout.xaxis.range.map((end) => (typeof end === "number" ? end : Date.parse(utc(end))));
  const utc = (text) => (text.length > 10 ? `${text.replace(" ", "T")}Z` : text);

  function pricesWithin(from, to) {
    let [low, high] = [Infinity, -Infinity];
    for (const [k, curve] of CURVES.entries()) {
      if (box.data[k].visible === "legendonly") continue;
      data[curve].forEach((price, i) => {
        if (price === null || days[i] < from || days[i] > to) return;
        low = Math.min(low, price);
        high = Math.max(high, price);
      });
    }
    const margin = (high - low || high) * 0.06;
    return low > high ? null : [low - margin, high + margin];
  }

  function showDays(from, to) {
    const prices = pricesWithin(from, to);
    const change = { "xaxis.range": [new Date(from).toISOString(), new Date(to).toISOString()].map((t) => t.slice(0, 19)) };
    if (prices) change["yaxis.range"] = prices;
    return Plotly.relayout(box, change);
  }

  function zoom(factor) {
    const [from, to] = shown();
    const half = Math.max(((to - from) * factor) / 2, 2 * DAY);
    showDays((from + to) / 2 - half, (from + to) / 2 + half);
  }

  function pan(share) {
    const [from, to] = shown();
    const room = share < 0 ? days[0] - from : days[days.length - 1] - to;
    const step = (to - from) * share;
    const move = share < 0 ? Math.max(step, Math.min(room, 0)) : Math.min(step, Math.max(room, 0));
    showDays(from + move, to + move);
  }

  function tellStretch() {
    const [from, to] = shown();
    const text = `Shown: ${dayOf(from)} to ${dayOf(to)}`;
    const status = document.getElementById("shown");
    if (status.textContent !== text) status.textContent = text;
  }

  function tellDay() {
    const day = document.getElementById("day").value;
    const i = data.days.indexOf(day);
    const known = CURVES.filter((curve) => i >= 0 && data[curve][i] !== null);
    const words = known.map((curve) => `${labelOf(curve)} ${usd(data[curve][i])}`);
    document.getElementById("reading").textContent = words.join(", ") || "no price is known for this day";
  }

  function recolour() {
    const now = colours();
    Plotly.update(box, { "line.color": now.traces }, now.layout);
  }

  function toggle(button) {
    const visible = button.getAttribute("aria-pressed") !== "true";
    button.setAttribute("aria-pressed", String(visible));
    Plotly.restyle(box, { visible: visible ? true : "legendonly" }, [CURVES.indexOf(button.dataset.curve)]);
  }

  const on = (selector, act) =>
    document.querySelectorAll(selector).forEach((button) => button.addEventListener("click", () => act(button)));

  Plotly.newPlot(box, traces, layout, { responsive: true, displaylogo: false, displayModeBar: false }).then(() => {
    recolour();
    box.on("plotly_relayout", tellStretch);
    box.on("plotly_doubleclick", () => setTimeout(() => showDays(...data.ranges.whole.map(Date.parse))));
    on("[data-range]", (button) => showDays(...data.ranges[button.dataset.range].map(Date.parse)));
    on("[data-zoom]", (button) => zoom(Number(button.dataset.zoom)));
    on("[data-pan]", (button) => pan(Number(button.dataset.pan)));
    on("[data-curve]", toggle);
    document.getElementById("day").addEventListener("input", tellDay);
    document.addEventListener("colours", recolour);
    tellDay();
    return showDays(...data.ranges.whole.map(Date.parse));
  }).then(() => { box.dataset.ready = "true"; });
})();
