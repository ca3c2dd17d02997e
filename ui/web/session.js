// One interview on the screen: which view is in sight, and everything drawn anew when something came.

import { Actions } from "./actions.js";
import { Asking } from "./asking.js";
import { Bar } from "./bar.js";
import { isQuiet, phaseOf } from "./board.js";
import { Capture } from "./capture.js";
import { call, watch } from "./connection.js";
import { Consent } from "./consent.js";
import { Dialog } from "./dialogs.js";
import { actionButton, element } from "./dom.js";
import { Ending } from "./ending.js";
import { Tail } from "./follow.js";
import { Foot, Status } from "./foot.js";
import { Heard } from "./heard.js";
import { entryFor, KEYS } from "./keys.js";
import { Large } from "./large.js";
import { Probes } from "./probes.js";
import { may } from "./roles.js";
import { place, Rows } from "./rows.js";
import { Said } from "./said.js";
import { isGuess, NOTHING_YET, reduce, speakerOf } from "./state.js";
import { View } from "./view.js";
import { clock, Words } from "./words.js";

const ANNOUNCEMENTS_KEPT = 5;
const LONGEST_WAIT_MS = 1000;
const SHOWN_ACTS = new Set(["note", "mark", "rate", "choose_question", "stage", "tick", "answer_form"]);
const VIEWS = ["consent", "board", "ending", "interview", "large"];

export class Session {
  constructor(page, sessionId, showStatus) {
    Object.assign(this, { page, sessionId, showConnection: showStatus });
    this.state = NOTHING_YET;
    this.words = null;
    this.context = { guide: null, plan: null, people: {}, notice: null, connection: null };
    this.marksNew = false;
    this.awaited = new Map(); // event id of an act under way -> what to call when it has come back
    this.shown = null;
    this.wantsTranscript = sessionStorage.getItem(this.viewKey) === "transcript";
  }

  get viewKey() {
    return `earmark-view-${this.sessionId}`;
  }

  async open() {
    this.words = new Words(await call("/api/words"));
    this.build();
    this.link = watch(this.sessionId, {
      lastSeq: () => this.state.lastSeq,
      onFrames: (frames) => this.receive(frames),
      onReset: () => { this.state = { ...NOTHING_YET, seat: this.state.seat }; },
      onStatus: (status) => this.connectionIs(status),
    });
    this.learnAbout();
  }

  build() {
    const { page } = this;
    const dialog = new Dialog(page.dialog);
    const status = new Status(page.status);
    this.dialog = dialog;
    this.actions = new Actions({
      given: () => ({ state: this.state, words: this.words, sessionId: this.sessionId, ...this.context }),
      send: (action) => this.send(action),
      say: (text, options) => status.say(text, options),
      dialog,
      view: this,
    });
    const act = (...asked) => this.actions.act(...asked);
    this.view = new View(page);
    this.bar = new Bar(page.bar);
    this.asking = new Asking(page.asking);
    this.heard = new Heard(page.heard, page.gaps);
    this.said = new Said(page.said, page["now-said"]);
    const probes = new Probes(() => this.draw());
    this.foot = new Foot(page, this.sessionId, (text, isShared) => this.actions.note(text, isShared), probes);
    this.consent = new Consent(page.consent, act);
    this.ending = new Ending(page.ending, { act, dialog, sessionId: this.sessionId });
    this.large = new Large(page.large, probes);
    this.rows = new Rows();
    this.tails = {
      transcript: new Tail(page.transcript, page.follow),
      heard: new Tail(page["heard-scroll"], page["heard-back"], { pages: page.heard }),
      said: new Tail(page["said-scroll"], page["said-back"], { pages: page.said }),
    };
    this.listen();
  }

  listen() {
    addEventListener("keydown", (press) => this.pressed(press));
    addEventListener("click", (click) => this.clicked(click));
    addEventListener("change", ({ target }) => {
      if (target.dataset?.tick) this.actions.tick(target.dataset.tick, target.checked);
    });
  }

  pressed(press) {
    if (press.defaultPrevented || press.repeat) return;
    const entry = entryFor(press, this.actions.areKeysOn);
    // Only closing works in a dialog, and the browser does that itself.
    if (!entry || this.dialog.isOpen || !this.shown) return;
    if (entry.action !== "close") press.preventDefault();
    this.actions.perform(entry);
  }

  clicked(click) {
    const button = click.target.closest?.("[data-action]");
    if (button) {
      const { action, ...data } = button.dataset;
      const { needs } = KEYS.find((entry) => entry.action === action) ?? {};
      this.actions.perform({ ...data, action, needs });
      return;
    }
    const link = click.target.closest?.('a[href^="#s"]');
    if (!link) return;
    click.preventDefault();
    this.toggle("transcript", true);
    this.view.transcript.drawWhole();
    goTo(this.page.transcript.querySelector(link.hash));
  }

  /** Resolves once the act is on this screen too, so that the next one builds on it. */
  async send(action) {
    const act = () => this.link.send(action);
    const eventId = await (this.capture ? this.capture.around(action, act) : act());
    if (!SHOWN_ACTS.has(action.type) || this.state.arrived.has(eventId)) return;
    await new Promise((resolve) => {
      this.awaited.set(eventId, resolve);
      setTimeout(resolve, LONGEST_WAIT_MS);
    });
    this.awaited.delete(eventId);
  }

  receive(frames) {
    const before = this.state;
    this.state = reduce(before, frames);
    const { state } = this;
    if (this.shown === "board" && frames.every(({ event }) => event?.type === "draft")) {
      this.said.drawMoment(state, this.words); // several times a second: nothing else has changed
      return;
    }
    if (state.session && state.session !== before.session) this.addRubric(state.session.rubric_id);
    const isNews = before.isCaughtUp && frames.some((frame) => frame.event);
    this.marksNew = Boolean(this.shown) && before.isCaughtUp;
    this.draw(state.utterances.size - before.utterances.size);
    if (isNews && this.shown !== "large") this.announce(before);
    for (const [eventId, resolve] of this.awaited) if (state.arrived.has(eventId)) resolve();
  }

  /** What was settled before the interview: plan, people, notice. */
  async learnAbout() {
    const about = await call(`/api/sessions/${encodeURIComponent(this.sessionId)}`).catch(() => null);
    if (!about) return;
    const { plan, people, notice, browser } = about;
    if (browser?.length) this.capture = new Capture(this.sessionId, browser, this.page.capture);
    this.context = { ...this.context, plan, people, notice };
    this.draw();
  }

  async addRubric(id) {
    if (!id) return;
    this.isWaitingForRubric = !this.shown; // so that the first drawing has its words already
    try {
      const rubric = await call(`/api/sessions/${encodeURIComponent(this.sessionId)}/rubric`);
      this.words = this.words.with(rubric);
      this.context = { ...this.context, guide: rubric.guide ?? null };
    } catch {
      // The rubric is not here any more: its ids, spelt out, say enough.
    }
    this.isWaitingForRubric = false;
    this.draw();
  }

  connectionIs(status) {
    this.context = { ...this.context, connection: status };
    this.showConnection(status);
    if (status.state === "gone") this.showMissing(status.text);
    else if (this.shown) this.draw();
  }

  wanted() {
    const { seat } = this.state;
    const phase = phaseOf(this.state);
    if (seat?.role === "interviewer") return "large";
    if (this.wantsTranscript || phase === null) return "interview";
    if (phase === "ended") return "ending";
    return phase === "waiting" ? "consent" : "board";
  }

  draw(came = 0) {
    const { page, state, words, context } = this;
    if (!state.isCaughtUp || this.isWaitingForRubric) return;
    this.show(this.wanted());
    this.capture?.update(phaseOf(state), state.seat);
    document.title = state.session ? `${state.session.source} · Earmark` : "Earmark";
    if (this.shown === "interview") {
      this.view.draw(state, words, this.marksNew);
      this.tails.transcript.settle(came, !state.ended);
    } else if (this.shown === "board") {
      this.drawBoard(came);
    } else {
      this.view.drawHead(state, words);
      const drawn = { consent: this.consent, ending: this.ending, large: this.large }[this.shown];
      if (this.shown === "consent") drawn.draw(state, context);
      else drawn.draw(state, words, context);
    }
    this.drawWays(page.ways);
  }

  drawBoard(came) {
    const { state, words, context } = this;
    const before = this.heardRows ?? 0;
    this.page.board.toggleAttribute("data-quiet", isQuiet(state, context.guide, context.plan));
    this.bar.draw(state, context);
    this.asking.draw(state, words, context);
    this.heardRows = this.heard.draw(state, words, context, this.marksNew);
    this.said.draw(state, words, this.marksNew);
    this.foot.draw(state, context);
    this.tails.heard.settle(Math.max(0, this.heardRows - before));
    this.tails.said.settle(came);
  }

  show(name) {
    if (this.shown === name) return;
    this.shown = name;
    for (const view of VIEWS) this.page[view].hidden = view !== name;
    this.page.masthead.hidden = name === "board" || name === "large";
    if (name === "board") this.page.bar.after(this.page.capture);
    else this.page.masthead.append(this.page.capture);
    document.body.dataset.view = name;
  }

  /** The way back from the transcript, beside the title. */
  drawWays(node) {
    const home = { ended: "Debrief", waiting: "Consent" }[phaseOf(this.state)] ?? "Board";
    const canGoBack = this.shown === "interview" && phaseOf(this.state) !== null;
    const canClose = phaseOf(this.state) === null && may(this.state.seat, "end");
    const canGoOn = this.state.now?.state === "interrupted" && may(this.state.seat, "resume");
    place(node, [this.rows.row("ways", [canGoBack, canClose, canGoOn, home, this.shown], () =>
      element("span", {},
        canGoOn ? ["It was cut off, and nothing is captured. ", actionButton("Go on", "go_on")] : null,
        canClose ? actionButton("Close this interview", "end") : null,
        canGoBack ? actionButton(home, "transcript", { key: "T" }) : null,
        this.shown === "ending" || this.shown === "consent" ? actionButton("Transcript", "transcript", { key: "T" }) : null,
        actionButton("Keys", "help", { key: "?" })))]);
  }

  // What actions.js asks of the view

  toggle(name, isWanted = !this.wantsTranscript) {
    this.wantsTranscript = isWanted;
    sessionStorage.setItem(this.viewKey, isWanted ? name : "");
    this.draw();
    if (this.shown === "interview") this.page.transcript.focus({ preventScroll: true });
  }

  showEvidence() {
    this.toggle("transcript", true);
    if (this.shown === "interview") this.page.evidence.focus();
  }

  writeNote() {
    if (this.shown === "board") this.page["note-text"].focus();
  }

  backToNow() {
    if (this.shown === "interview") this.tails.transcript.resume();
    if (this.shown !== "board") return;
    this.tails.heard.resume();
    this.tails.said.resume();
  }

  close() {
    if (document.activeElement === this.page["note-text"]) this.page["note-text"].blur();
    else if (this.wantsTranscript) this.toggle("transcript", false);
  }

  /** Tells screen readers each newly confirmed sentence that holds evidence, with its labels, in words. */
  announce(before) {
    const { state, words, page } = this;
    for (const [id, utterance] of state.utterances) {
      if (before.utterances.has(id)) continue;
      const tags = [...state.tags.values()].filter((tag) => tag.spans[0].segment_id === id && !isGuess(tag));
      if (!tags.length) continue;
      const said = `${words.speaker(speakerOf(state, utterance))}, ${clock(utterance.start_s)}: ${utterance.text}`;
      page.announcements.append(element("p", {}, [said, ...tags.map((tag) => words.tag(tag))].join(". ")));
    }
    while (page.announcements.childElementCount > ANNOUNCEMENTS_KEPT) page.announcements.firstElementChild.remove();
  }

  showMissing(reason) {
    this.show("interview");
    this.page.title.textContent = "Not found";
    this.view.transcript.clear();
    this.page.evidence.replaceChildren(); // what a closed seat saw is not for it any more
    this.page.transcript.replaceChildren(
      element("p", { class: "empty" }, `${reason[0].toUpperCase()}${reason.slice(1)}. `, element("a", { href: "/" }, "See all interviews"), "."),
    );
  }
}

function goTo(sentence) {
  if (!sentence) return;
  sentence.scrollIntoView({ block: "center" });
  sentence.focus({ preventScroll: true });
}
