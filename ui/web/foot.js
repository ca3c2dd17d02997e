// The foot of the board: the one probe, the note, what the keys do, what was just done, and what needs attention.

import { momentOf } from "./board.js";
import { actionButton, element, setText } from "./dom.js";
import { keyName, KEYS } from "./keys.js";
import { isQuestion } from "./probes.js";
import { place, Rows } from "./rows.js";
import { may } from "./roles.js";

const STATUS_MS = 15_000;
const RECENT_S = 60;

export class Foot {
  /** `note(text, isShared)` keeps a note and resolves to whether it was kept. */
  constructor(page, sessionId, note, probes) {
    Object.assign(this, { page, probes });
    this.rows = new Rows();
    this.draftKey = `earmark-note-${sessionId}`;
    const field = page["note-text"];
    field.value = sessionStorage.getItem(this.draftKey) ?? "";
    field.addEventListener("input", () => sessionStorage.setItem(this.draftKey, field.value));
    field.addEventListener("keydown", (press) => { if (press.key === "Escape") field.blur(); });
    page.note.addEventListener("submit", async (event) => {
      event.preventDefault();
      const text = field.value.trim();
      if (!text) return field.blur();
      field.value = "";
      if (await note(text, page["note-shared"].checked)) sessionStorage.removeItem(this.draftKey);
      else if (!field.value) field.value = text;
      return undefined;
    });
  }

  draw(state, { connection }) {
    this.page.note.hidden = !may(state.seat, "note");
    this.probe(state);
    this.hints(state.seat);
    setText(this.page.notice, noticeOf(state, connection));
  }

  probe(state) {
    const probe = this.probes.of(state);
    const node = this.rows.row("probe", [probe?.text, probe?.item, state.seat], () => {
      if (!probe) return element("span");
      const button = probe.item && may(state.seat, "tick") ? actionButton("asked", "follow_up", { key: "F" }) : null;
      return element("span", {}, isQuestion(probe) ? element("b", {}, "Ask ") : null, probe.text, button);
    });
    place(this.page.probe, [node]);
  }

  hints(seat) {
    const shown = KEYS.filter(({ hint, needs }) => hint && (!needs || may(seat, needs)));
    place(this.page.hints, [this.rows.row("hints", [seat], () =>
      element("span", {}, shown.map((entry) => actionButton(entry.hint, entry.action, { key: keyName(entry) }))))]);
  }
}

/** Says what was just done, with an undo where there is one. Polite, and gone after a while. */
export class Status {
  constructor(node) {
    this.node = node;
    this.timer = null;
  }

  say(text, { canUndo = false, isWarning = false } = {}) {
    clearTimeout(this.timer);
    this.node.classList.toggle("is-warning", isWarning);
    this.node.replaceChildren(element("span", {}, isWarning ? `▲ ${text}` : text), canUndo ? actionButton("Undo", "undo", { key: "U" }) : "");
    this.timer = setTimeout(() => this.node.replaceChildren(), STATUS_MS);
  }
}

/** The one thing that needs attention now: the connection, what the server says of this moment, or a fresh problem. */
function noticeOf(state, connection) {
  if (connection && connection.state !== "connected") return `▲ ${connection.text}`;
  const told = (state.now?.notices ?? []).at(-1);
  const recent = state.problems.filter(({ at_s: at }) => momentOf(state) - at < RECENT_S).at(-1);
  const message = typeof told === "string" ? told : (told?.message ?? recent?.message);
  return message ? `▲ ${message}` : "";
}
