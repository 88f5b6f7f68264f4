// The interactive charts: Plotly draws, and buttons do by keyboard what mouse and finger do on the plot.
(() => {
  "use strict";
  const DAY = 24 * 60 * 60 * 1000;
  const dayOf = (time) => new Date(time).toISOString().slice(0, 10);
  const utc = (text) => (text.length > 10 ? `${text.replace(" ", "T")}Z` : text); // all times are UTC

  function start(panel) {
    const data = JSON.parse(panel.querySelector("script").textContent);
    const box = panel.querySelector(".chart");
    const status = panel.querySelector(".shown");
    const days = data.days.map((day) => Date.parse(day));
    const first = Object.values(data.ranges)[0].map(Date.parse); // shown at once
    const told = (value) =>
      `${value.toLocaleString("en", { minimumFractionDigits: 2, maximumFractionDigits: 2 })} ${data.unit}`;

    function colours() {
      const style = getComputedStyle(document.body);
      const { borderTopColor: line, backgroundColor: panelColour } = getComputedStyle(box);
      return {
        traces: [...panel.querySelectorAll(".swatch")].map((swatch) => getComputedStyle(swatch).color),
        layout: {
          "font.color": style.color,
          "xaxis.gridcolor": line,
          "yaxis.gridcolor": line,
          "xaxis.linecolor": line,
          "xaxis.spikecolor": getComputedStyle(status).color,
          "hoverlabel.bgcolor": panelColour,
          "hoverlabel.bordercolor": line,
          "hoverlabel.font.color": style.color,
        },
      };
    }

    const traces = data.curves.map(({ role, label, values }) => ({
      type: "scatter",
      mode: "lines",
      name: label,
      x: data.days,
      y: values,
      connectgaps: false,
      zorder: role === "persistence" ? 0 : 1, // lies below the others
      hovertemplate: `%{y:,.2f} ${data.unit}`,
      line: { width: role === "actual" ? 2 : 1.5, dash: role === "persistence" ? "dot" : "solid" },
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
      yaxis: { title: { text: data.unit }, tickformat: ",~f", nticks: 7, zeroline: false, automargin: true },
    };

    // The days in view, and the values on them with a margin.
    const shown = () => box.layout.xaxis.range.map((end) => (typeof end === "number" ? end : Date.parse(utc(end))));

    function valuesWithin(from, to) {
      let [low, high] = [Infinity, -Infinity];
      for (const [k, { values }] of data.curves.entries()) {
        if (box.data[k].visible === "legendonly") continue;
        values.forEach((value, i) => {
          if (value === null || days[i] < from || days[i] > to) return;
          low = Math.min(low, value);
          high = Math.max(high, value);
        });
      }
      const margin = (high - low || high) * 0.06;
      return low > high ? null : [low - margin, high + margin];
    }

    function showDays(from, to) {
      const values = valuesWithin(from, to);
      const ends = [from, to].map((time) => new Date(time).toISOString().slice(0, 19));
      return Plotly.relayout(box, { "xaxis.range": ends, ...(values && { "yaxis.range": values }) });
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
      if (status.textContent !== text) status.textContent = text;
    }

    function tellDay() {
      const i = data.days.indexOf(panel.querySelector("input").value);
      const known = data.curves.filter(({ values }) => i >= 0 && values[i] !== null);
      const words = known.map(({ label, values }) => `${label} ${told(values[i])}`);
      panel.querySelector("output").textContent = words.join(", ") || "no value is known for this day";
    }

    function recolour() {
      const now = colours();
      Plotly.update(box, { "line.color": now.traces }, now.layout);
    }

    function toggle(button) {
      const visible = button.getAttribute("aria-pressed") !== "true";
      button.setAttribute("aria-pressed", String(visible));
      Plotly.restyle(box, { visible: visible ? true : "legendonly" }, [Number(button.dataset.curve)]);
    }

    const on = (selector, act) =>
      panel.querySelectorAll(selector).forEach((button) => button.addEventListener("click", () => act(button)));

    Plotly.newPlot(box, traces, layout, { responsive: true, displaylogo: false, displayModeBar: false }).then(() => {
      recolour();
      box.on("plotly_relayout", tellStretch);
      box.on("plotly_doubleclick", () => setTimeout(() => showDays(...first)));
      on("[data-range]", (button) => showDays(...data.ranges[button.dataset.range].map(Date.parse)));
      on("[data-zoom]", (button) => zoom(Number(button.dataset.zoom)));
      on("[data-pan]", (button) => pan(Number(button.dataset.pan)));
      on("[data-curve]", toggle);
      panel.querySelector("input").addEventListener("input", tellDay);
      document.addEventListener("colours", recolour);
      tellDay();
      return showDays(...first);
    }).then(() => { box.dataset.ready = "true"; });
  }

  document.querySelectorAll(".chart-panel").forEach(start);
})();
