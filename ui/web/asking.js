// The left of the board: the question in full, what to follow up, what was heard of it, how to behave, who talked.

import { lampsOf, questionOf, ratingOf, stageOf, talkOf, uncovered } from "./board.js";
import { actionButton, element, markOf, openMark } from "./dom.js";
import { place, Rows } from "./rows.js";
import { may } from "./roles.js";

const SCORES = [1, 2, 3, 4, 5];
const MOST_UNCOVERED = 6;

export class Asking {
  constructor(node) {
    this.node = node;
    this.rows = new Rows();
    this.top = element("div", { class: "of-question", tabindex: "0", role: "region", "aria-label": "Planned" });
    this.bottom = element("div", { class: "of-interview" });
    node.append(this.top, this.bottom);
  }

  draw(state, words, { guide, plan }) {
    const question = questionOf(state, guide, plan);
    const stage = stageOf(state, guide);
    place(this.top, [
      question ? this.text(question) : this.between(state, guide, plan, stage.stage),
      question && this.followUps(question, state, guide),
      question?.signals.length ? this.signals(question) : null,
      stage.conduct.length ? this.conduct(stage, state, Boolean(question)) : null,
    ].filter(Boolean));
    place(this.bottom, [
      guide ? this.lamps(lampsOf(state, guide), words) : null,
      question && may(state.seat, "rate") ? this.rating(question, ratingOf(state, question.id)?.score ?? null) : null,
      this.talk(talkOf(state), words),
    ].filter(Boolean));
  }

  text({ id, text }) {
    return this.rows.row("text", [id, text], () => element("h2", { class: "planned" }, text));
  }

  between(state, guide, plan, stage) {
    const open = uncovered(state, guide, plan).map(({ title }) => title);
    const canChoose = may(state.seat, "choose_question");
    return this.rows.row("between", [guide, stage, canChoose, open.join()], () =>
      element(
        "div",
        { class: "between" },
        stage?.say && element("blockquote", { class: "say" }, stage.say),
        guide && element("p", {}, stage?.purpose ?? "No planned question is under way."),
        guide && canChoose && actionButton("Choose a question", "questions", { key: "G" }),
        !guide && element("p", {}, "No rubric was chosen for this interview: evidence is marked all the same."),
        open.length && guide ? element("p", { class: "open" }, `Not yet covered: ${few(open)}`) : null,
      ));
  }

  followUps({ id, followUps, followUpsHeard }, { seat }, guide) {
    const done = Math.max(followUpsHeard, followUps.filter(({ isDone }) => isDone).length);
    const wanted = Math.max(followUps.length, guide.follow_ups_at_least ?? 0);
    if (!wanted && !done) return null;
    const canTick = may(seat, "tick");
    const shown = [id, done, canTick, ...followUps.map(({ isDone }) => isDone)];
    return this.rows.row("follow-ups", shown, () =>
      element(
        "section",
        { class: "follow-ups" },
        element("h3", {}, "Follow-ups ", element("span", { class: "count" }, wanted ? `${done} of ${wanted}` : `${done}`)),
        followUps.length ? ticks(followUps, canTick) : null,
      ));
  }

  signals({ id, signals }) {
    const heard = signals.filter(({ isHeard }) => isHeard).length;
    return this.rows.row("signals", [id, ...signals.map(({ isHeard, segmentId }) => `${isHeard} ${segmentId}`)], () =>
      element(
        "section",
        { class: "signals" },
        element("h3", {}, "Signals ", element("span", { class: "count" }, `${heard} of ${signals.length}`)),
        element("ul", {}, signals.map(signalRow)),
      ));
  }

  /** Closed beside a question, so that both stay in sight. */
  conduct({ stage, conduct }, { seat }, isBesideQuestion) {
    const done = conduct.filter(({ isDone }) => isDone).length;
    const canTick = may(seat, "tick");
    const shown = [stage.id, isBesideQuestion, canTick, ...conduct.map(({ isDone }) => isDone)];
    return this.rows.row("conduct", shown, () =>
      element(
        "details",
        { class: "conduct", ...(isBesideQuestion ? {} : { open: "" }) },
        element("summary", {}, "How to behave ", element("span", { class: "count" }, `${done} of ${conduct.length}`)),
        ticks(conduct, canTick),
      ));
  }

  lamps(lamps, words) {
    return this.rows.row("lamps", lamps.map(({ label, isHeard }) => `${label} ${isHeard}`), () =>
      element("ul", { class: "lamps", "aria-label": "Parts of the story" }, lamps.map(({ label, isHeard }) => {
        const mark = words.mark(label);
        return element(
          "li",
          { class: isHeard ? "is-heard" : "", title: `${mark.words}: ${isHeard ? "heard" : "not heard yet"}` },
          isHeard ? markOf(mark) : openMark(mark),
          element("span", { class: "sign", "aria-hidden": "true" }, isHeard ? "✓" : "○"),
          element("span", { class: "unseen" }, `${mark.words} ${isHeard ? "heard" : "not heard yet"}`),
        );
      })));
  }

  rating({ id, title }, score) {
    return this.rows.row("rating", [id, score], () => {
      const buttons = SCORES.map((one) => {
        const button = actionButton(`${one}`, "rate", { score: one });
        button.setAttribute("aria-pressed", String(one === score));
        button.setAttribute("aria-label", `Rate ${one}: ${title}`);
        return button;
      });
      const more = actionButton("Anchors", "rate");
      return element("div", { class: "rating", role: "group", "aria-label": "My rating" }, element("span", {}, "Rate"), buttons, more);
    });
  }

  talk({ interviewer, candidate }, words) {
    const share = Math.round((100 * candidate) / Math.max(1, interviewer + candidate));
    return this.rows.row("talk", [share, interviewer + candidate > 0], () => {
      if (!(interviewer + candidate > 0)) return element("p", { class: "talk" }, "Talk share: nobody has spoken yet.");
      const text = `${words.speaker("candidate")} ${share} % · ${words.speaker("interviewer")} ${100 - share} %`;
      return element(
        "p",
        { class: "talk" },
        element("meter", { min: 0, max: 100, value: share, "aria-label": "Share of the talk that is the candidate's" }),
        element("span", {}, text),
      );
    });
  }
}

/** One that was heard leads to the sentence; one that was heard perhaps says so and is not ticked. */
function signalRow({ text, isHeard, isPerhaps, segmentId }) {
  const [sign, words] = isHeard ? ["✓", "heard: "] : isPerhaps ? ["◐", "perhaps heard: "] : ["○", "not heard: "];
  return element(
    "li",
    { class: isHeard ? "is-heard" : isPerhaps ? "is-perhaps" : "" },
    element("span", { class: "sign", "aria-hidden": "true" }, sign),
    element("span", { class: "unseen" }, words),
    segmentId === null ? element("span", {}, text) : element("a", { href: `#s${segmentId}` }, text),
    isPerhaps ? element("span", { class: "detail", "aria-hidden": "true" }, "perhaps") : null,
  );
}

/** Things to tick off, each by its path. */
export function ticks(items, canTick) {
  return element("ul", { class: "ticks" }, items.map(({ text, item, isDone }) => {
    const box = element("input", { type: "checkbox", "data-tick": item, ...(canTick ? {} : { disabled: "" }) });
    box.checked = isDone;
    return element("li", {}, element("label", {}, box, element("span", {}, text)));
  }));
}

function few(titles) {
  const rest = titles.length - MOST_UNCOVERED;
  return rest > 0 ? `${titles.slice(0, MOST_UNCOVERED).join("; ")} and ${rest} more` : titles.join("; ");
}
