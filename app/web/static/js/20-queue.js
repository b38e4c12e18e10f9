// The label queue by keys: 1 to 4 press a row's buttons, s passes it over. The page works without it.
"use strict";
const rows = [...document.querySelectorAll(".queue .asked")];
const switched = document.querySelector(".keys input");
if (rows.length && switched) {
  switched.closest(".keys").hidden = false;
  switched.checked = localStorage.getItem("queue-keys") !== "off";
  switched.addEventListener("change", () => localStorage.setItem("queue-keys", switched.checked ? "on" : "off"));
  document.addEventListener("keydown", (event) => {
    const busy = event.ctrlKey || event.metaKey || event.altKey || event.repeat || event.target.closest("select, textarea");
    if (!switched.checked || busy) return;
    const row = rows.find((one) => one.contains(document.activeElement)) || rows[0];
    const press = event.key === "s" ? row.querySelector(".pass") : row.querySelectorAll("button[name=label]")[Number(event.key) - 1];
    if (!press) return;
    event.preventDefault();
    press.click();
  });
}
