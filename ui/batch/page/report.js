"use strict";

// Sorting and filtering of the page, and playing a recording from a quote. Without it everything is still there to read.

const table = document.getElementById("interviews");
const form = document.querySelector(".filters");
const player = document.querySelector(".player");

function valueOf(row, column, kind) {
  const value = row.cells[column].dataset.value ?? "";
  return kind === "number" ? Number(value) : value;
}

function sortBy(header) {
  const column = header.cellIndex;
  const kind = header.dataset.sort;
  const sign = header.getAttribute("aria-sort") === "ascending" ? -1 : 1;
  const inWords = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });
  const rows = [...table.tBodies[0].rows].sort((one, other) => {
    const [mine, yours] = [valueOf(one, column, kind), valueOf(other, column, kind)];
    return sign * (kind === "number" ? mine - yours : inWords.compare(mine, yours));
  });
  table.tBodies[0].append(...rows);
  for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
  header.setAttribute("aria-sort", sign > 0 ? "ascending" : "descending");
}

function filter() {
  const wanted = new FormData(form);
  const find = (wanted.get("find") ?? "").trim().toLowerCase();
  const rows = [...table.tBodies[0].rows].filter((row) => row.dataset.of);
  const hidden = new Set();
  for (const row of rows) {
    const isFound = row.textContent.toLowerCase().includes(find);
    const isChosen = ["state", "role", "rubric"].every((name) => {
      const value = wanted.get(name);
      return !value || row.dataset[name] === value;
    });
    if (!isFound || !isChosen) hidden.add(row.dataset.of);
  }
  for (const part of document.querySelectorAll("[data-of]")) part.hidden = hidden.has(part.dataset.of);
  form.querySelector("output").value = hidden.size ? `${rows.length - hidden.size} of ${rows.length} shown` : "";
}

function play(place) {
  const interview = place.closest("details");
  const audio = player.querySelector("audio");
  const address = new URL(interview.dataset.sound, document.baseURI).href;
  const at = Number(place.dataset.at);
  const start = () => {
    audio.currentTime = at;
    audio.play().catch(() => {});
  };
  player.hidden = false;
  player.querySelector("p").textContent = interview.querySelector("summary").firstChild.textContent.trim();
  if (audio.dataset.address === address) {
    start();
    return;
  }
  audio.dataset.address = address;
  audio.src = address;
  audio.addEventListener("loadedmetadata", start, { once: true });
  audio.load();
}

function openNamed() {
  const named = location.hash ? document.getElementById(location.hash.slice(1)) : null;
  if (named instanceof HTMLDetailsElement) named.open = true;
}

for (const header of table.tHead.rows[0].cells) {
  if (!header.dataset.sort) continue;
  const button = document.createElement("button");
  button.type = "button";
  button.append(...header.childNodes);
  button.addEventListener("click", () => sortBy(header));
  header.append(button);
}

form.addEventListener("input", filter);
form.addEventListener("submit", (event) => event.preventDefault());
document.addEventListener("click", (event) => {
  const place = event.target.closest("[data-at]");
  if (!place || !place.closest("[data-sound]") || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  play(place);
});
player.querySelector("button").addEventListener("click", () => {
  player.querySelector("audio").pause();
  player.hidden = true;
});
player.querySelector("audio").addEventListener("error", () => {
  player.querySelector("p").textContent = "The recording is not where it was, or this browser cannot play it.";
});
window.addEventListener("hashchange", openNamed);
openNamed();
