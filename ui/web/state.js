// What an interview has come to: a pure fold over the frames of the websocket, and what the page shows of it.
//
// Offsets count Unicode code points, which Array.from yields and slice() on a string does not. Collections are copied
// only when a frame changes them, so a view may compare them by identity.

const NO_FRAMES = Object.freeze([]);
const TWO_UNITS = /[\ud800-\udfff]/;

export const NOTHING_YET = Object.freeze({
  lastSeq: 0,
  session: null,
  ended: null,
  heardUntil: 0,
  utterances: new Map(), // segment id -> its latest revision
  revisions: new Map(), // "segment id/revision" -> utterance
  heardIds: new Set(), // the segment ids of all of those
  channelSpeakers: new Map(),
  segmentSpeakers: new Map(),
  questions: new Map(), // segment id -> question_asked
  unasked: new Map(), // the same, of what the tagger took back: it may be told again by its tag alone
  askedAt: new Map(), // segment id -> the moment at which its question was told, for who is not shown the sentence
  notHeard: new Map(), // question id or null -> items
  tags: new Map(), // tag id -> tag
  decisions: new Map(), // tag id -> what people made of it: [{event_id, author, decision, text, before, after, at}]
  undone: new Set(), // the event ids of edits that were taken back
  splitFrom: new Map(), // segment id of what was split off -> the one that it was put after
  names: new Map(), // speaker -> what they are called in the transcript
  terms: new Map(), // what is heard -> how it is written
  problems: NO_FRAMES,
  drafts: new Map(), // channel -> draft
  arrived: new Map(), // tag id or event id of an act -> the sequence number at which it came first
  acts: NO_FRAMES, // what people did on the board, less what they took back
  consents: NO_FRAMES,
  isPaused: false,
  // What is never journalled: who this screen is, what the server hears this moment, and whether all is here.
  seat: null,
  now: null,
  isLive: false,
  isCaughtUp: false,
});

/** The state after more frames. A journalled frame that was seen before changes nothing. */
export function reduce(state, frames) {
  const next = { ...state };
  for (const frame of frames) {
    const { seq, event } = frame;
    if (!event) attend(next, frame);
    if (!event || (seq !== undefined && seq <= next.lastSeq)) continue;
    if (seq !== undefined) next.lastSeq = seq;
    EVENTS[event.type]?.(next, event, copier(state, next), seq);
  }
  return next;
}

function attend(next, { hello, now, caught_up: caughtUp }) {
  if (hello) next.seat = hello.seat ?? null;
  if (now) next.now = now;
  if (caughtUp) {
    next.isCaughtUp = true;
    next.isLive = caughtUp.is_live;
    next.lastSeq = Math.max(next.lastSeq, caughtUp.seq); // what is not for this seat is not asked for again
  }
}

/** Gives the named collection of `next` for writing: a copy, unless this reduction has made one already. */
function copier(state, next) {
  return (name) => {
    if (next[name] === state[name]) next[name] = copyOf(next[name]);
    return next[name];
  };
}

function copyOf(collection) {
  if (Array.isArray(collection)) return [...collection];
  return collection instanceof Set ? new Set(collection) : new Map(collection);
}

const EVENTS = {
  session_started: (next, event) => { next.session = event; },
  session_ended: (next, event, own) => {
    next.ended = event;
    next.heardUntil = Math.max(next.heardUntil, event.at_s);
    if (next.drafts.size) own("drafts").clear();
  },
  utterance: hear,
  corrected: (next, event, own) => hear(next, event.utterance, own),
  channel_assigned: (next, event, own) => own("channelSpeakers").set(event.channel, event.speaker),
  segment_assigned: (next, event, own) => own("segmentSpeakers").set(event.segment_id, event.speaker),
  question_asked: (next, event, own) => {
    if (next.unasked.has(event.segment_id)) own("unasked").delete(event.segment_id);
    own("questions").set(event.segment_id, event);
    own("askedAt").set(event.segment_id, Math.max(next.now?.at_s ?? 0, next.heardUntil));
  },
  not_heard: (next, event, own) => own("notHeard").set(event.question_id, event.items),
  tag: (next, event, own, seq) => {
    own("tags").set(event.tag_id, event);
    if (!next.arrived.has(event.tag_id)) own("arrived").set(event.tag_id, seq);
    askAgain(next, askedIn(event), own);
  },
  tag_retracted: (next, event, own) => {
    const tag = next.tags.get(event.tag_id);
    own("tags").delete(event.tag_id);
    unask(next, askedIn(tag), own);
  },
  transcript_edited: edit,
  tag_decided: decide,
  problem_noticed: (next, event, own) => own("problems").push(event),
  stage_changed: act,
  rated: act,
  note_taken: act,
  bookmarked: act,
  question_chosen: act,
  ticked: act,
  form_answered: act,
  outcome_decided: act,
  withdrawn: (next, event) => {
    const isTakenBack = (done) => authorOf(done) === event.author && done.event_id === event.withdrawn_id;
    if (next.acts.some(isTakenBack)) next.acts = next.acts.filter((done) => !isTakenBack(done));
  },
  listening_paused: (next, event, own) => {
    next.isPaused = true;
    if (next.drafts.size) own("drafts").clear();
  },
  listening_resumed: (next) => { next.isPaused = false; },
  consent_recorded: (next, event, own) => own("consents").push(event),
  draft: (next, event, own) => {
    if (next.isPaused || next.ended) return; // decoded late: what is off the record is not shown
    next.heardUntil = Math.max(next.heardUntil, event.at_s);
    if (event.text.trim()) own("drafts").set(event.channel, event);
    else if (next.drafts.has(event.channel)) own("drafts").delete(event.channel);
  },
};

function act(next, event, own, seq) {
  own("acts").push(event);
  own("arrived").set(event.event_id, seq);
  next.heardUntil = Math.max(next.heardUntil, event.at_s ?? event.end_s ?? 0);
}

/** The segment id where the question begins that a tag marks; undefined where it marks none. */
function askedIn(tag) {
  return tag?.label === "question" ? tag.spans[0]?.segment_id : undefined;
}

/** With the last tag of a question goes what was taken for one: another person said it, say. */
function unask(next, id, own) {
  const asked = next.questions.get(id);
  if (!asked || [...next.tags.values()].some((tag) => askedIn(tag) === id)) return;
  own("unasked").set(id, asked);
  own("questions").delete(id);
}

function askAgain(next, id, own) {
  const asked = next.unasked.get(id);
  if (!asked) return;
  own("unasked").delete(id);
  next.questions = new Map([...next.questions, [id, asked]].sort(([a], [b]) => a - b));
}

/** A correction: what it replaces stands no more, what it holds stands from now on, as pipeline/state.py has it. */
function edit(next, event, own) {
  turn(event, own);
  const gone = new Set(event.replaced.map(({ segment_id: id }) => id));
  let before = null;
  for (const utterance of event.utterances) {
    const id = utterance.segment_id;
    if (before !== null && !next.heardIds.has(id)) own("splitFrom").set(id, before);
    hear(next, utterance, own);
    if (gone.delete(id)) own("utterances").set(id, utterance);
    before = id;
  }
  for (const id of gone) own("utterances").delete(id);
  for (const { segment_id: id, channel, after } of event.speakers) {
    put(id === null ? own("channelSpeakers") : own("segmentSpeakers"), id ?? channel, after);
  }
  for (const { speaker, after } of event.names) put(own("names"), speaker, after);
  for (const { heard, after } of event.terms) put(own("terms"), heard, after);
}

function decide(next, event, own, seq) {
  const { event_id, tag_id: id, author, decision, text, before, after, undoes, redoes } = event;
  turn(event, own);
  put(own("tags"), id, after);
  if (after && !next.arrived.has(id)) own("arrived").set(id, seq);
  const made = next.decisions.get(id) ?? [];
  if (undoes || made.some((one) => one.event_id === redoes)) return;
  own("decisions").set(id, [...made, { event_id: redoes || event_id, author, decision, text, before, after, at: null }]);
}

/** Undo and redo name the edit that they take back or do again. */
function turn({ undoes, redoes }, own) {
  if (undoes) own("undone").add(undoes);
  if (redoes) own("undone").delete(redoes);
}

function put(table, key, value) {
  if (value === null) table.delete(key);
  else table.set(key, value);
}

/** What people made of a tag, less what was taken back, in the order of the journal. */
export function decisionsOf(state, tagId) {
  return (state.decisions.get(tagId) ?? []).filter(({ event_id: id }) => !state.undone.has(id));
}

/** Who did something on the board. */
export function authorOf(done) {
  return done.rater ?? done.author;
}

function hear(next, utterance, own) {
  const { segment_id: id, revision, channel, end_s } = utterance;
  own("revisions").set(`${id}/${revision}`, utterance);
  if (!next.heardIds.has(id)) own("heardIds").add(id);
  if (revision >= (next.utterances.get(id)?.revision ?? 0)) own("utterances").set(id, utterance);
  next.heardUntil = Math.max(next.heardUntil, end_s);
  if (next.drafts.has(channel)) own("drafts").delete(channel);
}

/** Who said an utterance: its own assignment wins over its channel's, and that over what it was heard with. */
export function speakerOf(state, utterance) {
  return state.segmentSpeakers.get(utterance.segment_id)
    ?? state.channelSpeakers.get(utterance.channel)
    ?? utterance.speaker;
}

/** A slice of text between two code point offsets. Few texts have letters of two code units: those cost more. */
export function slice(text, start, end) {
  return TWO_UNITS.test(text) ? Array.from(text).slice(start, end).join("") : text.slice(start, end);
}

/** A text cut in two after so many code points. */
export function split(text, at) {
  const head = slice(text, 0, at);
  return [head, text.slice(head.length)];
}

/** The words of a tag, one string for each span that was heard; spans in adjacent utterances stay apart. */
export function quotesOf(state, tag) {
  return tag.spans.flatMap((span) => {
    const utterance = state.revisions.get(`${span.segment_id}/${span.revision}`);
    return utterance ? [slice(utterance.text, span.start_char, span.end_char)] : [];
  });
}

/** The tags that nobody rejected, in the order of the journal. */
export function liveTags(state) {
  return [...state.tags.values()].filter((tag) => tag.status !== "rejected");
}

/** Whether a signal is guessed from what a sentence is about, and nobody has confirmed it. */
export function isGuess({ label, rule_id: ruleId, status }) {
  return label === "signal" && Boolean(ruleId?.startsWith("topic.")) && status !== "accepted";
}

/**
 * An utterance's text cut wherever a quote begins or ends: [{text, quotes: [{tag, lane, begins}]}].
 * Overlapping quotes get lanes of their own, so that each keeps its own underline from end to end.
 */
export function pieces(utterance, tags) {
  const letters = Array.from(utterance.text);
  const quotes = inLanes(spansIn(utterance, tags));
  const cuts = new Set([0, letters.length]);
  for (const { start, end } of quotes) cuts.add(start).add(end);
  const edges = [...cuts].filter((at) => at <= letters.length).sort((a, b) => a - b);
  return edges.slice(0, -1).map((from, n) => ({
    text: letters.slice(from, edges[n + 1]).join(""),
    quotes: quotes
      .filter(({ start, end }) => start <= from && from < end)
      .map(({ tag, lane, start }) => ({ tag, lane, begins: start === from })),
  }));
}

function spansIn(utterance, tags) {
  return tags
    .flatMap((tag) => tag.spans.map((span) => ({ tag, span })))
    .filter(({ span }) => span.segment_id === utterance.segment_id && span.revision === utterance.revision)
    .map(({ tag, span }) => ({ tag, start: span.start_char, end: span.end_char }))
    .sort((a, b) => a.start - b.start || b.end - a.end);
}

function inLanes(quotes) {
  const lastEnds = [];
  return quotes.map((quote) => {
    const free = lastEnds.findIndex((end) => end <= quote.start);
    const lane = free < 0 ? lastEnds.length : free;
    lastEnds[lane] = quote.end;
    return { ...quote, lane };
  });
}

/**
 * What utterances are ordered by: segment ids, and what was split off right after what it was split from (of two split
 * off from the same one, the later one first).
 */
export function placeOf(state, segmentId) {
  const path = [];
  let id = segmentId;
  for (let parent = state.splitFrom.get(id); parent !== undefined; parent = state.splitFrom.get(id)) {
    path.unshift(-id);
    id = parent;
  }
  return [id, ...path];
}

function comparePlaces(one, other) {
  for (let at = 0; at < Math.min(one.length, other.length); at += 1) {
    if (one[at] !== other[at]) return one[at] - other[at];
  }
  return one.length - other.length;
}

function inPlace(state) {
  const all = [...state.utterances.values()];
  const isInOrder = all.every(({ segment_id: id }, at) => at === 0 || all[at - 1].segment_id < id);
  if (isInOrder && !state.splitFrom.size) return all;
  const places = new Map(all.map(({ segment_id: id }) => [id, placeOf(state, id)]));
  return all.sort((a, b) => comparePlaces(places.get(a.segment_id), places.get(b.segment_id)));
}

/** Every sentence with its effective speaker and its tags, in the order of confirmation: [{utterance, speaker, tags}]. */
export function sentences(state, tagsBySegment = bySegment(liveTags(state))) {
  return inPlace(state).map((utterance) => ({
    utterance,
    speaker: speakerOf(state, utterance),
    tags: tagsBySegment.get(utterance.segment_id) ?? [],
  }));
}

/**
 * The transcript in blocks, each begun by a question: [{question, number, utterances, notHeard}]. Sentences stand in the
 * order in which they begin: an aside may be confirmed before what it was said into.
 * The first block, before any question, has none. What was not heard stands at the end of its question's last block.
 * Which tags stand with a sentence, by its segment id, may be given.
 */
export function blocks(state, tagsBySegment = undefined) {
  const all = [newBlock(null, null)];
  let number = 0;
  for (const said of sentences(state, tagsBySegment).sort(byBeginning)) { // stable: of two that begin at once, the order stays
    const question = state.questions.get(said.utterance.segment_id);
    if (question) {
      if (question.question_id !== null && !question.is_follow_up) number += 1;
      all.push(newBlock(question, number));
    }
    // A heading says already that this is a question.
    const tags = said.tags.filter(({ label }) => !(question && label === "question"));
    all.at(-1).utterances.push({ ...said, tags });
  }
  for (const [questionId, items] of state.notHeard) blockOf(all, questionId).notHeard.push(...items);
  return all;
}

function byBeginning({ utterance: a }, { utterance: b }) {
  return a.start_s - b.start_s;
}

function newBlock(question, number) {
  return { question, number, utterances: [], notHeard: [] };
}

function blockOf(all, questionId) {
  return all.findLast(({ question }) => question && question.question_id === questionId) ?? all.at(-1);
}

/** Tags by the segment ids of their spans: Map id -> [tag]. */
export function bySegment(tags) {
  const groups = new Map();
  for (const tag of tags) {
    const ids = tag.spans.map(({ segment_id: id }) => id);
    for (const id of ids.length > 1 ? new Set(ids) : ids) {
      if (groups.has(id)) groups.get(id).push(tag);
      else groups.set(id, [tag]);
    }
  }
  return groups;
}

/** Quotes by label, in the order in which they were said: Map label -> [{tag, quotes, segmentId, at}]. */
export function evidence(state) {
  const byLabel = new Map();
  for (const tag of liveTags(state)) {
    const quotes = quotesOf(state, tag);
    if (!quotes.length) continue;
    if (!byLabel.has(tag.label)) byLabel.set(tag.label, []);
    const { segment_id: segmentId, start_s: at } = tag.spans[0];
    byLabel.get(tag.label).push({ tag, quotes, segmentId, at });
  }
  for (const found of byLabel.values()) found.sort((a, b) => a.at - b.at);
  return byLabel;
}
