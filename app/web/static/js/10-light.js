// Lights one result along its whole life in the heat map. The page works without it.
"use strict";
for (const chart of document.querySelectorAll("svg.heat")) {
  const light = (event) => {
    const run = event.target.closest("a[data-l]");
    chart.classList.toggle("lit", Boolean(run));
    for (const other of chart.querySelectorAll("a[data-l]")) {
      other.classList.toggle("on", Boolean(run) && other.dataset.l === run.dataset.l);
    }
  };
  for (const name of ["pointerover", "focusin"]) chart.addEventListener(name, light);
  for (const name of ["pointerleave", "focusout"]) {
    chart.addEventListener(name, () => chart.classList.remove("lit"));
  }
}
