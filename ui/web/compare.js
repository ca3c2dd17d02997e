// The same question across interviews, side by side: quotes and people's ratings. Nothing here is put in order by score.

import { asSeat, call } from "./connection.js";
import { element, markOf, openMark } from "./dom.js";
import { titleOf } from "./library.js";
import { isGuess } from "./state.js";
import { day } from "./view.js";
import { clock, Words } from "./words.js";

const asked = new URLSearchParams(location.search);
const FEWEST = 2;
const main = document.getElementById("compare");

class Comparison {
  constructor({ rubric, sessions, questions, parts }, words) {
    Object.assign(this, { sessions, parts, words: words.with(rubric) });
    // What can be compared first: asked in several interviews, in one, in none; among those the order of the guide.
    this.questions = [...questions].sort((a, b) => askedIn(b) - askedIn(a));
    this.current = this.questions.find(({ id }) => id === asked.get("question")) ?? this.questions[0];
    document.getElementById("title").textContent = `${sessions.length} interviews, one question`;
    document.getElementById("facts").textContent = `Rubric: ${rubric.title}`;
  }

  draw() {
    const nav = element("nav", { class: "questions", "aria-label": "Questions" }, this.list());
    this.side = element("section", { class: "sides", "aria-live": "polite", "aria-label": "Answers" });
    main.replaceChildren(nav, this.side);
    this.drawAnswers();
    nav.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest" });
  }

  list() {
    const items = this.questions.map((question) => {
      const count = askedIn(question);
      const link = element("a", { href: "#", "data-question": question.id }, element("span", { class: "title" }, question.title),
        element("span", { class: "detail" }, count ? `asked in ${count} of ${this.sessions.length}` : "asked in none"));
      if (question === this.current) link.setAttribute("aria-current", "true");
      link.addEventListener("click", (click) => {
        click.preventDefault();
        this.go(question);
      });
      return element("li", {}, link);
    });
    return element("ol", {}, items);
  }

  go(question) {
    this.current = question;
    for (const link of main.querySelectorAll("[data-question]")) {
      if (link.dataset.question === question.id) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
    const url = new URL(location.href);
    url.searchParams.set("question", question.id);
    history.replaceState(null, "", url);
    this.drawAnswers();
  }

  drawAnswers() {
    const { title, text, competency, answers } = this.current;
    const at = this.questions.indexOf(this.current);
    const step = (by, words) => {
      const button = element("button", { type: "button" }, words);
      button.disabled = !this.questions[at + by];
      button.addEventListener("click", () => this.go(this.questions[at + by]));
      return button;
    };
    this.side.replaceChildren(
      element("header", {},
        element("p", { class: "controls" }, step(-1, "Previous question"), step(1, "Next question")),
        element("h2", {}, title, competency ? element("span", { class: "detail" }, ` ${competency}`) : null),
        element("p", { class: "planned" }, text)),
      element("div", { class: "answers", "data-count": String(answers.length) }, answers.map((answer, n) => this.answer(answer, this.sessions[n]))),
      ...(this.parts.length ? [this.rated()] : []),
    );
    this.side.scrollTop = 0;
  }

  answer(answer, session) {
    const path = `/sessions/${encodeURIComponent(session.session_id)}/review`;
    const about = [session.candidate && session.role, day(session.started_at)].filter(Boolean).join(" · ");
    const quotes = answer.quotes.map((one) => this.quote(one, path));
    return element("article", { "aria-label": titleOf(session) },
      element("h3", {}, element("a", { href: asSeat(path) }, titleOf(session))),
      element("p", { class: "detail" }, about),
      answer.is_asked || answer.ratings.length ? ratingsOf(answer) : null,
      quotes.length ? element("ol", { class: "quotes" }, quotes)
        : element("p", { class: "hint" }, answer.is_asked ? "Asked; nothing was quoted from the answer." : "Not asked in this interview."),
      answer.not_heard.length ? element("p", { class: "hint" }, `Not heard: ${answer.not_heard.map((item) => this.words.item(item)).join("; ")}`) : null);
  }

  quote({ tag, quote }, path) {
    const { start_s: at } = tag.spans[0];
    const mark = this.words.mark(tag.label);
    const play = element("a", { class: "play", href: `${asSeat(path)}#at=${at.toFixed(2)}`, "aria-label": `Play at ${clock(at)} in the review` },
      element("span", { "aria-hidden": "true" }, "▶ "), clock(at));
    return element("li", {}, isGuess(tag) ? openMark(mark) : markOf(mark),
      element("div", {}, element("span", { class: "label" }, this.words.tag(tag)), element("q", {}, quote), play));
  }

  /** What is rated for the whole interview. */
  rated() {
    const head = element("tr", {}, element("th", { scope: "col" }, "Rated for the whole interview"),
      this.sessions.map((session) => element("th", { scope: "col" }, titleOf(session))));
    const rows = this.parts.map(({ title, answers }) =>
      element("tr", {}, element("th", { scope: "row" }, title), answers.map((answer) => element("td", {}, ratingsOf(answer)))));
    return element("table", { class: "parts" }, element("thead", {}, head), element("tbody", {}, rows));
  }
}

function askedIn({ answers }) {
  return answers.filter(({ is_asked: isAsked }) => isAsked).length;
}

function ratingsOf({ ratings }) {
  if (!ratings.length) return element("p", { class: "given none" }, "No rating that you may see");
  const items = ratings.map(({ rater, score, reason }) =>
    element("li", {}, element("b", {}, String(score)), ` ${rater}`, reason ? element("span", { class: "detail" }, `: ${reason}`) : null));
  return element("ul", { class: "given", "aria-label": "Ratings" }, items);
}

async function open() {
  document.querySelector(".brand").href = asSeat("/");
  document.getElementById("ways").replaceChildren(element("a", { href: asSeat("/") }, "All interviews"));
  try {
    const sessions = asked.get("sessions") ?? "";
    if (sessions.split(",").filter(Boolean).length < FEWEST) throw new Error("2 to 4 interviews can be compared. Choose them in the library.");
    const [table, found] = await Promise.all([call("/api/words"), call(`/api/compare?sessions=${encodeURIComponent(sessions)}`)]);
    new Comparison(found, new Words(table)).draw();
  } catch (problem) {
    main.replaceChildren(element("p", { class: "empty", role: "alert" }, problem.message, " ", element("a", { href: asSeat("/") }, "To the library")));
  }
}

open();
