// The interviewer's screen: the question, the time and at most one probe, large enough to be read from the table.

import { momentOf, phaseOf, questionOf, stageOf } from "./board.js";
import { ticks } from "./asking.js";
import { actionButton, element, setText } from "./dom.js";
import { place, Rows } from "./rows.js";
import { clock } from "./words.js";

const WORDS = { waiting: "○ Not recording yet", recording: "● Recording", paused: "❚❚ Off the record", ended: "■ Ended" };

export class Large {
  constructor(node, probes) {
    Object.assign(this, { node, probes });
    this.rows = new Rows();
  }

  draw(state, words, { guide, plan, connection }) {
    const question = questionOf(state, guide, plan);
    const { stage, silence } = stageOf(state, guide);
    const isSilent = silence && silence.usedS < silence.ofS;
    place(this.node, [
      this.line(state, stage, question),
      this.rows.row("text", [question?.id, stage, guide], () =>
        element("h1", { class: "planned" }, question?.text ?? stage?.purpose ?? "The question appears here when it comes up.")),
      question?.followUps.length ? this.followUps(question) : null,
      this.probe(isSilent ? `Say nothing for ${clock(silence.ofS - silence.usedS)}` : this.probes.of(state)?.text ?? ""),
      this.controls(),
      this.notice(connection),
    ].filter(Boolean));
  }

  line(state, stage, question) {
    const node = this.rows.row("line", [], () => element("p", { class: "line" }, element("span", { class: "state" }), element("span", { class: "number" }), element("time", {})));
    setText(node.querySelector(".state"), [WORDS[phaseOf(state)] ?? "", clock(momentOf(state)), stage?.title].filter(Boolean).join(" · "));
    setText(node.querySelector(".number"), question?.number ? `Question ${question.number} of ${question.of}` : "");
    const budget = question?.budgetS ? ` of ${clock(question.budgetS)}` : "";
    setText(node.querySelector("time"), question ? `${clock(question.usedS)}${budget}` : "");
    return node;
  }

  followUps({ id, followUps }) {
    return this.rows.row("follow-ups", [id, ...followUps.map(({ isDone }) => isDone)], () =>
      element("section", { class: "follow-ups" }, element("h2", {}, "Follow-ups"), ticks(followUps, true)));
  }

  probe(text) {
    const node = this.rows.row("probe", [], () => element("p", { class: "probe", "aria-live": "polite" }));
    setText(node, text);
    return node;
  }

  controls() {
    return this.rows.row("controls", [], () =>
      element("p", { class: "buttons" },
        actionButton("Previous question", "previous", { key: "P" }),
        actionButton("Next question", "next", { key: "N" }),
        actionButton("All questions", "questions", { key: "G" }),
        actionButton("Keys", "help", { key: "?" })));
  }

  notice(connection) {
    const node = this.rows.row("notice", [], () => element("p", { class: "notice", role: "status" }));
    setText(node, connection && connection.state !== "connected" ? `▲ ${connection.text}` : "");
    return node;
  }
}
