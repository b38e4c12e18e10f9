// Lights one result along its whole life in the heat map and tells which it is. The page works without it.
"use strict";
for (const chart of document.querySelectorAll(".plot.heat")) {
  const told = chart.parentElement.querySelector(".pointed");
  const say = (words) => { if (told) told.textContent = words; };
  const light = (event) => {
    const run = event.target.closest("a[data-l]");
    chart.classList.toggle("lit", Boolean(run));
    for (const other of chart.querySelectorAll("a[data-l]")) other.classList.toggle("on", other === run);
    say(run ? run.getAttribute("aria-label") : told ? told.dataset.hint : "");
  };
  const dim = () => { chart.classList.remove("lit"); say(told ? told.dataset.hint : ""); };
  for (const name of ["pointerover", "focusin"]) chart.addEventListener(name, light);
  for (const name of ["pointerleave", "focusout"]) chart.addEventListener(name, dim);
}
