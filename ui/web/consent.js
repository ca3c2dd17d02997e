// Before the recording: the notice, and each candidate's answer. Nothing can be recorded until all have agreed.

import { element, setText } from "./dom.js";
import { place, Rows } from "./rows.js";
import { may } from "./roles.js";

export class Consent {
  constructor(node, act) {
    this.node = node;
    this.act = act;
    this.rows = new Rows();
  }

  draw(state, { people, notice }) {
    if (!may(state.seat, "consent")) {
      place(this.node, [this.rows.row("waiting", [], () =>
        element("section", { class: "sheet" }, element("h2", {}, "Not recording yet"),
          element("p", {}, "The host reads the notice to the candidate first. The board opens here by itself.")))]);
      return;
    }
    if (!notice) return;
    const named = [people.candidate ?? "Candidate"];
    const answers = named.map((person) => state.consents.findLast((consent) => consent.person === person));
    const mayStart = answers.every((answer) => answer?.is_given);
    place(this.node, [this.rows.row("sheet", [notice], () => this.sheet(notice, state.session?.source))]);
    this.meters(state.now?.levels_db ?? {});
    place(this.node.querySelector(".answers"), named.map((person, n) => this.person(person, answers[n])));
    const start = this.node.querySelector("[data-start]");
    start.toggleAttribute("disabled", !mayStart);
    const why = this.node.querySelector(".why");
    why.textContent = mayStart ? "" : "Recording can start once the candidate has agreed.";
  }

  sheet({ version, text, purposes }, source) {
    this.purposes = purposes;
    const start = element("button", { type: "button", class: "main", "data-start": "" }, "Start recording");
    start.addEventListener("click", () => this.act({ type: "start" }, "Recording", {}));
    const paragraphs = text.split(/\n\n+/).map((paragraph) => element("p", {}, paragraph));
    return element(
      "section",
      { class: "sheet" },
      element("h2", {}, "Before recording"),
      source ? element("p", { class: "hint" }, `Will be heard: ${source}`) : null,
      element("p", { class: "hint" }, `Read this to the candidate, or let them read it. Notice, version ${version}.`),
      element("blockquote", { class: "notice" }, paragraphs),
      element("ul", { class: "answers" }),
      element("ul", { class: "levels" }),
      element("p", { class: "buttons" }, start, element("span", { class: "why", role: "status" })),
    );
  }

  /** How loud each channel is, where the sound is measured before it is recorded. */
  meters(levels) {
    const list = this.node.querySelector(".levels");
    place(list, Object.entries(levels).map(([channel, db]) => {
      const node = this.rows.row(`level ${channel}`, [], () =>
        element("li", {}, `Channel ${channel} `, element("meter", { min: -60, max: 0, "aria-label": `Level of channel ${channel}` }), element("span", {})));
      node.querySelector("meter").value = db;
      setText(node.querySelector("span"), db > -60 ? ` ${Math.round(db)} dB` : " silent");
      return node;
    }));
  }

  person(person, answer) {
    return this.rows.row(`person ${person}`, [answer], () => {
      const boxes = this.purposes.map(({ id, title, is_required: isRequired }) => {
        const box = element("input", { type: "checkbox", value: id });
        box.checked = answer?.is_given ? answer.purposes.includes(id) : isRequired;
        box.disabled = isRequired;
        return element("label", {}, box, title, isRequired ? null : element("span", { class: "detail" }, "may be left out"));
      });
      const said = (isGiven) => () => {
        const purposes = isGiven ? boxes.map((label) => label.firstChild).filter((box) => box.checked).map((box) => box.value) : [];
        this.act({ type: "consent", person, is_given: isGiven, purposes }, isGiven ? `${person} agrees` : `${person} declines`, {});
      };
      const [yes, no] = [["Agrees", true], ["Declines", false]].map(([words, isGiven]) => {
        const pressed = { "aria-pressed": String(answer?.is_given === isGiven) };
        const button = element("button", { type: "button", ...pressed, "aria-label": `${person}: ${words.toLowerCase()}` }, words);
        button.addEventListener("click", said(isGiven));
        return button;
      });
      const words = answer ? (answer.is_given ? "✓ agreed" : "✕ declined") : "○ no answer yet";
      return element("li", {},
        element("p", { class: "name" }, element("b", {}, person), element("span", { class: "answer" }, words)),
        element("fieldset", {}, element("legend", {}, "For"), boxes),
        element("p", { class: "buttons" }, yes, no));
    });
  }
}
