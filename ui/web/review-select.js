// Words of the transcript that somebody marked: to tag, to hear, or to correct everywhere.

import { element, setText } from "./dom.js";
import { may } from "./roles.js";
import { labelChoice } from "./review-tag.js";

const LONGEST_SHOWN = 90;
const NAME = "marked-words";

export class Selected {
  /** `act(action, words)` does it and throws why not; `hear(from, to)` and `fix(words)` do as they say. */
  constructor(node, transcript, { given, act, hear, fix }) {
    Object.assign(this, { node, transcript, given, act, hear, fix });
    this.selections = [];
    this.label = labelChoice("action");
    this.quote = element("q", {});
    this.reason = element("input", { maxlength: "2000", autocomplete: "off", placeholder: "why", "aria-label": "Why" });
    this.problem = element("p", { class: "problem", role: "alert" });
    this.build();
    document.addEventListener("pointerup", (press) => this.released(press));
    document.addEventListener("keyup", ({ shiftKey, key }) => { if (shiftKey || key === "Shift") this.look(); });
  }

  build() {
    const add = button("Add the tag", () => this.add());
    add.className = "main";
    this.tagging = element("span", { class: "row" }, this.label.node, this.reason, add);
    const fix = button("Correct everywhere", () => this.fix(this.text));
    this.fixing = fix;
    const cross = button("×", () => this.clear());
    cross.className = "cross";
    cross.setAttribute("aria-label", "Leave the marked words");
    this.node.append(element("p", {}, this.quote), this.tagging, button("Hear", () => this.play()), fix, cross, this.problem);
    this.node.addEventListener("keydown", (press) => { if (press.key === "Escape") this.clear(); });
  }

  get isOpen() {
    return !this.node.hidden;
  }

  released({ target }) {
    if (this.transcript.contains(target) && !target.closest("form, .tag-card, button")) setTimeout(() => this.look());
  }

  look() {
    const selection = getSelection();
    if (selection.isCollapsed || !selection.rangeCount) return;
    const range = selection.getRangeAt(0);
    if (!this.transcript.contains(range.commonAncestorContainer)) return;
    const found = this.read(range);
    if (found.length) this.show(found, range);
  }

  /** The marked words as the server knows them: [{segment_id, revision, start_char, end_char}]. */
  read(range) {
    const { utterances } = this.given().state;
    return [...this.transcript.querySelectorAll(".sentence")].filter((line) => range.intersectsNode(line)).flatMap((line) => {
      const utterance = utterances.get(Number(line.dataset.line));
      const spans = [...line.querySelectorAll(".said .w")].filter((one) => range.intersectsNode(one));
      const marked = spans.map((one) => within(one, range)).filter(({ from, to }) => to > from);
      if (!utterance || !marked.length) return [];
      return [{ segment_id: utterance.segment_id, revision: utterance.revision, start_char: marked[0].from, end_char: marked.at(-1).to }];
    });
  }

  show(found, range) {
    const { state } = this.given();
    this.selections = found;
    this.text = found.map(({ segment_id: id, start_char: from, end_char: to }) =>
      Array.from(state.utterances.get(id).text).slice(from, to).join("")).join(" … ");
    setText(this.quote, this.text.length > LONGEST_SHOWN ? `${this.text.slice(0, LONGEST_SHOWN)}…` : this.text);
    this.label.choose(this.given(), this.label.value.label || "action", this.label.value.kind);
    this.tagging.hidden = !may(state.seat, "add_tag");
    this.fixing.hidden = !may(state.seat, "edit") || found.length > 1;
    setText(this.problem, "");
    CSS.highlights?.set(NAME, new Highlight(range.cloneRange()));
    this.node.hidden = false;
  }

  clear() {
    CSS.highlights?.delete(NAME);
    this.node.hidden = true;
    this.selections = [];
  }

  play() {
    const [first] = this.selections;
    const last = this.selections.at(-1);
    this.hear(first, last);
  }

  async add() {
    setText(this.problem, "");
    const { label, kind } = this.label.value;
    try {
      await this.act({ type: "add_tag", selections: this.selections, label, kind, reason: this.reason.value.trim() }, "Tag added");
    } catch (problem) {
      setText(this.problem, `▲ ${problem.message}`);
      return;
    }
    this.reason.value = "";
    getSelection().removeAllRanges();
    this.clear();
  }
}

/** The part of a word that a range covers, in code points of its line. */
function within(word, range) {
  const start = Number(word.dataset.at);
  const text = word.textContent;
  const count = (letters) => Array.from(text.slice(0, letters)).length;
  const inside = (container) => container === word || word.contains(container);
  const offset = (container, at) => (container.nodeType === Node.TEXT_NODE ? at : at ? text.length : 0);
  const from = inside(range.startContainer) ? count(offset(range.startContainer, range.startOffset)) : 0;
  const to = inside(range.endContainer) ? count(offset(range.endContainer, range.endOffset)) : count(text.length);
  return { from: start + from, to: start + to };
}

function button(words, act) {
  const made = element("button", { type: "button" }, words);
  made.addEventListener("click", act);
  return made;
}
