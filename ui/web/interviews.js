// The library: every interview of the workspace, kept up to date while it is looked at, and a search in all of them.

import { asSeat } from "./connection.js";
import { askDelete } from "./deleting.js";
import { Dialog } from "./dialogs.js";
import { element } from "./dom.js";
import { showImport } from "./importing.js";
import { choicesIn, filtered, ratingsOf, sorted, STATES, titleOf } from "./library.js";
import { Search } from "./library-search.js";
import { day } from "./view.js";
import { clock } from "./words.js";

const REFRESH_MS = 3000;
const MOST_COMPARED = 4;
const COLUMNS = [
  { by: "title", words: "Interview" }, { by: "role", words: "Role" }, { by: "rubric", words: "Rubric" },
  { by: "date", words: "Date" }, { by: "state", words: "State" }, { by: "length", words: "Length" },
];

/** Shows the library in `main` and says through `onStatus` whether the server answers. */
export function listInterviews(main, dialogNode, onStatus) {
  const library = new Library(main, new Dialog(dialogNode), onStatus);
  library.refresh();
}

class Library {
  constructor(main, dialog, onStatus) {
    Object.assign(this, { main, dialog, onStatus, sessions: [], text: null });
    this.order = { by: "date", isDown: true };
    this.chosen = new Set(); // session ids to compare
    this.build();
  }

  build() {
    const field = element("input", {
      type: "search", name: "q", placeholder: "what somebody said", autocomplete: "off", maxlength: "500", "aria-label": "Search in all transcripts",
    });
    const hits = element("section", { class: "hits", "aria-label": "Found in transcripts" });
    const begin = element("a", { href: "#setup" }, "New interview");
    const bring = element("button", { type: "button" }, "Open a file");
    bring.addEventListener("click", () => showImport(this.dialog, (id) => { location.href = asSeat(`/sessions/${encodeURIComponent(id)}/review`); })
      .catch(({ message }) => this.dialog.show("Not possible here", element("p", {}, message))));
    this.search = new Search(field, hits, keepTyped);
    this.filters = this.filterForm();
    this.table = element("div", { class: "shelf" });
    this.top = element("div", { class: "begin" }, element("form", { role: "search", "aria-label": "Transcripts" }, field), bring, begin);
    this.top.firstChild.addEventListener("submit", (submit) => { submit.preventDefault(); this.search.look(); });
    this.main.replaceChildren(this.top, hits, this.filters, this.table);
    field.value = new URLSearchParams(location.search).get("q") ?? "";
    if (field.value) this.search.look();
  }

  filterForm() {
    const name = element("input", { type: "search", name: "name", placeholder: "candidate, role or file", autocomplete: "off" });
    const choice = (id, words) => element("label", {}, `${words} `, element("select", { name: id }, element("option", { value: "" }, "all")));
    this.counted = element("output", { "aria-live": "polite" });
    this.comparing = element("a", { class: "compare", hidden: "" }, "Compare");
    const form = element("form", { class: "filters", "aria-label": "Filter the interviews" },
      element("label", {}, "Find ", name), choice("role", "Role"), choice("rubric", "Rubric"), choice("state", "State"), this.counted, this.comparing);
    form.addEventListener("input", () => this.draw());
    form.addEventListener("submit", (submit) => submit.preventDefault());
    return form;
  }

  async refresh() {
    try {
      const answer = await fetch(asSeat("/api/sessions"));
      if (!answer.ok) throw new Error(`status ${answer.status}`);
      const text = await answer.text();
      if (text !== this.text) this.take(JSON.parse(text));
      this.text = text;
      this.onStatus({ state: "connected", text: "Connected" });
    } catch {
      this.onStatus({ state: "waiting", text: "Earmark does not answer. Is it still running? Trying again …" });
    }
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.refresh(), REFRESH_MS);
  }

  take(sessions) {
    this.sessions = sessions;
    for (const [name, values] of Object.entries(choicesIn(sessions))) this.offer(this.filters.elements[name], values);
    const there = new Set(sessions.map(({ session_id: id }) => id));
    for (const id of this.chosen) if (!there.has(id)) this.chosen.delete(id);
    this.draw();
  }

  offer(select, values) {
    const { value } = select;
    const named = (one) => element("option", { value: one }, select.name === "state" ? STATES[one] : one);
    select.replaceChildren(select.firstChild, ...values.map(named));
    select.value = values.includes(value) ? value : "";
    select.parentNode.hidden = values.length < 2;
  }

  draw() {
    const { sessions } = this;
    this.filters.hidden = !sessions.length;
    this.top.firstChild.hidden = !sessions.length;
    if (!sessions.length) return this.table.replaceChildren(emptiness());
    const shown = sorted(filtered(sessions, Object.fromEntries(new FormData(this.filters))), this.order);
    this.counted.value = shown.length === sessions.length ? `${sessions.length} in all` : `${shown.length} of ${sessions.length} shown`;
    const focused = focusIn(this.table);
    const body = element("tbody", {}, shown.map((one) => this.row(one)));
    this.table.replaceChildren(element("table", { class: "sessions" },
      element("caption", { class: "unseen" }, "Interviews of this workspace"), this.head(), body));
    if (!shown.length) body.append(element("tr", {}, element("td", { colspan: String(COLUMNS.length + 3), class: "hint" }, "No interview is left by these filters.")));
    focused?.(this.table);
    return this.drawComparing();
  }

  head() {
    const cells = COLUMNS.map(({ by, words }) => {
      const isIt = this.order.by === by;
      const button = element("button", { type: "button", "data-key": `sort ${by}` }, words);
      button.addEventListener("click", () => {
        this.order = { by, isDown: isIt ? !this.order.isDown : by === "date" || by === "length" };
        this.draw();
      });
      return element("th", { scope: "col", ...(isIt && { "aria-sort": this.order.isDown ? "descending" : "ascending" }) }, button);
    });
    cells.push(element("th", { scope: "col" }, "Ratings"));
    return element("thead", {}, element("tr", {}, element("th", { scope: "col" }, element("span", { class: "unseen" }, "Compare")), cells,
      element("th", { scope: "col" }, element("span", { class: "unseen" }, "What to do with it"))));
  }

  row(one) {
    const { session_id: id, candidate, source, words, state, last_seq: read } = one;
    const path = `/sessions/${encodeURIComponent(id)}`;
    const title = titleOf(one);
    const box = element("input", { type: "checkbox", "aria-label": `Compare ${title}`, "data-key": `compare ${id}` });
    box.checked = this.chosen.has(id);
    box.addEventListener("change", () => {
      if (box.checked) this.chosen.add(id);
      else this.chosen.delete(id);
      this.drawComparing();
    });
    const remove = element("button", { type: "button", class: "danger", "aria-label": `Delete the interview ${title}`, "data-key": `delete ${id}` }, "Delete");
    remove.addEventListener("click", () => askDelete(this.dialog, id, `Delete the interview ${title} for good?`, () => this.closing()));
    const way = (page, text) => element("a", { href: asSeat(`${path}/${page}`), "aria-label": `${text} of ${title}`, "data-key": `${page} ${id}` }, text);
    return element("tr", {},
      element("td", {}, box),
      element("th", { scope: "row" }, element("a", { href: asSeat(path), "data-key": `open ${id}` }, element("span", { class: "source" }, title)),
        candidate ? element("span", { class: "facts" }, source) : null),
      element("td", {}, one.role ?? "–"),
      element("td", {}, one.rubric ?? "–"),
      element("td", { class: "when" }, day(one.started_at)),
      element("td", { class: `state ${state}` }, STATES[state]),
      element("td", { class: "number" }, read ? clock(one.length_s) : "…", // not read yet: it comes with a later look
        element("span", { class: "facts" }, !read ? "" : words === 1 ? "1 word" : `${words.toLocaleString("en")} words`)),
      element("td", { class: "raters" }, ratedBy(one)),
      element("td", {}, element("span", { class: "controls" }, way("review", "Review"), way("debrief", "Debrief"), remove)));
  }

  closing() {
    this.refresh();
    this.search.look();
    const button = element("button", { type: "button", class: "main wanted" }, "Back to the interviews");
    button.addEventListener("click", () => this.dialog.close());
    return button;
  }

  drawComparing() {
    const ids = [...this.chosen];
    this.comparing.hidden = !ids.length;
    const canDo = ids.length > 1 && ids.length <= MOST_COMPARED;
    if (canDo) this.comparing.href = asSeat(`/compare?sessions=${ids.map(encodeURIComponent).join(",")}`);
    else this.comparing.removeAttribute("href");
    this.comparing.textContent = canDo ? `Compare these ${ids.length}` : ids.length < 2 ? "Compare: choose another one" : `Compare: at most ${MOST_COMPARED}`;
  }
}

/** Who has rated, as the host may know it: never what. */
function ratedBy(one) {
  const rated = ratingsOf(one);
  return rated ? [rated.count, ...rated.waiting.map((words) => element("span", { class: "facts" }, words))] : "–";
}

/** What gives the focus back to the same control of a table that was drawn anew; undefined where it had none. */
function focusIn(table) {
  const key = document.activeElement?.closest?.("[data-key]")?.dataset.key;
  const isInside = key && table.contains(document.activeElement);
  return isInside ? (again) => again.querySelector(`[data-key="${CSS.escape(key)}"]`)?.focus() : undefined;
}

/** What is looked for stands in the address, so that coming back from a hit shows the others again. */
function keepTyped(typed) {
  const url = new URL(location.href);
  if (typed.trim()) url.searchParams.set("q", typed);
  else url.searchParams.delete("q");
  history.replaceState(null, "", url);
}

function emptiness() {
  return element(
    "p",
    { class: "empty" },
    "No interviews in this workspace yet. Run ",
    element("code", {}, "earmark demo"),
    " to hear a sample, which appears here by itself; or open a transcript or a recording that you have.",
  );
}
