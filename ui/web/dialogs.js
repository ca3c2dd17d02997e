// One dialog at a time: the keys, the questions, what the candidate wrote, the people, and whatever is asked once.

import { askedQuestions, planOf, ratingOf } from "./board.js";
import { actionButton, element } from "./dom.js";
import { keyName, KEYS } from "./keys.js";
import { may } from "./roles.js";

const FEW_QUESTIONS = 12; // which one finds at a glance
const ROLES = ["note-taker", "rater", "viewer", "interviewer"];

/** Shows a title with children in the page's dialog. Esc, the cross and `close()` end it and give the focus back. */
export class Dialog {
  constructor(node) {
    this.node = node;
    node.addEventListener("click", (click) => { if (click.target === node) node.close(); });
    // The event comes late: by then the dialog may show something else.
    node.addEventListener("close", () => { if (!node.open) node.replaceChildren(); });
  }

  get isOpen() {
    return this.node.open;
  }

  show(title, ...children) {
    const cross = element("button", { type: "button", class: "cross", "aria-label": "Close" }, "×");
    cross.addEventListener("click", () => this.close());
    const heading = element("h2", { id: "dialog-title" }, title);
    this.node.replaceChildren(element("header", {}, heading, cross), ...children.filter(Boolean));
    if (!this.node.open) this.node.showModal();
    const first = this.node.querySelector("[autofocus]") ?? this.node.querySelector("form input:not([type=hidden]), form textarea, .wanted");
    (first ?? cross).focus();
    this.node.querySelector(".wanted")?.scrollIntoView({ block: "nearest" });
  }

  close() {
    if (this.node.open) this.node.close();
  }
}

/** A form that does `submit(form)` on Enter or its button. */
export function formOf(submit, words, ...children) {
  const buttons = element("p", { class: "buttons" }, element("button", { type: "submit", class: "main" }, words));
  const form = element("form", {}, children, buttons);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    submit(form);
  });
  return form;
}

/** What every key does, for this seat, and whether keys are on at all. */
export function showKeys(dialog, seat, areOn, onSwitch, keys = KEYS) {
  const shown = keys.filter(({ needs, score }) => (!needs || may(seat, needs)) && (!score || score === 1));
  const rows = shown.map((entry) => {
    const words = entry.score ? "Rate this question" : entry.words;
    // What the key does, the mouse does here: where a button stands on the board too, and where none does.
    const button = actionButton(words, entry.action);
    button.addEventListener("click", () => dialog.close());
    return element("div", {}, element("dt", {}, element("kbd", {}, entry.score ? "1–5" : keyName(entry))), element("dd", {}, button));
  });
  const box = element("input", { type: "checkbox" });
  box.checked = areOn;
  box.addEventListener("change", () => onSwitch(box.checked));
  const hint = "Press a key, or choose here with the mouse. Keys rest while you write.";
  dialog.show("Keys", element("dl", { class: "keys" }, rows), element("p", { class: "hint" }, hint),
    element("label", { class: "switch" }, box, "Single keys do something"));
}

/** Every planned question, to choose the one that is under way. */
export function showQuestions(dialog, state, { guide, plan }, current) {
  const asked = new Set(askedQuestions(state));
  const known = new Map((guide?.questions ?? []).map((question) => [question.id, question]));
  const items = planOf(guide, plan).map(({ id }, n) => {
    const { title, text } = known.get(id) ?? { title: id, text: "" };
    const score = ratingOf(state, id)?.score;
    const notes = [id === current && "now", asked.has(id) && id !== current && "asked", score && `rated ${score}`].filter(Boolean);
    const button = actionButton("", "choose", { question: id });
    button.append(
      element("span", { class: "number" }, String(n + 1)),
      element("span", { class: "title" }, title, element("span", { class: "detail" }, text)),
      element("span", { class: "notes" }, notes.join(", ")),
    );
    if (id === current) button.setAttribute("aria-current", "true");
    if (id === current || (!current && n === 0)) button.classList.add("wanted");
    return element("li", {}, button);
  });
  if (!items.length) return dialog.show("Questions", element("p", { class: "hint" }, "This interview has no planned questions."));
  const none = actionButton("None of these", "choose", { question: "" });
  const list = element("ol", { class: "questions" }, items);
  return dialog.show("Questions", items.length > FEW_QUESTIONS ? finder(list) : null, list, element("p", { class: "buttons" }, none));
}

/** Leaves of a long list what holds the words that are typed; Enter takes the first. */
function finder(list) {
  const field = element("input", { type: "search", placeholder: "find a question", "aria-label": "Find a question", autocomplete: "off", autofocus: "" });
  field.addEventListener("input", () => {
    const words = field.value.toLowerCase().split(/\s+/);
    for (const item of list.children) item.hidden = !words.every((word) => item.textContent.toLowerCase().includes(word));
  });
  field.addEventListener("keydown", (press) => {
    if (press.key !== "Enter") return;
    press.preventDefault();
    list.querySelector(field.value ? "li:not([hidden]) button" : ".wanted")?.click();
  });
  return element("p", { class: "finder" }, field);
}

/** Asks once, says what happens, and does it. */
export function ask(dialog, title, words, button, act, ...more) {
  const list = Array.isArray(words) ? element("ul", { class: "goes" }, words.map((word) => element("li", {}, word))) : element("p", {}, words);
  const main = element("button", { type: "button", class: "main wanted" }, button);
  main.addEventListener("click", () => act());
  const back = element("button", { type: "button" }, "Not now");
  back.addEventListener("click", () => dialog.close());
  dialog.show(title, list, ...more, element("p", { class: "buttons" }, main, back));
}

/** What the candidate wrote, to be tagged like what they said. */
export function showPaste(dialog, submit) {
  const text = element("textarea", { name: "text", rows: "10", required: "", maxlength: "10000", "aria-label": "What the candidate wrote", autofocus: "" });
  const hint = "Paste from the shared document. It is tagged and quoted as written evidence.";
  dialog.show("Written evidence", element("p", { class: "hint" }, hint), formOf(() => submit(text.value), "Add", text));
}

/** Who has a link, and one more for somebody else. `add(name, role)` gives its URL, `list()` who has one. */
export function showSeats(dialog, { list, add, remove, first, role: usual = ROLES[0] }) {
  const name = element("input", { name: "name", required: "", maxlength: "80", autocomplete: "off" });
  const role = element("select", { name: "role" }, ROLES.map((one) => element("option", { value: one, ...(one === usual && { selected: "" }) }, one)));
  const made = element("p", { class: "made", role: "status" });
  const seats = element("ul", { class: "seats", "aria-label": "Who has a link" });
  const attempt = (doing) => doing().catch((problem) => made.replaceChildren(`▲ ${problem.message}`));
  const refresh = () => attempt(async () => seats.replaceChildren(...(await list()).map(seat)));
  const seat = ({ seat_id: id, name: who, role: what }) => {
    const button = element("button", { type: "button", "aria-label": `Take ${who}'s link away` }, "Take away");
    button.addEventListener("click", () => attempt(async () => {
      await remove(id);
      made.replaceChildren(`${who}'s link opens nothing any more. What they wrote stays.`);
      await refresh();
      name.focus();
    }));
    return element("li", {}, element("b", {}, who), element("span", { class: "detail" }, what), button);
  };
  const form = formOf(
    () => attempt(async () => {
      const link = element("input", { readonly: "", value: await add(name.value, role.value), "aria-label": `Link for ${name.value}`, class: "link" });
      made.replaceChildren(`Link for ${name.value}, shown this once: `, link);
      link.select();
      await refresh();
    }),
    "Make a link",
    element("label", {}, element("span", {}, "Name"), name),
    element("label", {}, element("span", {}, "Role"), role),
  );
  const what = "An interviewer sees question, time and probe only; a rater rates alone; a viewer looks on. Ratings reach others once their own are in, private notes nobody.";
  dialog.show("People", first, seats, form, made, element("p", { class: "hint" }, what));
  refresh();
}
