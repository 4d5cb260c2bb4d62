
"use strict";
(() => {
  const page = 100;
  const section = document.getElementById("sellers");
  const body = section.querySelector("tbody");
  const rows = [...body.rows];
  const search = document.getElementById("search");
  const count = document.getElementById("count");
  const clear = document.getElementById("clear");
  const more = document.getElementById("more");
  const number = new Intl.NumberFormat("en");
  const wanted = { need: "", day: "" };
  let shown = page;

  document.documentElement.classList.add("js");
  section.querySelector(".tools").hidden = false;

  const fits = (row, words) =>
    (!wanted.need || row.dataset.need === wanted.need) &&
    (!wanted.day || row.dataset.ends === wanted.day) &&
    words.every((word) => row.dataset.t.includes(word));

  const apply = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let found = 0;
    for (const row of body.rows) {
      const fitting = fits(row, words);
      row.hidden = !fitting || found >= shown;
      found += fitting;
    }
    const visible = Math.min(found, shown);
    const whole = found === rows.length ? "sellers" : `of ${number.format(rows.length)} sellers`;
    const part = visible < found ? `, the first ${number.format(visible)} shown` : "";
    count.textContent = found ? `${number.format(found)} ${whole}${part}` : "Nobody fits.";
    clear.hidden = !words.length && !wanted.need && !wanted.day;
    more.parentElement.hidden = visible >= found;
    more.textContent = `Show ${number.format(Math.min(found - visible, 500))} more`;
  };

  const press = () => {
    for (const button of document.querySelectorAll("[aria-pressed]")) {
      const { need, day } = button.dataset;
      button.setAttribute("aria-pressed", String(need ? wanted.need === need : wanted.day === day));
    }
    shown = page;
    apply();
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[aria-pressed]");
    if (!button) return;
    const kind = button.dataset.need ? "need" : "day";
    const value = button.dataset[kind];
    const was = wanted[kind] === value;
    wanted.need = wanted.day = "";
    if (!was) {
      wanted[kind] = value;
      section.scrollIntoView({ behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
    }
    press();
  });

  search.addEventListener("input", () => { shown = page; apply(); });
  clear.addEventListener("click", () => {
    search.value = "";
    wanted.need = wanted.day = "";
    press();
    search.focus();
  });
  more.addEventListener("click", () => { shown += 500; apply(); });

  section.querySelectorAll("th").forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = head.textContent;
    head.replaceChildren(button);
    const value = (row) => row.cells[column].dataset.v ?? row.cells[column].textContent.trim();
    button.addEventListener("click", () => {
      const up = head.getAttribute("aria-sort") !== "ascending";
      for (const other of section.querySelectorAll("th")) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", up ? "ascending" : "descending");
      const empty = (text) => text === "" || text === "\u2013";
      const order = head.dataset.kind === "number" ? (a, b) => a - b : (a, b) => (a < b ? -1 : Number(a > b));
      rows.sort((one, two) => {
        const [a, b] = [value(one), value(two)];
        if (empty(a) !== empty(b)) return empty(a) ? 1 : -1;
        return up ? order(a, b) : order(b, a);
      });
      body.append(...rows);
      apply();
    });
  });

  addEventListener("beforeprint", () => { for (const row of rows) row.hidden = false; });
  addEventListener("afterprint", apply);
  apply();
})();
