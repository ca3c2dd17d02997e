// What can be done on the review page, by key and by mouse alike.

import { showKeys } from "./dialogs.js";
import { showExport, showPeople } from "./giving.js";
import { answerLine, showAnswer } from "./review-consent.js";
import { quotesToRate } from "./review-findings.js";
import { showRating } from "./rating.js";
import { showNote, showSpeakers, showTerm } from "./review-dialogs.js";
import { REVIEW_KEYS } from "./review-keys.js";
import { moments, tagSteps, timeOf, wordOver } from "./review-lines.js";
import { SKIP_S } from "./review-player.js";
import { may } from "./roles.js";
import { clock } from "./words.js";

const WHY = "Why, or why no quote (others see it once their own ratings are all in)";
const LOOK_MS = 50;
const MOST_LOOKS = 100;
const NOTHING_MORE = Object.freeze({ question: "question", tag: "tag", moment: "mark or note" });

export class ReviewActions {
  /** `review` is the page: its parts, `given()`, `act(action, words)` which throws why not, and `say(text, options)`. */
  constructor(review) {
    this.review = review;
    this.areKeysOn = localStorage.getItem("earmark-keys") !== "off";
  }

  /** Does what a key or a button asks for; what the seat may not do is nothing. */
  perform(entry) {
    if (entry.needs && !may(this.state.seat, entry.needs)) return;
    this[`on_${entry.action}`]?.(entry);
  }

  get state() {
    return this.review.state;
  }

  say(text, isWarning = true) {
    this.review.say(text, { isWarning });
  }

  async attempt(action, words) {
    try {
      await this.review.act(action, words);
      return "";
    } catch (problem) {
      this.say(`Not done: ${problem.message}`);
      return problem.message;
    }
  }

  // Hearing

  on_play() { this.review.player.toggle(); }

  on_skip_back() { this.review.player.skip(-SKIP_S); }

  on_skip_on() { this.review.player.skip(SKIP_S); }

  on_slower() { this.say(`Speed ${this.review.player.step(-1)}×`, false); }

  on_faster() { this.say(`Speed ${this.review.player.step(1)}×`, false); }

  on_wider() { if (!this.review.track.zoom(1)) this.say("The time line is as wide as it gets.", false); }

  on_narrower() { if (!this.review.track.zoom(-1)) this.say("All of the time line is in sight.", false); }

  hear(from, until = null) {
    const why = this.review.player.hear(from, until);
    if (why) this.say(why);
    else this.review.transcript.setFollowing(true);
  }

  /** Why a line cannot be heard, whatever its recording; "" where it can. */
  silence({ medium, start_s: from, end_s: to }) {
    if (medium === "written") return "This was written, not said.";
    return to > from ? "" : "This line has no time: what was written down does not say when it was said.";
  }

  /** A word of a line, by its place in the text; a line without word times is heard from its beginning. */
  hearWord(utterance, at) {
    const silence = this.silence(utterance);
    if (silence) return this.say(silence);
    const word = wordOver(utterance, at);
    this.hear(word?.start_s ?? utterance.start_s);
    if (!word && this.review.player.audio) this.say("This line has no word times: it is heard from its beginning.", false);
    return undefined;
  }

  hearLine(utterance) {
    const silence = this.silence(utterance);
    if (silence) this.say(silence);
    else this.hear(utterance.start_s, utterance.end_s);
  }

  on_hear_line({ line }) { this.hearLine(this.state.utterances.get(Number(line))); }

  on_hear_here() {
    const row = this.review.transcript.row(this.review.transcript.chosen);
    if (row?.utterance) this.hearWord(row.utterance, 0);
    else this.on_play();
  }

  on_hear_tag() {
    const { tag } = this.review.card;
    if (tag) this.hear(...timeOf(this.state, tag));
    else this.on_hear_here();
  }

  on_hear_quote({ tag, line, from, to }) {
    if (tag) {
      this.hear(...timeOf(this.state, this.state.tags.get(tag)));
      this.review.goTo(`s${this.state.tags.get(tag).spans[0].segment_id}`);
    } else {
      this.hear(Number(from), Number(to));
      this.review.goTo(`s${line}`);
    }
  }

  // Going about

  on_next_line() { this.step(1); }

  on_line_before() { this.step(-1); }

  step(by) {
    const row = this.review.transcript.neighbour(by);
    if (row) this.review.goTo(row.key, { isFocused: true });
  }

  on_to_heard() { this.review.transcript.backToHeard(); }

  on_line({ line }) { this.review.goTo(`s${line}`, { isFocused: true }); }

  on_question({ isBack }) {
    const { transcript } = this.review;
    const headings = transcript.list.rows.filter(({ kind, question }) => kind === "question" && !question.is_follow_up);
    const row = this.next(headings, isBack, ({ key }) => transcript.list.places.get(key), "question");
    if (!row) return;
    this.review.goTo(`s${row.question.segment_id}`, { isFocused: true });
    this.review.seek(`s${row.question.segment_id}`);
    if (row.question.question_id) this.review.evidence.show(row.question.question_id);
  }

  on_next_tag({ isBack }) {
    const steps = tagSteps(this.state, this.review.filters.value);
    const at = steps.findIndex(({ tag }) => tag.tag_id === this.review.card.tagId);
    const { places } = this.review.transcript.list;
    const place = ({ tag }) => places.get(`s${tag.spans[0].segment_id}`);
    const step = at >= 0 ? steps[at + (isBack ? -1 : 1)] : this.next(steps, isBack, place, null);
    if (step) this.review.openTag(step.tag.tag_id, { isFocused: true });
    else this.say(`There is no ${NOTHING_MORE.tag} ${isBack ? "before" : "after"} this.`);
  }

  on_next_moment({ isBack }) {
    const { player } = this.review;
    const all = moments(this.state);
    const found = isBack ? all.findLast(({ from }) => from < player.at - 1) : all.find(({ from }) => from > player.at + 0.1);
    if (found) this.on_moment({ at: found.from });
    else this.say(`There is no ${NOTHING_MORE.moment} ${isBack ? "before" : "after"} this.`);
  }

  on_moment({ at }) {
    this.review.player.seek(Number(at));
    const line = this.review.transcript.places.near(Number(at));
    if (line) this.review.goTo(line.key);
  }

  /** The next of some rows, or the one before, from the line that one is at. */
  next(rows, isBack, placeOf, what) {
    const { transcript } = this.review;
    const here = transcript.list.places.get(transcript.chosen) ?? -1;
    // A question's heading is the row before its line.
    const found = isBack ? rows.findLast((row) => placeOf(row) < here - 1) : rows.find((row) => placeOf(row) > here);
    if (!found && what) this.say(`There is no ${what} ${isBack ? "before" : "after"} this.`);
    return found;
  }

  on_find() { this.review.filters.text.focus(); }

  on_panel({ isBack }) { this.review.panel.step(isBack ? -1 : 1); }

  on_close() {
    if (this.review.selected.isOpen) this.review.selected.clear();
    else this.review.closeTag();
  }

  // Tags

  on_tag({ tag }) {
    if (this.review.card.tagId === tag) this.review.closeTag();
    else this.review.openTag(tag);
  }

  on_quote({ tag }) { this.review.openTag(tag, { isFocused: true }); }

  withTag(act) {
    if (this.review.card.tag) act(this.review.card);
    else this.say("Open a tag first: T goes to the next one.");
  }

  on_accept() { this.withTag((card) => card.judge("accepted")); }

  on_reject() { this.withTag((card) => card.judge("rejected")); }

  on_reopen() { this.withTag((card) => card.judge("proposed")); }

  on_relabel() { this.withTag((card) => card.label.node.querySelector("select").focus()); }

  on_comment() { this.withTag((card) => card.comment.focus()); }

  // Correcting

  on_edit({ line }) {
    const { transcript, edits } = this.review;
    const key = line ? `s${line}` : transcript.chosen ?? transcript.heard?.key;
    const row = transcript.row(key);
    if (!row?.utterance) return this.say("Choose a line first, then edit it.");
    this.review.player.audio?.pause();
    transcript.choose(key, { isGentle: true });
    return edits.open(row.utterance);
  }

  on_fix_term() { this.fixTerm(getSelection().toString().trim().slice(0, 200)); }

  fixTerm(heard) {
    showTerm(this.review.dialog, heard, (...asked) => this.review.act(...asked));
  }

  on_speakers() {
    showSpeakers(this.review.dialog, this.review.given(), (...asked) => this.review.act(...asked));
  }

  on_undo() { this.attempt({ type: "undo" }, "Undone"); }

  on_redo() { this.attempt({ type: "redo" }, "Done again"); }

  // Rating, noting

  on_rate({ target = null, score = null }) {
    const { transcript, dialog } = this.review;
    const { state, words, guide } = this.review.given();
    const wanted = target ?? transcript.row(transcript.chosen ?? transcript.heard?.key)?.questionId;
    if (!wanted || !guide) return this.say(guide ? "No planned question is under way here: choose a line of one." : "This interview has no rubric to rate by.");
    const options = { quotesOf: (all, id) => quotesToRate(all, guide, id), mustRest: true, why: WHY, score: score && Number(score) };
    const save = async (rating) => {
      try {
        await this.review.act({ type: "rate", ...rating }, `Rated ${rating.score}`, {});
        dialog.close();
        return "";
      } catch (problem) {
        return problem.message;
      }
    };
    this.review.panel.show("ratings");
    if (!showRating(dialog, state, words, guide, wanted, save, options)) this.say("Nothing to rate yet.");
    return undefined;
  }

  on_note() {
    const { player, dialog } = this.review;
    showNote(dialog, clock(player.at), (action, words) => this.review.act(action, words, {}), player.at);
  }

  on_export() {
    showExport(this.review.dialog, this.review.given().sessionId).catch((problem) => this.say(problem.message));
  }

  on_seats() {
    const given = this.review.given();
    const record = () => showAnswer(this.review.dialog, this.review.given(), (action) => this.answered(action), () => this.on_seats());
    showPeople(this.review.dialog, given.sessionId, { first: given.notice && answerLine(given, record), role: "rater" });
  }

  /** Records the candidate's answer; it carries no id to wait for, so it is looked for among those on this screen. */
  async answered(action) {
    const known = this.state.consents.length;
    await this.review.link.send(action);
    for (let looks = 0; this.state.consents.length === known && looks < MOST_LOOKS; looks++) {
      await new Promise((resolve) => { setTimeout(resolve, LOOK_MS); });
    }
  }

  on_help() {
    showKeys(this.review.dialog, this.state.seat, this.areKeysOn, (areOn) => {
      this.areKeysOn = areOn;
      localStorage.setItem("earmark-keys", areOn ? "on" : "off");
    }, REVIEW_KEYS);
  }
}
