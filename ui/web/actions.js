// What can be done on the board, by key and by mouse alike. Each act says in a short line what it did, with an undo.

import { lastOwnAct, neighbour, phaseOf, questionOf, ratingOf, stageOf, stretches } from "./board.js";
import { call } from "./connection.js";
import { ask, showKeys, showPaste, showQuestions } from "./dialogs.js";
import { showPeople } from "./giving.js";
import { showRating } from "./rating.js";
import { may } from "./roles.js";
import { clock } from "./words.js";

const MARK_S = 20;

/**
 * `given()` is what the board shows now: {state, words, guide, plan, sessionId}. `send(action)` does something on the
 * server, `say(text, {canUndo, isWarning})` fills the status line, `view` changes what is in sight.
 */
export class Actions {
  constructor({ given, send, say, dialog, view }) {
    Object.assign(this, { given, send, say, dialog, view });
    this.undone = new Set();
    this.areKeysOn = localStorage.getItem("earmark-keys") !== "off";
  }

  /** Does what a key or a button asks for; what the seat may not do is nothing. */
  perform(entry) {
    const { action, needs } = entry;
    if (needs && !may(this.given().state.seat, needs)) return;
    this[`on_${action}`]?.(entry);
  }

  async act(action, words, options = { canUndo: true }) {
    try {
      await this.send(action);
      this.say(words, options);
      return true;
    } catch (problem) {
      this.say(`Not done: ${problem.message}`, { isWarning: true });
      return false;
    }
  }

  on_mark() {
    this.act({ type: "mark", seconds: MARK_S }, `Marked the last ${MARK_S} seconds`);
  }

  async on_rate({ score = null, target = null }) {
    const { state, guide, plan } = this.given();
    const question = questionOf(state, guide, plan);
    const wanted = target ?? question?.id;
    if (!wanted) return this.say("No planned question is under way: choose one with G.", { isWarning: true });
    if (score && !(await this.rate({ target: wanted, score: Number(score), reason: "", tag_ids: [] }))) return undefined;
    return this.showRating(wanted);
  }

  /** A second rating of the same target keeps the reason and quotes of the first. */
  rate(rating) {
    const before = ratingOf(this.given().state, rating.target);
    const kept = before && !rating.reason && !rating.tag_ids.length ? { reason: before.reason, tag_ids: before.tag_ids } : {};
    return this.act({ type: "rate", ...rating, ...kept }, `Rated ${rating.score}`);
  }

  showRating(target) {
    const { state, words, guide } = this.given();
    const isShown = showRating(this.dialog, state, words, guide, target, async (rating) => {
      if (await this.act({ type: "rate", ...rating }, `Rated ${rating.score}`)) this.dialog.close();
    });
    if (!isShown) this.say("Nothing to rate yet.", { isWarning: true });
  }

  on_next() { this.step(1); }

  on_previous() { this.step(-1); }

  step(by) {
    const { state, guide, plan } = this.given();
    const id = neighbour(state, guide, plan, by);
    if (id === undefined) return this.say(by > 0 ? "That was the last planned question." : "There is no question before.", { isWarning: true });
    return this.choose(id);
  }

  choose(id) {
    const { words } = this.given();
    return this.act({ type: "choose_question", question_id: id || null }, id ? `Question: ${words.question(id)}` : "No planned question");
  }

  on_choose({ question }) {
    this.dialog.close();
    this.choose(question);
  }

  on_questions() {
    const { state } = this.given();
    showQuestions(this.dialog, state, this.given(), stretches(state).at(-1).questionId);
  }

  on_follow_up() {
    const { state, guide, plan } = this.given();
    const open = questionOf(state, guide, plan)?.followUps.find(({ isDone }) => !isDone);
    const probed = state.now?.probe;
    const item = open?.item ?? probed?.item;
    if (!item) return this.say("No listed follow-up is open.", { isWarning: true });
    return this.tick(item, true);
  }

  tick(item, isDone) {
    return this.act({ type: "tick", item, is_done: isDone }, isDone ? "Ticked off" : "Cleared");
  }

  on_stage() {
    const { state, guide } = this.given();
    const { next } = stageOf(state, guide);
    if (!next) return this.say(guide?.stages.length ? "That was the last stage." : "This rubric has no stages.", { isWarning: true });
    return this.act({ type: "stage", stage_id: next.id }, `Stage: ${next.title}`);
  }

  on_pause() {
    const isPaused = phaseOf(this.given().state) === "paused";
    const words = isPaused ? "On the record again" : "Off the record: nothing is captured";
    this.act({ type: isPaused ? "resume" : "pause" }, words, {});
  }

  on_go_on() {
    this.act({ type: "resume" }, "On the record again", {});
  }

  async on_undo() {
    const last = lastOwnAct(this.given().state, this.undone);
    if (!last) return this.say("Nothing of yours to undo.", {});
    this.undone.add(last.event_id); // undo again at once means the one before, though the board does not show it yet
    const isDone = await this.act({ type: "withdraw", event_id: last.event_id }, `Undone: ${describe(last, this.given().words)}`, {});
    if (!isDone) this.undone.delete(last.event_id);
  }

  on_note() { this.view.writeNote(); }

  async note(text, isShared) {
    return this.act({ type: "note", text, is_shared: isShared }, isShared ? "Noted for everyone" : "Noted for you alone");
  }

  on_paste() {
    showPaste(this.dialog, async (text) => {
      if (text.trim() && (await this.act({ type: "paste", text }, "Added as written evidence", {}))) this.dialog.close();
    });
  }

  on_end() {
    const words = "Recording stops and cannot be taken up again. What was heard stays, and you go on to the debrief.";
    const { people, state } = this.given();
    const more = may(state.seat, "consent") ? [this.withdrawalOf(people.candidate ?? "Candidate")] : [];
    ask(this.dialog, "End the interview?", words, "End it", async () => {
      if (await this.act({ type: "end" }, "The interview has ended", {})) this.dialog.close();
    }, ...more);
  }

  withdrawalOf(name) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = `${name} withdraws consent`;
    button.addEventListener("click", async () => {
      const action = { type: "consent", person: name, is_given: false, purposes: [] };
      if (await this.act(action, "Consent withdrawn: recording has stopped", {})) this.dialog.close();
    });
    return button;
  }

  on_seats() {
    showPeople(this.dialog, this.given().sessionId);
  }

  on_help() {
    showKeys(this.dialog, this.given().state.seat, this.areKeysOn, (areOn) => {
      this.areKeysOn = areOn;
      localStorage.setItem("earmark-keys", areOn ? "on" : "off");
    });
  }

  on_transcript() { this.view.toggle("transcript"); }

  on_evidence() { this.view.showEvidence(); }

  on_now() { this.view.backToNow(); }

  on_close() { this.view.close(); }
}

/** An act in a few words, for the line that says it is undone. */
function describe(done, words) {
  switch (done.type) {
    case "bookmarked": return `the mark at ${clock(done.end_s)}`;
    case "note_taken": return "a note";
    case "rated": return `the rating ${done.score}`;
    case "question_chosen": return done.question_id ? `the question ${words.question(done.question_id)}` : "no question";
    case "stage_changed": return "the change of stage";
    case "ticked": return done.is_done ? "a tick" : "a cleared tick";
    default: return "an answer of the debrief";
  }
}
