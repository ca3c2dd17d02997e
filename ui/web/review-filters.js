// What of the transcript is shown: by words, label, signal or flag, question, speaker, and what people made of a tag.

import { element, setText } from "./dom.js";
import { kindsOf, nameOf, NO_FILTER, STATUSES } from "./review-lines.js";
import { askedQuestions } from "./board.js";

const TYPING_MS = 150;

export class Filters {
  constructor(node, onChange) {
    Object.assign(this, { node, onChange });
    this.value = NO_FILTER;
    this.text = element("input", { type: "search", placeholder: "find words", "aria-label": "Find words in the transcript", autocomplete: "off", "aria-keyshortcuts": "/" });
    this.selects = Object.fromEntries(
      [["label", "Label"], ["kind", "Signal or flag"], ["question", "Question"], ["speaker", "Speaker"], ["status", "State of tags"]]
        .map(([name, words]) => [name, element("select", { "aria-label": words, "data-name": name })]));
    this.clearing = element("button", { type: "button", hidden: "" }, "Show all");
    this.count = element("span", { class: "count", role: "status" });
    node.append(this.text, ...Object.values(this.selects), this.clearing, this.count);
    let timer = null;
    this.text.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(() => this.changed(), TYPING_MS);
    });
    this.text.addEventListener("keydown", (press) => { if (press.key === "Escape") this.text.blur(); });
    for (const select of Object.values(this.selects)) select.addEventListener("change", () => this.changed());
    this.clearing.addEventListener("click", () => this.clear());
    node.addEventListener("submit", (event) => { event.preventDefault(); this.changed(); });
  }

  get isOn() {
    return Object.keys(NO_FILTER).some((name) => this.value[name]);
  }

  clear() {
    this.text.value = "";
    for (const select of Object.values(this.selects)) select.value = "";
    this.changed();
    this.text.focus();
  }

  changed() {
    const chosen = Object.fromEntries(Object.entries(this.selects).map(([name, { value }]) => [name, value]));
    this.value = { ...chosen, text: this.text.value };
    this.clearing.hidden = !this.isOn;
    this.onChange();
  }

  /** Offers what the state has to filter by. */
  draw(state, words) {
    const marks = words.labels.filter(({ label }) => label !== "question");
    const kinds = kindsOf(state, this.selects.label.value);
    this.options("label", "any label", marks.map((mark) => [mark.label, mark.plural]));
    this.options("kind", "any signal", kinds.map(({ kind, tag, count }) => [kind, `${words.kind(tag)} (${count})`]));
    this.options("question", "any question", askedQuestions(state).map((id) => [id, words.question(id)]));
    this.options("speaker", "anybody", Object.keys(words.table.speakers).map((one) => [one, nameOf(state, words, one)]));
    this.options("status", "any state", STATUSES.map((one) => [one, one]));
  }

  options(name, none, wanted) {
    const select = this.selects[name];
    const key = JSON.stringify(wanted);
    if (select.dataset.of === key) return;
    select.dataset.of = key;
    const { value } = select;
    select.replaceChildren(...[["", none], ...wanted].map(([id, text]) => element("option", { value: id }, text)));
    select.value = wanted.some(([id]) => id === value) ? value : "";
  }

  told({ all, shown }) {
    setText(this.count, this.isOn ? `${shown} of ${all} lines` : `${all} lines`);
  }
}
