// One tag, opened under its line: what it rests on, what people made of it, and what one makes of it oneself. Its node
// stays the same while it is open, so that a reason or comment under way is not lost when the line is drawn anew.

import { actionButton, element, markOf, setText } from "./dom.js";
import { may } from "./roles.js";
import { isResting } from "./review-lines.js";
import { place } from "./rows.js";
import { decisionsOf, quotesOf } from "./state.js";

const DECISIONS = {
  accepted: "accepted it", rejected: "rejected it", proposed: "left it as proposed", retagged: "gave it another label",
  added: "added it", commented: "said",
};

export class TagCard {
  /** `given()` is {state, words, guide}; `act(action, words)` does it and throws why not. */
  constructor({ given, act, close }) {
    Object.assign(this, { given, act, close });
    this.tagId = null;
    this.reason = element("input", { maxlength: "2000", autocomplete: "off", placeholder: "why", "aria-label": "Why, for accepting, rejecting or another label", "aria-describedby": "tag-problem" });
    this.comment = element("input", { maxlength: "2000", autocomplete: "off", placeholder: "a comment", "aria-label": "Comment" });
    this.label = labelChoice(null);
    this.problem = element("p", { class: "problem", id: "tag-problem", role: "alert" });
    this.node = element("section", { class: "tag-card", "aria-label": "Tag" });
    this.reason.addEventListener("keydown", (press) => this.pressed(press));
    this.comment.addEventListener("keydown", (press) => {
      if (press.key === "Enter" && !press.isComposing) this.say();
      this.pressed(press);
    });
  }

  pressed(press) {
    if (press.key !== "Escape") return;
    press.preventDefault();
    press.stopPropagation();
    this.close();
  }

  get tag() {
    return this.given().state.tags.get(this.tagId);
  }

  open(tagId) {
    if (this.tagId !== tagId) {
      this.reason.value = "";
      this.comment.value = "";
      this.fail("");
    }
    this.tagId = tagId;
    const { tag } = this;
    if (tag) this.label.choose(this.given(), tag.label, tag.kind);
    this.draw();
  }

  fail(text) {
    setText(this.problem, text);
  }

  /**
   * Call with every new state: what stands and what was decided are drawn anew, the fields stay. A tag that is taken away
   * has no line to be open under; where it comes back, by undo or redo, its card does too with what was typed.
   */
  draw() {
    const { tag } = this;
    if (!tag) return;
    const { state, words } = this.given();
    const parts = [this.head(tag, state, words), ...this.history(state, words)];
    if (may(state.seat, "judge_tag")) parts.push(this.judging(tag));
    if (may(state.seat, "comment_tag")) parts.push(element("p", { class: "row" }, this.comment, button("Comment", () => this.say())));
    place(this.node, [...parts, this.problem]);
  }

  head(tag, state, words) {
    const quote = quotesOf(state, tag).join(" … ");
    const by = tag.rule_id === "person" ? "given by a person" : `rule ${tag.rule_id}, confidence ${tag.confidence.toFixed(2)}`;
    const rules = state.session?.rules_version;
    const revision = `line revision ${tag.spans[0].revision}`;
    const about = [by, tag.rule_id !== "person" && rules && `rules ${shortened(rules)}`, revision].filter(Boolean).join(" · ");
    const cross = button("×", () => this.close());
    cross.setAttribute("aria-label", "Close this tag");
    cross.className = "cross";
    return element("div", { class: "head" },
      element("p", {}, markOf(words.mark(tag.label)), element("b", {}, words.tag(tag)), " ", element("q", {}, quote)),
      element("p", { class: "detail" }, about),
      isResting(state, tag) ? element("p", { class: "detail" }, "Its words were corrected since. It rests on those that it was decided on.") : null,
      cross);
  }

  history(state, words) {
    const decided = decisionsOf(state, this.tagId);
    if (!decided.length) return [];
    return [element("ul", { class: "decisions", "aria-label": "What people made of it" }, decided.map((one) => {
      const to = one.decision === "retagged" && one.after ? ` (${words.tag(one.after)})` : "";
      return element("li", {}, element("b", {}, one.author), ` ${DECISIONS[one.decision]}${to}`, one.text ? element("span", {}, `: ${one.text}`) : null);
    }))];
  }

  judging(tag) {
    const isDecided = tag.status !== "proposed";
    return element("div", { class: "row" },
      this.reason,
      tag.status === "accepted" ? null : actionButton("Accept", "accept", { key: "A" }),
      tag.status === "rejected" ? null : actionButton("Reject", "reject", { key: "X" }),
      isDecided && tag.rule_id !== "person" ? actionButton("Open again", "reopen") : null,
      actionButton("Hear", "hear_tag", { key: "P" }),
      element("span", { class: "relabel" }, this.label.node, button("Change the label", () => this.retag())));
  }

  /** What the tag says as it is shown: who changed it since is told, and nothing is decided unseen. */
  get seen() {
    const { label, kind, status } = this.tag;
    return { label, kind, status };
  }

  /** Does something to the tag; a refusal is said on the card. Returns whether it is done. */
  async attempt(action, words) {
    this.fail("");
    try {
      await this.act({ ...action, tag_id: this.tagId }, words);
      return true;
    } catch (problem) {
      this.fail(`▲ ${problem.message}`);
      return false;
    }
  }

  async judge(status) {
    if (!this.tag) return;
    const reason = this.reason.value.trim();
    if (status === "rejected" && !reason) {
      this.fail("Say why it is rejected, in a word or two: it is kept with the decision.");
      this.reason.focus();
      return;
    }
    const words = { accepted: "Accepted", rejected: "Rejected", proposed: "Open again" }[status];
    if (await this.attempt({ type: "judge_tag", status, reason, seen: this.seen }, words)) this.reason.value = "";
  }

  async retag() {
    const { label, kind } = this.label.value;
    const reason = this.reason.value.trim();
    if (await this.attempt({ type: "retag", label, kind, reason, seen: this.seen }, "Label changed")) this.reason.value = "";
  }

  async say() {
    const text = this.comment.value.trim();
    if (!text) return this.comment.focus();
    if (await this.attempt({ type: "comment_tag", text }, "Comment kept")) this.comment.value = "";
    return undefined;
  }
}

/**
 * Fields for a label and, of those that have kinds, for which one: `node`, `value` {label, kind}, and `choose(given,
 * label, kind)` to fill them.
 */
export function labelChoice(first) {
  const label = element("select", { "aria-label": "Label" });
  const kind = element("select", { "aria-label": "Which one" });
  let known = null;
  const fill = (wanted = null) => {
    const kinds = kindsFor(label.value, known);
    kind.replaceChildren(...kinds.map(([id, words]) => element("option", { value: id }, words)));
    kind.hidden = !kinds.length;
    if (wanted !== null && kinds.some(([id]) => id === wanted)) kind.value = wanted;
  };
  label.addEventListener("change", () => fill());
  return {
    node: element("span", { class: "label-choice" }, label, kind),
    get value() {
      return { label: label.value, kind: kind.hidden ? null : kind.value || null };
    },
    choose(given, wanted = first, wantedKind = null) {
      known = given;
      const marks = given.words.labels.filter(({ label: one }) => one !== "question");
      label.replaceChildren(...marks.map((mark) => element("option", { value: mark.label }, mark.words)));
      if (wanted && wanted !== "question") label.value = wanted;
      fill(wantedKind);
    },
  };
}

function kindsFor(label, { words, guide }) {
  if (label === "red_flag") {
    const own = Object.entries(words.table.flag_kinds);
    const ofRubric = Object.entries(words.rubric?.kinds ?? {}).filter(([id]) => !signalsOf(guide).has(id));
    return [...own, ...ofRubric.filter(([id]) => !Object.hasOwn(words.table.flag_kinds, id))];
  }
  if (label !== "signal") return [];
  const signals = signalsOf(guide);
  return Object.entries(words.rubric?.kinds ?? {}).filter(([id]) => signals.has(id));
}

/** The ids of the rubric's signals; what else it has words for are its red flags. */
function signalsOf(guide) {
  return new Set([...(guide?.questions ?? []).flatMap(({ signals }) => signals.map(({ id }) => id)), ...(guide?.signals ?? [])]);
}

function shortened(version) {
  return version.length > 12 ? `${version.slice(0, 10)}…` : version;
}

function button(words, act) {
  const made = element("button", { type: "button" }, words);
  made.addEventListener("click", act);
  return made;
}
