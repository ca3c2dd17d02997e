// The parts of the debrief page, each made anew of what the server says this person may see.

import { asSeat } from "./connection.js";
import { agreementWords, alphaFigure, formRows, remindersOf, sideBySide, spreadWords } from "./debrief-words.js";
import { element, markOf } from "./dom.js";
import { quotesOf } from "./state.js";
import { day } from "./view.js";
import { clock } from "./words.js";

const SCORES = [1, 2, 3, 4, 5];
const SIGNS = { meets: "✓", "does not meet": "✕", "cannot be said yet": "○" };
const STANDS = { meets: "met", "does not meet": "not met", "cannot be said yet": "cannot be said yet" };
const HALO = "Halo and horn: one brilliant or one weak answer must not colour the other ratings. Take each with its own quotes.";

/** A section under a heading, with what it is in a sentence. */
export function section(title, hint, ...children) {
  return element("section", {}, element("h2", {}, title), hint ? element("p", { class: "hint" }, hint) : null, ...children);
}

/** Where two people are two points or more apart, with what each of them rests on; then the rest. */
export function differences(card, state, words, sessionId) {
  const [wide, narrow] = [true, false].map((isWide) => card.differences.filter(({ is_to_talk_about: isIt }) => isIt === isWide));
  if (!card.differences.length) {
    return section("Differences", null, element("p", {}, "Nothing has been rated by two people yet, so there is nothing to set side by side."));
  }
  const rows = (list) => list.map((one) => difference(one, state, words, sessionId));
  return section("Differences", "Two points or more come first. Each says what the score was given for, and rests on quotes that can be heard.",
    wide.length ? element("ol", { class: "differences" }, rows(wide)) : element("p", {}, "✓ Nobody is two points or more apart."),
    narrow.length ? element("details", {}, element("summary", {}, `A point apart, or the same: ${narrow.length}`),
      element("ol", { class: "differences" }, rows(narrow))) : null);
}

function difference({ title, scores, spread, reasons, quotes, is_to_talk_about: isWide }, state, words, sessionId) {
  const raters = Object.keys(scores).sort((a, b) => scores[a] - scores[b] || a.localeCompare(b));
  return element("li", {},
    element("h3", {}, title, " ", element("span", { class: isWide ? "spread is-wide" : "spread" }, `${isWide ? "▲ " : ""}${spreadWords(spread)}`)),
    scale(scores),
    element("ul", { class: "grounds" }, raters.map((rater) => element("li", {},
      element("p", {}, element("b", {}, String(scores[rater])), " ", element("span", { class: "rater" }, rater),
        reasons[rater] ? `: ${reasons[rater]}` : element("span", { class: "detail" }, " gave no reason")),
      quoteList(quotes[rater], state, words, sessionId)))));
}

/** From 1 to 5, with the names where they stand. */
function scale(scores) {
  const cells = SCORES.map((score) => {
    const names = Object.keys(scores).filter((rater) => scores[rater] === score);
    return element("li", { class: names.length ? "is-given" : "" }, element("b", {}, String(score)), element("span", {}, names.join(", ")));
  });
  return element("ol", { class: "scale", "aria-label": "Scores" }, cells);
}

function quoteList(tagIds, state, words, sessionId) {
  const tags = tagIds.map((id) => state.tags.get(id)).filter(Boolean);
  if (!tags.length) return element("p", { class: "detail" }, "on no quote");
  return element("ol", { class: "quotes" }, tags.map((tag) => {
    const at = tag.spans[0].start_s;
    const path = asSeat(`/sessions/${encodeURIComponent(sessionId)}/review`);
    return element("li", {}, markOf(words.mark(tag.label)), element("div", {},
      element("q", {}, quotesOf(state, tag).join(" … ")), " ",
      element("a", { class: "play", href: `${path}#at=${at.toFixed(2)}`, "aria-label": `Play at ${clock(at)} in the review` },
        element("span", { "aria-hidden": "true" }, "▶ "), clock(at)),
      element("span", { class: "unseen" }, ` ${words.tag(tag)}`)));
  }));
}

/** Every rating, a row a question and a column a person. */
export function sides(card) {
  const rows = sideBySide(card.ratings, card.titles);
  const raters = [...new Set(card.ratings.map(({ rater }) => rater))].sort((a, b) => a.localeCompare(b));
  if (!rows.length) return null;
  const head = element("tr", {}, element("th", { scope: "col" }, "Rated"), raters.map((rater) => element("th", { scope: "col" }, rater)), element("th", { scope: "col" }, "Apart"));
  const body = rows.map(({ title, scores, spread }) => element("tr", {},
    element("th", { scope: "row" }, title),
    raters.map((rater) => element("td", { class: "score" }, scores.has(rater) ? String(scores.get(rater)) : "–")),
    element("td", { class: spread > 1 ? "is-wide" : "" }, scores.size < 2 ? "" : spread > 1 ? `▲ ${spread}` : String(spread))));
  return section("Side by side", "In the order of the guide.", element("div", { class: "wide", tabindex: "0", role: "region", "aria-label": "Ratings side by side" },
    element("table", {}, element("thead", {}, head), element("tbody", {}, body))));
}

/** How far the raters agree, and what that means. */
export function agreement(card) {
  const { alpha } = card.agreement;
  return section("Agreement", null,
    element("p", { class: "alpha" }, element("b", {}, alphaFigure(alpha)), " Krippendorff's alpha"),
    element("p", {}, agreementWords(card.agreement)),
    element("p", { class: "detail" }, "1 is full agreement, 0 what chance gives, below 0 people pull apart. It is about the raters, not about the candidate."));
}

/** What the guide works out from people's ratings, every step of it. */
export function scorecard({ card, left_out: leftOut, outcomes }) {
  const ends = new Map(outcomes.map(({ id, title }) => [id, title]));
  const asked = card.competencies.filter(({ steps }) => steps.length);
  const silent = card.competencies.filter(({ steps }) => !steps.length);
  const group = (title, findings) => (findings.length ? [element("h3", {}, title), element("ul", { class: "findings" }, findings.map((one) => finding(one, ends)))] : []);
  return section("By the guide", "Averages and rules as the guide writes them, on the ratings that people gave. They are told, with every step; what to make of them is yours.",
    ...group("Competencies", asked),
    silent.length ? element("p", { class: "detail" }, `Nothing rated: ${silent.map(({ title }) => title).join("; ")}.`) : null,
    ...group("Dimensions", card.dimensions),
    ...group("How it was run", card.practice),
    ...group("Rules", card.rules),
    ...group("What the guide says of each outcome", card.outcomes),
    leftOut.length ? element("p", { class: "problem" }, `Left out: ${leftOut.join("; ")}.`) : null);
}

function finding({ title, value, standing, steps, missing, outcome, source, note }, ends) {
  const stands = standing && element("span", { class: "standing" }, `${SIGNS[standing]} ${STANDS[standing]}`);
  const told = [
    ...steps.map(({ text }) => element("li", {}, text)),
    missing.length ? element("li", {}, `Missing: ${missing.join("; ")}.`) : null,
    note ? element("li", { class: "detail" }, `The guide notes: ${note}`) : null,
    source && source.text !== title ? element("li", { class: "detail" }, `The rule: ${source.text}${source.where ? ` (${source.where})` : ""}`) : null,
    outcome ? element("li", { class: "detail" }, `The guide ties this to: ${ends.get(outcome) ?? outcome}.`) : null,
  ].filter(Boolean);
  const summary = [element("span", { class: "title" }, title), value === null ? null : element("b", {}, value), stands];
  if (!told.length) return element("li", { class: "plain" }, summary);
  return element("li", {}, element("details", { open: "" }, element("summary", {}, summary), element("ol", {}, told)));
}

/** What everybody wrote: the best thing said, the biggest concern, gut check and votes. */
export function forms(card, guide) {
  const rows = formRows(guide, card.forms, card.votes);
  if (!rows.length) return null;
  return section("What everybody wrote", null, element("dl", { class: "written" }, rows.map(({ text, answers }) => element("div", {},
    element("dt", {}, text),
    answers.map(({ author, text: said }) => element("dd", {}, element("span", { class: "rater" }, author), element("span", {}, said)))))));
}

/** The reminder before a decision: the guide's own, or halo and horn in ours. */
export function reminder(guide) {
  const own = remindersOf(guide);
  const hasHalo = own.some((text) => /halo/i.test(text));
  return element("aside", { class: "reminder", "aria-label": "Before you decide" }, element("h3", {}, "Before you decide"),
    element("ul", {}, [...(hasHalo ? [] : [HALO]), ...own].map((text) => element("li", {}, text))));
}

/** What the guide's rules ask people to say: red flags that they saw, competencies that they call a critical low. */
export function sayings(guide, isTicked, tick) {
  const choice = (item, words) => {
    const box = element("input", { type: "checkbox" });
    box.checked = isTicked(item);
    box.addEventListener("change", () => tick(item, box.checked));
    return element("label", {}, box, words);
  };
  const group = (legend, items) => element("details", {}, element("summary", {}, legend),
    element("fieldset", { class: "sayings" }, element("legend", { class: "unseen" }, legend), items.map(([item, words]) => choice(item, words))));
  const flags = guide.red_flags.map(({ id, title }) => [`red_flags/${id}`, title]);
  const lows = [["critical_lows/none", "None"], ...guide.competencies.map(({ id, title }) => [`critical_lows/${id}`, title])];
  return [
    guide.counts_red_flags ? group("Red flags that I saw (the guide counts them)", flags) : null,
    guide.asks_for_critical_lows ? group("Critical lows (the guide leaves it to the panel to name them)", lows) : null,
  ].filter(Boolean);
}

/** What was decided by whom, when and why. */
export function decided(decisions, seat, takeBack) {
  if (!decisions.length) return element("p", {}, "Nobody has put down a decision yet.");
  return element("ol", { class: "decided" }, decisions.map(({ author, title, reason, decided_at: at, event_id: id }) => {
    const back = author === seat?.name ? element("button", { type: "button" }, "Take back") : null;
    back?.addEventListener("click", () => takeBack(id));
    return element("li", {}, element("p", {}, element("b", {}, title), " signed by ", element("span", { class: "rater" }, author), ", ",
      element("time", { datetime: at }, day(at)), back ? [" ", back] : null), reason ? element("p", {}, reason) : null);
  }));
}
