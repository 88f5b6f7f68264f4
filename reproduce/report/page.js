// The filter of the verdict table, and the switch between light and dark.
(() => {
  "use strict";
  for (const part of document.querySelectorAll(".needs-script")) part.hidden = false;

  const buttons = [...document.querySelectorAll("#filter button")];
  const rows = [...document.querySelectorAll("#claims tbody tr")];
  const status = document.getElementById("filtered");

  function show(group) {
    let shown = 0;
    for (const row of rows) {
      row.hidden = group !== "" && row.dataset.group !== group;
      shown += row.hidden ? 0 : 1;
    }
    for (const button of buttons) button.setAttribute("aria-pressed", String(button.dataset.group === group));
    status.textContent = `${shown} of ${rows.length} rows shown`;
  }

  for (const button of buttons) button.addEventListener("click", () => show(button.dataset.group));
  show("");

  const theme = document.getElementById("theme");
  const system = matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => (document.documentElement.dataset.theme || (system.matches ? "dark" : "light")) === "dark";

  function told() {
    theme.textContent = isDark() ? "Light" : "Dark";
    document.dispatchEvent(new Event("colours"));
  }

  theme.addEventListener("click", () => {
    document.documentElement.dataset.theme = isDark() ? "light" : "dark";
    told();
  });
  system.addEventListener("change", told);
  told();
})();
