// What the board shows of a state: pure arithmetic, no elements. Times are seconds on the interview's clock.
//
// `guide` is a rubric as /api/rubrics gives it (null: an interview without one), `plan` the questions that set-up chose
// ([{id, minutes}]; null: all of the guide's).

import { authorOf, isGuess, liveTags, quotesOf, speakerOf } from "./state.js";

export const STORY = Object.freeze(["situation", "task", "action", "result"]);
const QUIET_LABELS = new Set(["question", "red_flag"]); // counted elsewhere, not listed as evidence

/** waiting, recording, paused or ended; null for an interview that this server does not hear and that has not ended. */
export function phaseOf(state) {
  if (state.ended) return "ended";
  // The server may say so before the event that says it has come.
  if (state.now?.state === "interrupted") return null;
  if (state.now && state.now.state !== "ended") return state.now.state;
  if (!state.isLive) return null;
  if (state.isPaused) return "paused";
  return state.utterances.size || state.drafts.size ? "recording" : "waiting";
}

/** The present moment. The clock stands still while nothing is recorded. */
export function momentOf(state) {
  return state.ended ? state.ended.at_s : Math.max(state.now?.at_s ?? 0, state.heardUntil);
}

/**
 * Which question was under way from when: [{from, to, questionId}], without gaps, the last open (`to` null).
 * A question off the plan stays with the planned one under way; a person's choice counts like a question heard.
 */
export function stretches(state) {
  const starts = [];
  for (const asked of state.questions.values()) {
    const { segment_id: id, question_id: questionId } = asked;
    const from = state.utterances.get(id)?.start_s ?? state.askedAt.get(id);
    if (questionId !== null) starts.push({ from, questionId });
  }
  for (const { type, at_s: from, question_id: questionId } of state.acts) {
    if (type === "question_chosen") starts.push({ from, questionId });
  }
  starts.sort((a, b) => a.from - b.from);
  const merged = [{ from: 0, questionId: null }];
  for (const start of starts) if (start.questionId !== merged.at(-1).questionId) merged.push(start);
  return merged.map((stretch, n) => ({ ...stretch, to: merged[n + 1]?.from ?? null }));
}

/** The questions that came up so far, in order, each once. */
export function askedQuestions(state) {
  return [...new Set(stretches(state).map(({ questionId }) => questionId))].filter((id) => id !== null);
}

/** The planned questions in order: [{id, minutes}]. */
export function planOf(guide, plan) {
  if (plan?.length) return plan;
  return (guide?.questions ?? []).map(({ id }) => ({ id, minutes: null }));
}

/** The question before (-1) or after (1) the one under way; undefined where there is none. */
export function neighbour(state, guide, plan, step) {
  const ids = planOf(guide, plan).map(({ id }) => id);
  const at = ids.indexOf(stretches(state).at(-1).questionId);
  return at < 0 ? (step > 0 ? ids[0] : undefined) : ids[at + step];
}

/** The question under way with its clock, its lists and its evidence; null between questions. */
export function questionOf(state, guide, plan) {
  const all = stretches(state);
  const { questionId } = all.at(-1);
  const own = all.filter((stretch) => stretch.questionId === questionId);
  const question = guide?.questions.find(({ id }) => id === questionId);
  if (!question) return null;
  const at = momentOf(state);
  const signals = tagsOf(state, own).filter(({ label }) => label === "signal");
  const ticks = ticksOf(state);
  return {
    ...question,
    ...placeOf(state, guide, plan, questionId),
    usedS: own.reduce((sum, { from, to }) => sum + Math.max(0, (to ?? at) - from), 0),
    budgetS: budgetOf(guide, plan, questionId),
    followUps: question.follow_ups.map((text, n) => {
      const item = `${questionId}/follow_ups/${n}`;
      return { text, item, isDone: ticks.get(item) ?? false };
    }),
    followUpsHeard: [...state.questions.values()].filter((q) => q.is_follow_up && q.question_id === questionId).length,
    signals: question.signals.map((signal) => signalOf(signal, signals)),
  };
}

/** A signal with whether it was heard in its own words, or perhaps, by a sentence about it, and where: a segment id. */
function signalOf(signal, tags) {
  const own = tags.filter(({ kind }) => kind === signal.id);
  const sure = own.find((tag) => !isGuess(tag));
  const segmentId = (sure ?? own[0])?.spans[0].segment_id ?? null;
  return { ...signal, isHeard: Boolean(sure), isPerhaps: !sure && own.length > 0, segmentId };
}

/** `number` of `of`: by the plan where set-up made one, else in the order of asking out of how many the guide asks. */
function placeOf(state, guide, plan, questionId) {
  if (plan?.length) {
    const at = plan.findIndex(({ id }) => id === questionId);
    return { number: at < 0 ? null : at + 1, of: plan.length };
  }
  const number = askedQuestions(state).indexOf(questionId) + 1;
  return { number, of: Math.max(number, guide.most_questions ?? guide.questions.length) };
}

/** Seconds for a question: the plan's, else its share of the stage in which the questions are asked; null: no limit. */
export function budgetOf(guide, plan, questionId) {
  const planned = plan?.find(({ id }) => id === questionId)?.minutes;
  if (planned) return 60 * planned;
  const stage = guide?.stages.find(({ id }) => id === guide.main_stage);
  if (!stage) return null;
  const count = Math.min(plan?.length || Infinity, guide.most_questions ?? Infinity, guide.questions.length);
  return Math.round((60 * stage.minutes[1]) / count);
}

/** The stage under way with its clock, and the one after it: {stage, usedS, budgetS, silence, next}. */
export function stageOf(state, guide) {
  const stages = guide?.stages ?? [];
  const changed = state.acts.findLast(({ type }) => type === "stage_changed");
  const at = stages.findIndex(({ id }) => id === changed?.stage_id);
  const next = stages[at + 1] ?? null;
  if (at < 0) return { stage: null, usedS: 0, budgetS: null, silence: null, conduct: [], next };
  const stage = stages[at];
  const usedS = Math.max(0, momentOf(state) - changed.at_s);
  const ticks = ticksOf(state);
  return {
    stage,
    usedS,
    budgetS: 60 * stage.minutes[1],
    silence: stage.silent_minutes ? { usedS: Math.min(usedS, 60 * stage.silent_minutes), ofS: 60 * stage.silent_minutes } : null,
    conduct: stage.conduct.map((text, n) => {
      const item = `${stage.id}/conduct/${n}`;
      return { text, item, isDone: ticks.get(item) ?? false };
    }),
    next,
  };
}

/** Whether people are still getting to know each other: then the board keeps to the dot, the clock and what to say. */
export function isQuiet(state, guide, plan) {
  return Boolean(stageOf(state, guide).stage?.is_rapport) && !questionOf(state, guide, plan);
}

/** Whether an item is ticked, by its path. */
export function ticksOf(state) {
  return new Map(state.acts.filter(({ type }) => type === "ticked").map(({ item, is_done: isDone }) => [item, isDone]));
}

/** S T A R (and what else the guide's method has): [{label, isHeard}] for the answer under way. */
export function lampsOf(state, guide) {
  const heard = new Set(tagsOf(state, currentStretches(state)).map(({ label }) => label));
  const labels = [...STORY, ...(guide?.story ?? []).filter((label) => label === "insight")];
  return labels.map((label) => ({ label, isHeard: heard.has(label) }));
}

/**
 * The answer's evidence in the order in which it was confirmed, notes and marks among it; guessed signals only where
 * the question looks for them. Tags of the same words are one row: [{key, tags, quotes, segmentId, at, medium} | {key, act, at}].
 */
export function evidenceRows(state, guide) {
  const own = currentStretches(state);
  const question = guide?.questions.find(({ id }) => id === own.at(-1).questionId);
  const isWanted = (tag) => !isGuess(tag) || question?.signals.some(({ id }) => id === tag.kind);
  const rows = new Map();
  for (const tag of tagsOf(state, own).filter(isWanted)) {
    const quotes = quotesOf(state, tag);
    if (QUIET_LABELS.has(tag.label) || !quotes.length) continue;
    const key = tag.spans.map((s) => `${s.segment_id}/${s.revision}/${s.start_char}-${s.end_char}`).join("+");
    if (rows.has(key)) rows.get(key).tags.push(tag);
    else rows.set(key, { key, tags: [tag], quotes, ...whereOf(state, tag) });
  }
  const acts = state.acts
    .filter(({ type }) => type === "bookmarked" || type === "note_taken")
    .map((act) => ({ key: act.event_id, act, at: act.at_s ?? act.end_s }))
    .filter(({ at }) => isWithin(own, at));
  const arrived = ({ act, tags }) => state.arrived.get(act ? act.event_id : tags[0].tag_id);
  return [...rows.values(), ...acts].sort((a, b) => arrived(a) - arrived(b));
}

function whereOf(state, tag) {
  const { segment_id: segmentId, start_s: at } = tag.spans[0];
  return { segmentId, at, medium: state.utterances.get(segmentId)?.medium ?? "spoken" };
}

/** Prompts to ask about, most often first: [{kind, tag, count}]. Never a verdict. */
export function flagsOf(state) {
  const found = new Map();
  for (const tag of tagsOf(state, currentStretches(state)).filter(({ label }) => label === "red_flag")) {
    const known = found.get(tag.kind);
    found.set(tag.kind, { kind: tag.kind, tag, count: (known?.count ?? 0) + 1 });
  }
  return [...found.values()].sort((a, b) => b.count - a.count);
}

/** Seconds that each has talked: {interviewer, candidate}. */
export function talkOf(state) {
  const talk = { interviewer: 0, candidate: 0 };
  for (const utterance of state.utterances.values()) {
    const speaker = speakerOf(state, utterance);
    if (speaker in talk && utterance.medium !== "written") talk[speaker] += utterance.end_s - utterance.start_s;
  }
  return talk;
}

/** Whether something on the board was done by this seat. Ids of acts begin with the id of the seat that did them. */
export function isOwn(state, done) {
  const { seat } = state;
  if (!seat) return false;
  return seat.seat_id ? done.event_id.startsWith(`${seat.seat_id}:`) : authorOf(done) === seat.name;
}

/** This seat's last rating of a target, or undefined. */
export function ratingOf(state, target) {
  return state.acts.findLast((done) => done.type === "rated" && done.target === target && isOwn(state, done));
}

/** This seat's last answer to an entry of a form; "" where there is none. */
export function answerOf(state, item) {
  const isIt = (done) => done.type === "form_answered" && done.item === item && isOwn(state, done);
  return state.acts.findLast(isIt)?.text ?? "";
}

/** What this seat did last and may take back, or undefined; `undone` are the ids of what it is taking back already. */
export function lastOwnAct(state, undone = new Set()) {
  return state.acts.findLast((done) => isOwn(state, done) && !undone.has(done.event_id));
}

/** All that one can rate: [{target, title, anchors}], the questions that came up first. */
export function targetsOf(state, guide) {
  if (!guide) return [];
  const asked = askedQuestions(state);
  const questions = asked.map((id) => guide.questions.find((question) => question.id === id)).filter(Boolean);
  const touched = new Set(questions.map(({ competency }) => competency));
  const criteria = guide.competencies.filter(({ id }) => touched.has(id)).flatMap((competency) => competency.criteria);
  const asTarget = ({ id, title, anchors }) => ({ target: id, title, anchors });
  return [...questions, ...criteria, ...guide.dimensions].map(asTarget);
}

/** The targets that this seat has not rated. */
export function unrated(state, guide) {
  return targetsOf(state, guide).filter(({ target }) => !ratingOf(state, target));
}

/** Competencies of the plan that no question has touched yet. */
export function uncovered(state, guide, plan) {
  const competency = (id) => guide?.questions.find((question) => question.id === id)?.competency;
  const asked = new Set(askedQuestions(state).map(competency));
  const wanted = new Set(planOf(guide, plan).map(({ id }) => competency(id)).filter((id) => !asked.has(id)));
  return (guide?.competencies ?? []).filter(({ id }) => wanted.has(id));
}

/** Up to `most` quotes of a question to rate it by: results and figures before the rest. */
export function quotesFor(state, questionId, most = 3) {
  const order = ["result", "metric", "action", "insight", "signal", "task", "situation"];
  const own = stretches(state).filter((stretch) => stretch.questionId === questionId);
  const seen = new Set();
  return tagsOf(state, own)
    .filter((tag) => order.includes(tag.label) && !isGuess(tag))
    .sort((a, b) => order.indexOf(a.label) - order.indexOf(b.label))
    .map((tag) => ({ tag, quote: quotesOf(state, tag).join(" … "), at: tag.spans[0].start_s }))
    .filter(({ quote }) => quote && !seen.has(quote) && seen.add(quote))
    .slice(0, most);
}

function currentStretches(state) {
  const all = stretches(state);
  return all.filter(({ questionId }) => questionId === all.at(-1).questionId);
}

function tagsOf(state, own) {
  return liveTags(state).filter((tag) => isWithin(own, startOf(state, tag)));
}

function startOf(state, { spans: [first] }) {
  return first.start_s || state.utterances.get(first.segment_id)?.start_s || 0;
}

function isWithin(own, at) {
  return own.some(({ from, to }) => from <= at && (to === null || at < to));
}
