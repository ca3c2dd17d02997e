// What was heard of each question and criterion: pure arithmetic on the tags that stand, no elements. It counts and
// quotes; it rates nothing.

import { askedQuestions, STORY, stretches } from "./board.js";
import { lastNotAfter, timeOf } from "./review-lines.js";
import { isGuess, liveTags, quotesOf } from "./state.js";

const NOT_EVIDENCE = new Set(["question", "red_flag"]);

/** The live tags by the question under which each was said (null: before the first): Map id -> [{tag, quotes, at}]. */
export function tagsByQuestion(state) {
  const all = stretches(state);
  const found = new Map();
  for (const tag of liveTags(state)) {
    const quotes = quotesOf(state, tag);
    if (tag.label === "question" || !quotes.length) continue;
    const [at, until] = timeOf(state, tag);
    const id = all[lastNotAfter(all, at, ({ from }) => from)]?.questionId ?? null;
    if (!found.has(id)) found.set(id, []);
    found.get(id).push({ tag, quotes, at, until });
  }
  for (const quotes of found.values()) quotes.sort((a, b) => a.at - b.at);
  return found;
}

/**
 * What each question that came up was given, in the order of asking, and, first, what was said before any:
 * [{id, title, lamps, signals, evidence, flags, metrics, notHeard}].
 */
export function findings(state, words, guide) {
  const byQuestion = tagsByQuestion(state);
  const ids = [...(byQuestion.has(null) ? [null] : []), ...askedQuestions(state)];
  return ids.map((id) => findingOf(id, byQuestion.get(id) ?? [], state, words, guide));
}

function findingOf(id, quotes, state, words, guide) {
  const question = guide?.questions.find((one) => one.id === id);
  const labels = new Set(quotes.filter(({ tag }) => !isGuess(tag)).map(({ tag }) => tag.label));
  const story = [...STORY, ...(guide?.story ?? []).filter((label) => label === "insight")];
  return {
    id,
    title: question?.title ?? (id === null ? "Before the first question" : words.question(id)),
    text: question?.text ?? "",
    lamps: story.map((label) => ({ label, isHeard: labels.has(label) })),
    signals: (question?.signals ?? []).map((signal) => ({ ...signal, ...heardOf(quotes.filter(({ tag }) => tag.kind === signal.id)) })),
    evidence: quotes.filter(({ tag }) => !NOT_EVIDENCE.has(tag.label) && tag.label !== "metric" && !isGuess(tag)),
    metrics: quotes.filter(({ tag }) => tag.label === "metric"),
    flags: quotes.filter(({ tag }) => tag.label === "red_flag"),
    notHeard: state.notHeard.get(id) ?? [],
  };
}

function heardOf(quotes) {
  const sure = quotes.find(({ tag }) => !isGuess(tag));
  return { isHeard: Boolean(sure), isPerhaps: !sure && quotes.length > 0, quote: sure ?? quotes[0] ?? null };
}

/** How many of a question's own signals were heard, and of how many. */
export function coverageOf({ signals }) {
  return { heard: signals.filter(({ isHeard }) => isHeard).length, of: signals.length };
}

/** A competency's findings: its questions that came up, and its criteria with what was heard of their levels. */
export function byCompetency(found, levels, guide) {
  const heard = new Map(levels.map((one) => [one.criterion_id, one]));
  const competencyOf = new Map((guide?.questions ?? []).map(({ id, competency }) => [id, competency]));
  return (guide?.competencies ?? []).map((competency) => ({
    ...competency,
    asked: found.filter(({ id }) => competencyOf.get(id) === competency.id),
    criteria: competency.criteria.map((criterion) => ({ ...criterion, evidence: heard.get(criterion.id) ?? null })),
  }));
}

/** The words of a quote that the server names by spans; null where their revision is not here. */
export function wordsOf(state, spans) {
  const quotes = quotesOf(state, { spans });
  return quotes.length === spans.length ? quotes.join(" ") : null;
}

/** The quotes that somebody may rest a rating of a target on: of its question, its competency's, or of all. */
export function quotesToRate(state, guide, target) {
  const byQuestion = tagsByQuestion(state);
  const question = guide.questions.find(({ id }) => id === target);
  const competency = guide.competencies.find(({ id, criteria }) => id === target || criteria.some((one) => one.id === target));
  const wanted = question ? [question.id] : competency ? guide.questions.filter((one) => one.competency === competency.id).map(({ id }) => id) : [...byQuestion.keys()];
  return wanted.flatMap((id) => byQuestion.get(id) ?? [])
    .filter(({ tag }) => !isGuess(tag))
    .sort((a, b) => (b.tag.status === "accepted") - (a.tag.status === "accepted") || a.at - b.at)
    .map(({ tag, quotes, at }) => ({ tag, quote: quotes.join(" … "), at }));
}
