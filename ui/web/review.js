// The review page: an interview gone through afterwards, its recording heard, its words corrected, its tags weighed.

import { breath, painted } from "./breath.js";
import { ask, asSeat, call, watch } from "./connection.js";
import { Dialog } from "./dialogs.js";
import { actionButton, element, setText } from "./dom.js";
import { Status } from "./foot.js";
import { ReviewActions } from "./review-actions.js";
import { early, path, sessionId } from "./review-early.js";
import { Edits } from "./review-edits.js";
import { ReviewEvidence } from "./review-evidence.js";
import { Filters } from "./review-filters.js";
import { reviewEntryFor, REVIEW_KEYS } from "./review-keys.js";
import { timeOf } from "./review-lines.js";
import { Moments } from "./review-moments.js";
import { Panel } from "./review-panel.js";
import { Player } from "./review-player.js";
import { Ratings } from "./review-ratings.js";
import { Selected } from "./review-select.js";
import { TagCard } from "./review-tag.js";
import { Track } from "./review-track.js";
import { itemsOf } from "./review-track-items.js";
import { ReviewTranscript } from "./review-transcript.js";
import { may } from "./roles.js";
import { folded } from "./snapshot.js";
import { NOTHING_YET, reduce, speakerOf } from "./state.js";
import { day } from "./view.js";
import { Words } from "./words.js";

const LONGEST_WAIT_MS = 1000;
const LEVELS_AFTER_MS = 1500;

class Review {
  constructor(page) {
    Object.assign(this, { page, sessionId, path });
    this.state = NOTHING_YET;
    this.context = { guide: null, plan: null, people: {}, raters: [] };
    this.awaited = new Map(); // event id of an act under way -> what to call when it has come back
    this.came = new Set(); // event ids that came since the page was opened
    this.drawing = null;
  }

  async open() {
    this.words = new Words(await early.table);
    await breath();
    this.build();
    await breath();
    this.buildPanel();
    this.state = await this.take(await early.snapshot);
    this.transcript.read(this.state);
    await breath();
    this.drawTranscript();
    this.page.transcript.setAttribute("aria-busy", "false");
    this.connect();
    this.goToHash();
    await this.learnAbout();
    await this.draw();
    const peaks = await this.player.open();
    if (peaks) await this.track.setPeaks(peaks, document.querySelector("meta[name=style-nonce]").content);
    this.hearLevels();
  }

  /** What was settled before the interview, and the rubric's own words: the transcript does not wait for them. */
  async learnAbout() {
    const { plan, people, notice, rubric: id } = await call(this.path);
    const rubric = id ? await call(`${this.path}/rubric`).catch(() => null) : null;
    if (rubric) this.words = this.words.with(rubric);
    Object.assign(this.context, { plan, people, notice, guide: rubric?.guide ?? null });
  }

  /** The state of a snapshot; what else it tells is kept. */
  async take(answer) {
    const { state, history, raters, sees } = await folded(answer);
    Object.assign(this, { history, sees });
    this.context.raters = raters;
    return state;
  }

  /** Takes everything anew: whose ratings this seat sees is another matter than it was. What comes meanwhile waits. */
  async takeAnew() {
    this.waiting = [];
    try {
      this.state = { ...(await this.take(await ask(`${this.path}/snapshot`))), now: this.state.now, isLive: this.state.isLive };
    } catch {
      this.sees = null; // the next greeting says it again
    }
    const came = this.waiting;
    this.waiting = null;
    this.receive(came);
    this.draw();
  }

  connect() {
    this.link = watch(this.sessionId, {
      lastSeq: () => this.state.lastSeq,
      onFrames: (frames) => this.receive(frames),
      onReset: () => location.reload(),
      onStatus: (status) => this.connectionIs(status),
    });
  }

  build() {
    const { page } = this;
    const given = () => this.given();
    const act = (...asked) => this.act(...asked);
    this.dialog = new Dialog(page.dialog);
    const status = new Status(page.status);
    this.say = (text, options) => status.say(text, options);
    this.actions = new ReviewActions(this);
    this.player = new Player(page.controls, page["sound-note"], this.sessionId, {
      onMoment: (at) => this.heard(at),
      onState: () => this.transcript.setFollowing(true),
    });
    this.track = new Track(page, this.player, (place) => this.picked(place));
    this.edits = new Edits({ given, act, redraw: () => this.drawTranscript() });
    this.card = new TagCard({ given, act, close: () => this.closeTag() });
    this.transcript = new ReviewTranscript(page.transcript, page.follow, this);
    this.filters = new Filters(page.filters, () => this.drawTranscript());
    this.selected = new Selected(page.selected, page.transcript, {
      given,
      act,
      hear: (first, last) => this.hearMarked(first, last),
      fix: (words) => this.actions.fixTerm(words),
    });
    this.tools();
  }

  buildPanel() {
    const { page } = this;
    this.panel = new Panel(page.panel, () => this.drawPanel?.());
    this.evidence = new ReviewEvidence(this.panel.parts.evidence);
    this.ratings = new Ratings(this.panel.parts.ratings);
    this.moments = new Moments(this.panel.parts.moments);
    this.listen();
  }

  tools() {
    const { page, sessionId } = this;
    this.undoing = ["undo", "redo"].map((action) => actionButton(action === "undo" ? "Undo" : "Redo", action, { key: action === "undo" ? "U" : "Y" }));
    page.tools.append(...this.undoing,
      actionButton("Speakers", "speakers", { key: "S" }), actionButton("Fix a term", "fix_term", { key: "F" }), actionButton("Note", "note", { key: "N" }));
    this.people = actionButton("People", "seats", { key: "I" });
    this.people.hidden = true;
    const to = (path, words) => element("a", { href: asSeat(`/sessions/${encodeURIComponent(sessionId)}${path}`) }, words);
    page.ways.append(to("", "Board"), to("/debrief", "Debrief"), this.people,
      actionButton("Export", "export", { key: "O" }), actionButton("Keys", "help", { key: "?" }));
    document.querySelector(".brand").href = asSeat("/");
  }

  listen() {
    addEventListener("keydown", (press) => {
      if (press.defaultPrevented || this.isOver || this.dialog.isOpen || this.goesOnTyping(press)) return;
      const entry = reviewEntryFor(press, this.actions.areKeysOn);
      if (!entry || (press.repeat && !entry.action.startsWith("skip"))) return;
      if (entry.action !== "close") press.preventDefault();
      this.actions.perform(entry);
    });
    addEventListener("click", (click) => this.clicked(click));
    addEventListener("hashchange", () => this.goToHash());
  }

  /** Whoever scrolled away from the line that they correct and types on is brought back to it. */
  goesOnTyping({ key, ctrlKey, metaKey, target }) {
    const { edits, transcript, page } = this;
    const isAway = edits.key && !edits.isBusy && !edits.node.isConnected && (target === page.transcript || target === document.body);
    if (!isAway || key.length !== 1 || ctrlKey || metaKey) return false;
    this.goTo(edits.key);
    edits.text.focus({ preventScroll: true });
    return transcript.list.has(edits.key);
  }

  clicked(click) {
    const button = click.target.closest?.("[data-action]");
    if (button) {
      const { action, ...data } = button.dataset;
      const { needs } = REVIEW_KEYS.find((entry) => entry.action === action) ?? {};
      this.actions.perform({ ...data, action, needs });
      return;
    }
    const line = click.target.closest?.(".sentence");
    if (!line || !getSelection().isCollapsed || click.target.closest("form, .tag-card")) return;
    this.transcript.choose(line.id, { isGentle: true });
    const word = click.target.closest(".w");
    const utterance = this.state.utterances.get(Number(line.dataset.line));
    if (word && utterance) this.actions.hearWord(utterance, Number(word.dataset.at));
  }

  /** What the parts of the page work on. */
  given() {
    const { state, words, context, sessionId } = this;
    return {
      state, words, sessionId, ...context,
      speakerOf: (id) => speakerOf(state, state.utterances.get(id)),
      next: (id) => this.nextLine(id),
    };
  }

  /** The line after another one on its channel, as the server names it. */
  nextLine(id) {
    const { channel } = this.state.utterances.get(id);
    const lines = this.transcript.rows.filter(({ kind, utterance }) => kind === "said" && utterance.channel === channel);
    const next = lines[lines.findIndex(({ utterance }) => utterance.segment_id === id) + 1]?.utterance;
    return next && { segment_id: next.segment_id, revision: next.revision };
  }

  // Doing and being told

  /** Does something on the server and resolves when it is on this screen too. Throws why not. */
  async act(action, words, options = { canUndo: true }) {
    const eventId = await this.link.send(action);
    if (!this.came.has(eventId)) {
      await new Promise((resolve) => {
        this.awaited.set(eventId, resolve);
        setTimeout(resolve, LONGEST_WAIT_MS);
      });
      this.awaited.delete(eventId);
    }
    this.say(words, options);
  }

  receive(frames) {
    if (this.waiting) {
      this.waiting.push(...frames);
      return;
    }
    const before = this.state;
    this.state = reduce(before, frames);
    const came = frames.map(({ event }) => event?.event_id).filter(Boolean);
    for (const id of came) this.came.add(id);
    if (this.state.now?.history) this.history = this.state.now.history;
    if (frames.some(({ event }) => event && event.type !== "draft")) {
      this.edits.update(this.state);
      this.draw();
      if (["utterances", "segmentSpeakers", "channelSpeakers"].some((name) => before[name] !== this.state[name])) this.hearLevels();
    }
    this.drawHistory();
    for (const id of came) this.awaited.get(id)?.();
    const told = frames.map(({ hello }) => hello).findLast((one) => one?.sees);
    const isAnother = frames.some(({ event, anew }) => anew || event?.type === "rated"); // what is open, or who is in
    if (isAnother || (told && String(told.sees) !== String(this.sees))) this.takeAnew();
  }

  connectionIs({ state, text }) {
    const { connection } = this.page;
    connection.dataset.state = state;
    setText(connection, text);
    if (state === "gone") this.leave(text);
  }

  /** The interview was erased, or this seat taken away: nothing of it stays on the page, whatever is still drawn. */
  leave(reason) {
    const { page } = this;
    this.isOver = true;
    this.player.audio?.pause();
    this.dialog.close();
    for (const node of [page.player, page.ways, page.status]) node.remove();
    for (const node of [page.facts, page.progress, page.dialog]) node.replaceChildren();
    setText(page.title, "Review");
    document.title = "Review · Earmark";
    page.review.replaceChildren(element("p", { class: "empty" }, `${reason[0].toUpperCase()}${reason.slice(1)}. `, element("a", { href: asSeat("/") }, "All interviews")));
  }

  // Drawing

  /** Draws everything, part after part, so that no task is long. What came meanwhile is drawn again after it. */
  async draw() {
    if (this.drawing) {
      this.isStale = true;
      return this.drawing;
    }
    this.drawing = (async () => {
      do {
        this.isStale = false;
        await breath(); // whoever waits for what came acts first, and is drawn with it
        this.drawHead();
        this.drawTranscript();
        await painted(); // the words come first
        this.drawFilters();
        await breath();
        this.findEvidence();
        await breath();
        this.drawPanel();
        await painted(); // its layout is a task of its own
        await this.drawTrack();
      } while (this.isStale);
      this.drawing = null;
    })();
    return this.drawing;
  }

  drawHead() {
    const { page, state, words, context } = this;
    const { session, ended } = state;
    if (!session || this.isOver) return;
    const title = context.people?.candidate || session.source;
    setText(page.title, title);
    document.title = `${title} · Review · Earmark`;
    const facts = [words.rubric?.title, title !== session.source && session.source, day(session.started_at)].filter(Boolean);
    if (page.facts.textContent !== facts.join("")) page.facts.replaceChildren(...facts.map((fact) => element("span", {}, fact)));
    setText(page.progress, ended ? "" : "Not ended yet");
    for (const button of page.tools.querySelectorAll("button")) {
      const needs = REVIEW_KEYS.find(({ action }) => action === button.dataset.action)?.needs;
      button.hidden = Boolean(needs) && !may(state.seat, needs);
    }
    this.people.hidden = !may(state.seat, "seats");
    this.drawHistory();
  }

  drawHistory() {
    const [undo, redo] = this.undoing;
    undo.disabled = !this.history?.can_undo;
    redo.disabled = !this.history?.can_redo;
  }

  drawTranscript() {
    const { state, words, filters } = this;
    this.card.draw();
    filters.told(this.transcript.draw(state, words, filters.value));
    this.player.setEnd(this.transcript.places.end);
    if (!this.transcript.places.haveTimes && state.utterances.size) this.player.say("This transcript has no times: its lines cannot be found in a recording.");
  }

  drawFilters() {
    this.filters.draw(this.state, this.words);
  }

  findEvidence() {
    if (this.panel.shown === "evidence") this.evidence.find(this.state, this.words, this.context.guide);
  }

  drawPanel() {
    if (!this.state.isCaughtUp) return;
    const { state, words, context } = this;
    if (this.panel.shown === "evidence") this.evidence.draw(state, words, context);
    else if (this.panel.shown === "ratings") this.ratings.draw(state, words, context);
    else this.moments.draw(state);
  }

  async drawTrack() {
    const { state, words, transcript } = this;
    if (state.tags === this.tracked?.tags && transcript.rows === this.trackedRows && state.acts === this.tracked.acts) return;
    this.tracked = state;
    this.trackedRows = transcript.rows;
    const items = itemsOf(state, words, transcript.rows);
    await breath();
    this.track.set(transcript.places.lines.map(({ start, end, speaker }) => ({ from: start, to: end, speaker })), items);
  }

  /** The levels of the criteria take seconds to hear, the first time: they are asked for once nothing else is under way. */
  hearLevels() {
    if (!this.context.guide?.competencies.some(({ criteria }) => criteria.length)) return;
    clearTimeout(this.levelsTimer);
    this.levelsTimer = setTimeout(async () => {
      const levels = await call(`${this.path}/levels`).catch(() => null);
      if (levels) this.evidence.setLevels(levels);
      this.drawPanel();
    }, LEVELS_AFTER_MS);
  }

  // Going about

  heard(at) {
    this.track.move(at);
    this.transcript.hear(at, this.player.isPlaying);
  }

  /** Somebody pointed at the time line. */
  picked({ at, key, tag }) {
    this.player.seek(at);
    this.transcript.setFollowing(true);
    if (tag) return this.openTag(tag);
    const line = key ?? this.transcript.places.near(at)?.key;
    return line && this.goTo(line);
  }

  /** Goes to a line; where a filter hides it, the filter goes. */
  goTo(key, options) {
    this.transcript.setFollowing(false);
    if (this.transcript.choose(key, options)) return true;
    if (!this.transcript.row(key)) return false;
    this.filters.clear();
    return this.transcript.choose(key, options);
  }

  seek(key) {
    const utterance = this.transcript.row(key)?.utterance;
    if (utterance) this.player.seek(utterance.start_s);
  }

  openTag(tagId, options) {
    const tag = this.state.tags.get(tagId);
    if (!tag) return;
    this.card.open(tagId);
    this.drawTranscript();
    this.goTo(`s${tag.spans[0].segment_id}`, options);
    if (!this.player.isPlaying) this.player.seek(timeOf(this.state, tag)[0]);
  }

  closeTag() {
    const { tagId } = this.card;
    if (!tagId) return;
    const hadFocus = this.card.node.contains(document.activeElement);
    this.card.tagId = null;
    this.drawTranscript();
    if (hadFocus) this.page.transcript.querySelector(`[data-tag="${CSS.escape(tagId)}"]`)?.focus();
  }

  hearMarked(first, last) {
    const span = (at) => {
      const words = this.state.revisions.get(`${at.segment_id}/${at.revision}`)?.words ?? [];
      return words.filter(({ start_char: start }) => start >= at.start_char && start < at.end_char);
    };
    const [from, to] = [span(first)[0], span(last).at(-1)];
    const line = this.state.utterances.get(first.segment_id);
    if (from && to) this.actions.hear(from.start_s, to.end_s);
    else if (line) this.actions.hearLine(line);
  }

  /** Links from elsewhere lead to a line (#s12) or a moment (#at=63.5). */
  goToHash() {
    const [key, moment] = location.hash.slice(1).split("=");
    if (key === "at" && moment >= 0) this.actions.on_moment({ at: moment });
    else if (/^s\d+$/.test(key) && this.goTo(key, { isFocused: true })) this.seek(key);
  }
}

const page = Object.fromEntries([...document.querySelectorAll("[id]")].map((node) => [node.id, node]));

new Review(page).open().catch((problem) => {
  page.connection.dataset.state = "gone";
  const isMissing = problem.status === 404 || problem.status === 403;
  setText(page.connection, isMissing ? "Not opened" : "Earmark does not answer");
  page.transcript.setAttribute("aria-busy", "false");
  page.transcript.replaceChildren(element("p", { class: "empty" }, `${problem.message} `, element("a", { href: asSeat("/") }, "All interviews")));
});
