// The walk through a window: shows one day and one unit of what Python computed; it computes nothing itself.
(() => {
  "use strict";

  // A number as it stands in an equation; reproduce/articles/sections.py writes the same.
  function numeral(thousandths, place) {
    const size = (Math.abs(thousandths) / 1000).toFixed(3);
    if (place === "added") return `${thousandths < 0 ? "\u2212" : "+"} ${size}`;
    if (place === "coarse") return (Math.floor((thousandths + 5) / 10) / 100).toFixed(2).replace("-", "\u2212");
    const text = thousandths < 0 ? `\u2212${size}` : size;
    return place === "factor" && thousandths < 0 ? `(${text})` : text;
  }

  function start(panel) {
    const { names, windows } = JSON.parse(panel.querySelector("script").textContent);
    const chosen = (name) => Number(panel.querySelector(`input[data-choice="${name}"]:checked`).value);
    const all = (part, selector, text) =>
      part.querySelectorAll(selector).forEach((place, k) => { place.textContent = text(k, place); });

    function fill(part, cells, window, unit) {
      const named = cells.map((cell) => Object.fromEntries(names.map((name, k) => [name, cell[k]])));
      const write = (place, numbers) => {
        const { number, place: where } = place.dataset;
        place.textContent = numeral(numbers[number], where);
        if (where === "coarse") place.style.setProperty("--value", numbers[number] / 1000); // its colour
      };
      part.querySelectorAll("tbody tr").forEach((row, k) => {
        row.classList.toggle("chosen", k === unit);
        row.querySelector("th").textContent = window.units[k];
        row.querySelectorAll("td").forEach((place) => write(place, named[k]));
      });
      part.querySelectorAll("span[data-number]").forEach((place) => write(place, named[unit]));
      all(part, ".prediction", () => window.predictions[part.dataset.wiring]);
    }

    function show() {
      const [window, unit] = [windows[chosen("window")], chosen("unit")];
      const day = window.days[chosen("day")];
      all(panel, ".day", (k) => window.days[k].label);
      all(panel, ".told-day", () => day.told);
      all(panel, ".unit", (k) => window.units[k]);
      all(panel, ".shown-unit", () => window.units[unit]);
      all(panel, ".target", () => window.target);
      panel.querySelectorAll("[data-wiring]").forEach((part) => fill(part, day.cells[part.dataset.wiring], window, unit));
    }

    panel.addEventListener("input", show);
    show();
  }

  document.querySelectorAll(".walk").forEach(start);
})();
