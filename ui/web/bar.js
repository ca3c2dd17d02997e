// The top of the board: whether it records, the clock, the stage and the question with their time, pause and end.

import { isQuiet, momentOf, phaseOf, questionOf, stageOf } from "./board.js";
import { actionButton, element } from "./dom.js";
import { place, Rows } from "./rows.js";
import { may } from "./roles.js";
import { clock } from "./words.js";

const PHASES = {
  waiting: ["○", "Not recording yet"],
  recording: ["●", "Recording"],
  paused: ["❚❚", "Paused: nothing is captured"],
  ended: ["■", "Ended"],
  unheard: ["□", "Not ended"],
};

export class Bar {
  constructor(node) {
    this.node = node;
    this.rows = new Rows();
  }

  draw(state, { guide, plan }) {
    const phase = phaseOf(state) ?? "unheard";
    place(this.node, [
      this.recording(phase, clock(momentOf(state))),
      ...(isQuiet(state, guide, plan) ? [] : [this.stage(stageOf(state, guide), state), this.question(questionOf(state, guide, plan), state)]),
      this.controls(phase, state),
    ].filter(Boolean));
  }

  recording(phase, time) {
    const [symbol, words] = PHASES[phase];
    const node = this.rows.row("recording", [phase], () =>
      element(
        "p",
        { class: `recording is-${phase}` },
        element("span", { class: "dot", "aria-hidden": "true" }, symbol),
        element("span", { class: "state" }, words),
        " ",
        element("time", {}),
      ));
    node.querySelector("time").textContent = time;
    return node;
  }

  stage({ stage, usedS, budgetS, silence, next }, { seat }) {
    if (!stage && !next) return null;
    const title = stage?.title ?? "No stage yet";
    const time = stage ? used(usedS, budgetS) : "";
    const quiet = silence && silence.usedS < silence.ofS ? ` · say nothing for ${clock(silence.ofS - silence.usedS)}` : "";
    const node = this.rows.row("stage", [title, next, seat], () => {
      const button = next && may(seat, "stage") ? signed("›", `Next stage: ${next.title}`, "stage", "S") : null;
      return element("p", { class: "stage" }, element("b", {}, title), " ", element("span", { class: "time" }), button);
    });
    paint(node.querySelector(".time"), time + quiet, stage && usedS > budgetS);
    return node;
  }

  question(question, { seat }) {
    if (!question) return null;
    const { number, of, title, usedS, budgetS } = question;
    const node = this.rows.row("question", [number, of, title, seat], () => {
      const words = number ? `Q ${number} of ${of}` : "Off the plan";
      const canChoose = may(seat, "choose_question");
      return element(
        "p",
        { class: "asked" },
        canChoose ? questionsButton(words) : element("span", { class: "number" }, words),
        element("b", { title }, title),
        element("span", { class: "time" }),
        canChoose ? [signed("‹", "Previous question", "previous", "P"), signed("›", "Next question", "next", "N")] : null,
      );
    });
    paint(node.querySelector(".time"), used(usedS, budgetS), budgetS && usedS > budgetS);
    return node;
  }

  controls(phase, { seat }) {
    return this.rows.row("controls", [phase, seat], () => {
      const isOn = phase === "recording" || phase === "paused";
      const buttons = [
        isOn && may(seat, "pause") && actionButton(phase === "paused" ? "Go on" : "Pause", "pause", { key: "." }),
        isOn && may(seat, "end") && actionButton("End", "end"),
        may(seat, "seats") && actionButton("People", "seats"),
        actionButton("Keys", "help", { key: "?" }),
      ];
      return element("div", { class: "controls" }, buttons.filter(Boolean));
    });
  }
}

/** A button with a sign, which is called by its words. */
function signed(sign, words, action, key) {
  const button = actionButton("", action, { key });
  button.prepend(element("span", { "aria-hidden": "true" }, sign), element("span", { class: "unseen" }, words));
  button.setAttribute("title", words);
  return button;
}

function questionsButton(words) {
  const button = actionButton(words, "questions", { key: "G" });
  button.firstChild.after(element("span", { class: "unseen" }, ". Questions"));
  button.setAttribute("title", "Questions");
  return button;
}

function used(usedS, budgetS) {
  return budgetS ? `${clock(usedS)} of ${clock(budgetS)}` : clock(usedS);
}

function paint(node, text, isOver) {
  const words = isOver ? `${text} · over` : text;
  if (node.textContent !== words) node.textContent = words;
  node.classList.toggle("is-over", Boolean(isOver));
}
