// This screen as the one that captures an interview's sound: opened before the start, sent while it is on the record,
// kept while the line is down, stopped in a pause. Whatever goes wrong stands on the panel with a button that mends it.

import { SampleClock } from "./capture-clock.js";
import { Kept, RATE_HZ } from "./capture-kept.js";
import { Link } from "./capture-link.js";
import { CapturePanel } from "./capture-panel.js";
import { Sound } from "./capture-sound.js";
import { Trouble } from "./capture-troubles.js";
import { may } from "./roles.js";

const SETTLE_MS = 5000; // how long a pause or the end waits for the last sound to arrive, and ...
const AWAY_MS = 30_000; // ... for a line that is down, over which neither of them arrives
const TICK_MS = 20;
const DEAD = 10 * RATE_HZ; // of nothing but digital silence; the quietest room makes a microphone's bits move
const OVER = 4411;
const UNSENT = RATE_HZ; // closing the page asks first, where more than this would be lost

/** Where set-up leaves for the interview's page what this screen captures with. */
export function captureKey(sessionId) {
  return `earmark-capture-${sessionId}`;
}

export class Capture {
  constructor(sessionId, kinds, panelNode) {
    Object.assign(this, { sessionId, kinds, phase: null, seat: null });
    this.settings = JSON.parse(sessionStorage.getItem(captureKey(sessionId)) ?? "null"); // {microphone: its id} or null
    this.id = crypto.getRandomValues(new Uint32Array(3)).join("-");
    this.kept = new Kept();
    this.clock = new SampleClock();
    this.troubles = new Map(); // kind, or "page", -> code
    this.isOnRecord = false;
    this.dead = 0;
    this.refusal = null;
    this.isOver = false;
    this.sound = new Sound(kinds, {
      block: (block) => this.receive(block),
      trouble: (code) => this.trouble(code),
      running: () => this.mended("page"),
    });
    this.panel = new CapturePanel(panelNode, this);
    addEventListener("beforeunload", (event) => { if (this.kept.samples > UNSENT) event.preventDefault(); });
  }

  /** Whether this screen captures. */
  get isHere() {
    return this.settings !== null && !this.refusal;
  }

  get isOpen() {
    return this.kinds.every((kind) => this.sound.has(kind));
  }

  /** The interview stands otherwise, or somebody else sits here. */
  update(phase, seat) {
    const before = this.phase;
    Object.assign(this, { phase, seat });
    if (phase === "ended" || !may(seat, "start")) {
      if (this.link || this.sound.context) this.stop();
    } else if (this.isHere && !this.link) this.connect();
    if (before !== phase) this.panel.draw();
  }

  connect() {
    this.link = new Link(this.sessionId, this.id, this.kept, {
      go: (go) => this.go(go),
      stop: () => this.pause(),
      line: () => this.panel.draw(),
      closed: (code, reason) => this.refused(code, reason),
    });
  }

  /** Does something that the host asked for, with what it means for the sound: before a start all of it is opened. */
  async around(action, act) {
    const isLast = action.type === "pause" || action.type === "end";
    if (this.isHere && action.type === "start") await this.open();
    if (this.isHere && action.type === "consent" && !action.is_given) this.pause();
    if (!this.isOnRecord || !isLast) return act();
    this.sound.rest();
    await this.settle();
    try {
      return await act();
    } catch (problem) {
      if (this.isOnRecord) this.wake();
      throw problem;
    }
  }

  /** Opens what is not open yet. Throws the first trouble, which the panel shows too. */
  async open() {
    for (const kind of [...this.kinds].reverse()) if (!this.sound.has(kind)) await this.add(kind); // the tab asks at once
  }

  async add(kind) {
    try {
      await (kind === "tab" ? this.sound.addTab() : this.sound.addMicrophone(this.microphone()));
    } catch (problem) {
      const trouble = problem instanceof Trouble ? problem : new Trouble("unable");
      this.trouble(trouble.code);
      throw trouble;
    }
    this.dead = 0;
    this.mended(kind);
  }

  /** The chosen microphone, or any other where that one is missing. */
  microphone() {
    return this.troubles.get("microphone") === "microphone-missing" ? "" : this.settings?.microphone;
  }

  /** A button of the panel. */
  async mend(kind) {
    if (kind === "here") this.begin();
    else if (kind === "page") await this.sound.resume();
    else await this.add(kind).catch(() => {});
  }

  /** This screen captures from now on. */
  begin() {
    this.settings ??= {};
    this.refusal = null;
    this.id = crypto.getRandomValues(new Uint32Array(3)).join("-");
    sessionStorage.setItem(captureKey(this.sessionId), JSON.stringify(this.settings));
    this.open().catch(() => {});
    this.connect();
    this.panel.draw();
  }

  go({ take, sample }) {
    if (this.kept.take !== take) {
      this.kept.begin(take);
      this.clock.begin(sample, performance.now());
    }
    if (!this.isOnRecord) this.wake();
  }

  /** On the record: what can be opened without a click is. */
  async wake() {
    this.isOnRecord = true;
    this.panel.draw();
    await this.sound.wake();
    if (!this.sound.has("microphone") && this.kinds.includes("microphone")) await this.add("microphone").catch(() => {});
    if (!this.sound.has("tab") && this.kinds.includes("tab") && !this.troubles.has("tab")) this.trouble("tab-ended");
    if (!this.isOnRecord) this.sound.rest();
  }

  pause() {
    this.isOnRecord = false;
    this.sound.rest();
    this.kept.begin(null);
    this.panel.draw();
  }

  /** Nothing more is captured on this screen. */
  stop() {
    this.isOnRecord = false;
    this.link?.close();
    this.link = null;
    this.sound.close();
    this.kept.begin(null);
    this.troubles.clear();
    this.panel.draw();
  }

  refused(code, reason) {
    this.isOver = code === OVER;
    this.refusal = reason;
    this.stop();
  }

  receive({ pcm, peaks, count }) {
    this.panel.level(peaks);
    if (!this.isOnRecord) return;
    this.kept.add(this.clock.place(count, performance.now()), pcm, count);
    this.link?.pump();
    this.listenForLife(peaks[this.kinds.indexOf("microphone")], count);
    this.panel.drawKept();
  }

  listenForLife(peak, count) {
    if (peak === undefined || !this.sound.has("microphone")) return;
    this.dead = peak ? 0 : this.dead + count;
    if (this.dead >= DEAD && !this.troubles.has("microphone")) this.trouble("microphone-silent");
    if (!this.dead && this.troubles.get("microphone") === "microphone-silent") this.mended("microphone");
  }

  trouble(code) {
    const kind = /^(microphone|tab)-/.exec(code)?.[1] ?? "page";
    if (this.troubles.get(kind) === code) return;
    this.troubles.set(kind, code);
    if (kind === "page") this.clock.rejoin(); // what the browser holds back is missing: the time says how much
    if (this.isOnRecord) this.link?.problem(code);
    this.panel.draw();
  }

  mended(kind) {
    if (this.troubles.delete(kind) && this.isOnRecord && kind !== "page") this.link?.problem(`${kind}-back`);
    this.panel.draw();
  }

  /** Until what was captured is in the recording, or will not be in time. */
  async settle() {
    const waited = { up: 0, down: 0 };
    while (this.kept.samples && this.link && waited.up < SETTLE_MS && waited.down < AWAY_MS) {
      await new Promise((resolve) => { setTimeout(resolve, TICK_MS); });
      waited[this.link?.isUp ? "up" : "down"] += TICK_MS;
    }
  }
}
