// One line under correction, in its place. What was typed stays until it is saved or given up, whatever happens
// meanwhile: a refusal, another person's edit, scrolling away.

import { element, setText } from "./dom.js";
import { may } from "./roles.js";

const KEPT = "earmark-edit";
const GONE = "This line was removed or joined to another one meanwhile. Copy what you typed, if you need it, and leave it.";

export class Edits {
  /** `given()` is {state, words, sessionId}; `act(action)` does it and throws why not; `close(key)` redraws. */
  constructor({ given, act, redraw, say }) {
    Object.assign(this, { given, act, redraw, say });
    this.seen = null; // the revision that is being corrected
    this.next = null; // the line that was chosen while an answer about this one was awaited
    this.build();
  }

  get key() {
    return this.seen ? `s${this.seen.segment_id}` : null;
  }

  get isAllowed() {
    return may(this.given().state.seat, "edit");
  }

  get isBusy() {
    return this.text.readOnly;
  }

  /** While an answer is awaited the line is as it was sent: nothing more is asked of it, nothing typed into it. */
  set isBusy(isIt) {
    this.text.readOnly = isIt;
    this.node.setAttribute("aria-busy", String(isIt));
  }

  build() {
    this.text = element("textarea", { rows: "1", maxlength: "10000", "aria-label": "Words of this line", "aria-describedby": "edit-problem" });
    this.problem = element("p", { class: "problem", id: "edit-problem", role: "alert" });
    this.speaker = element("select", { "aria-label": "Who speaks" });
    this.node = element("form", { class: "edit" },
      this.text,
      this.problem,
      element("p", { class: "buttons" },
        element("button", { type: "submit", class: "main", "aria-keyshortcuts": "Enter" }, "Save"),
        button("Leave as it was", () => this.unlessBusy("close")),
        button("Split at the cursor", () => this.unlessBusy("split")),
        button("Join with the next", () => this.unlessBusy("join")),
        button("Remove", () => this.unlessBusy("remove")),
        element("label", {}, "Said by ", this.speaker)),
    );
    this.node.addEventListener("submit", (event) => { event.preventDefault(); this.unlessBusy("save"); });
    this.text.addEventListener("input", () => this.typed());
    this.text.addEventListener("keydown", (press) => this.pressed(press));
    this.speaker.addEventListener("change", () => this.unlessBusy("reassign"));
  }

  /** Does what is asked of the line; one that is gone can only be left. */
  unlessBusy(action) {
    if (this.isBusy) return;
    if (action === "close" || this.standing()) this[action]();
    else this.fail(GONE);
  }

  pressed(press) {
    if (press.isComposing) return;
    if (press.key === "Escape") {
      press.preventDefault();
      press.stopPropagation();
      this.unlessBusy("close");
    } else if (press.key === "Enter" && (press.ctrlKey || press.metaKey)) {
      press.preventDefault();
      this.unlessBusy("split");
    } else if (press.key === "Enter" && !press.shiftKey) {
      press.preventDefault();
      this.unlessBusy("save");
    }
  }

  /** Begins to correct a line. What was typed for another one is saved or given up first. */
  open(utterance) {
    if (!this.isAllowed) return;
    this.next = this.isBusy ? utterance : null;
    if (this.next) return;
    if (this.seen && this.isChanged) {
      this.fail(this.standing() ? "This line is not saved yet: save it or leave it as it was, then go on to the other one." : GONE);
      this.text.focus();
      return;
    }
    this.seen = { segment_id: utterance.segment_id, revision: utterance.revision };
    this.before = utterance.text;
    const { words, state } = this.given();
    this.speaker.replaceChildren(...Object.keys(words.table.speakers).map((one) =>
      element("option", { value: one }, state.names?.get(one) ?? words.speaker(one))));
    this.speaker.append(...["interviewer", "candidate"].map((one) =>
      element("option", { value: `channel ${one}` }, `whole channel ${utterance.channel}: ${words.speaker(one).toLowerCase()}`)));
    this.speaker.value = this.speakerOf(utterance);
    const typed = kept(this.given().sessionId, this.seen);
    this.text.value = typed?.text ?? utterance.text;
    this.fail(this.isChanged && typed.revision !== utterance.revision ? changedTo(utterance) : "");
    this.redraw(this.key);
    this.text.focus();
    this.text.setSelectionRange(this.text.value.length, this.text.value.length);
    this.fit();
  }

  speakerOf({ segment_id: id }) {
    return this.given().speakerOf(id);
  }

  get isChanged() {
    return this.text.value.trim() !== this.before;
  }

  typed() {
    this.fit();
    sessionStorage.setItem(KEPT, JSON.stringify([this.given().sessionId, this.seen, this.text.value]));
  }

  fit() {
    this.text.style.height = "auto";
    this.text.style.height = `${this.text.scrollHeight + 2}px`;
  }

  close() {
    const { key } = this;
    this.seen = null;
    sessionStorage.removeItem(KEPT);
    this.redraw(key);
    if (this.next) this.open(this.next);
  }

  fail(text) {
    setText(this.problem, text);
  }

  /** What stands now where somebody else has changed the line since: said, and what was typed stays. */
  update({ utterances }) {
    if (!this.seen || this.isBusy) return;
    const now = utterances.get(this.seen.segment_id);
    if (now?.revision === this.seen.revision) {
      if (this.problem.textContent === GONE) this.fail(""); // it is back
      return;
    }
    if (!now) {
      this.fail(GONE);
    } else {
      this.fail(changedTo(now));
      this.seen = { segment_id: now.segment_id, revision: now.revision };
      this.before = now.text;
    }
  }

  /** Does something to the line; a refusal is said under it. Returns whether it is done. */
  async attempt(action, words) {
    this.isBusy = true;
    this.fail("");
    try {
      await this.act(action, words);
      return true;
    } catch (problem) {
      this.next = null;
      this.isBusy = false;
      this.fail(`▲ ${problem.message}`);
      this.update(this.given().state); // what came while the answer was awaited says more than the refusal
      this.text.focus();
      return false;
    } finally {
      this.isBusy = false;
    }
  }

  async save() {
    if (!this.isChanged) return this.close();
    const isDone = await this.attempt({ type: "edit_words", ...this.seen, text: this.text.value }, "Corrected");
    if (isDone) this.close();
    return undefined;
  }

  /** Words that were typed go first, so that the place of the cursor is one of the line that stands. */
  async split() {
    const ahead = this.text.value.slice(0, this.text.selectionStart);
    const atChar = Array.from(ahead.replace(/\s+/gu, " ").trimStart()).length;
    if (this.isChanged && !(await this.attempt({ type: "edit_words", ...this.seen, text: this.text.value }, "Corrected"))) return;
    this.seen = this.standing() ?? this.seen;
    this.before = this.text.value.trim();
    if (await this.attempt({ type: "split", ...this.seen, at_char: atChar }, "Split in two")) this.close();
  }

  async join() {
    if (this.isUnsaved()) return;
    const next = this.given().next(this.seen.segment_id);
    if (!next) return void this.fail("There is no line after this one on its channel.");
    if (await this.attempt({ type: "join", first: this.seen, second: next }, "Joined")) this.close();
  }

  async remove() {
    if (await this.attempt({ type: "remove", segments: [this.seen] }, "Line removed")) this.close();
  }

  async reassign() {
    const { value } = this.speaker;
    const utterance = this.given().state.utterances.get(this.seen.segment_id);
    const action = value.startsWith("channel ")
      ? { type: "reassign_channel", channel: utterance.channel, speaker: value.slice("channel ".length) }
      : { type: "reassign", segment_ids: [this.seen.segment_id], speaker: value };
    if (!(await this.attempt(action, "Speaker changed"))) this.speaker.value = this.speakerOf(utterance);
    else if (!this.isChanged) this.close();
  }

  isUnsaved() {
    if (this.isChanged) this.fail("Save the words first, then join the lines.");
    return this.isChanged;
  }

  standing() {
    const now = this.given().state.utterances.get(this.seen.segment_id);
    return now && { segment_id: now.segment_id, revision: now.revision };
  }
}

function changedTo({ text }) {
  return `Somebody changed this line meanwhile. It reads now: “${text}” What you typed is still here: save it in place of that, or leave it.`;
}

/** What was typed before this page was loaded anew, and on which revision of the line. */
function kept(sessionId, { segment_id: id }) {
  const [session, seen, text] = JSON.parse(sessionStorage.getItem(KEPT) ?? "[]");
  return session === sessionId && seen.segment_id === id ? { revision: seen.revision, text } : undefined;
}

function button(words, act) {
  const made = element("button", { type: "button" }, words);
  made.addEventListener("click", act);
  return made;
}
