// The recording: hearing it from any place, its speed, and what is said where there is none, or less of it than was
// written down. Times are seconds on the interview's clock, which is the recording's.

import { asSeat, call } from "./connection.js";
import { actionButton, element, setText } from "./dom.js";
import { clock } from "./words.js";

export const SPEEDS = Object.freeze([0.75, 1, 1.25, 1.5, 1.75, 2]);
export const SKIP_S = 5;
const SPEED_KEY = "earmark-speed";
const NEARLY_S = 1; // how much shorter than its transcript a recording may be: words run on into silence

export class Player {
  /** `onMoment(at)` is called as the moment moves, `onState()` when playing begins or stops. */
  constructor(node, note, sessionId, { onMoment, onState }) {
    Object.assign(this, { node, note, onMoment, onState });
    this.path = `/api/sessions/${encodeURIComponent(sessionId)}`;
    this.audio = null;
    this.until = null; // where a quote that is played ends
    this.at = 0; // where one is, without a recording too
    this.end = 0; // of the transcript
    this.duration = 0; // of the recording
    this.build();
  }

  build() {
    this.speed = element("select", { id: "speed", "aria-label": "Speed" },
      SPEEDS.map((speed) => element("option", { value: String(speed) }, `${speed}×`)));
    this.speed.value = String(SPEEDS.find((speed) => String(speed) === localStorage.getItem(SPEED_KEY)) ?? 1);
    this.speed.addEventListener("change", () => this.setSpeed(Number(this.speed.value)));
    this.playing = actionButton("Play", "play", { key: "Space" });
    this.time = element("time", { class: "moment" }, "0:00");
    this.length = element("span", { class: "length" });
    this.node.replaceChildren(
      actionButton(`Back ${SKIP_S} s`, "skip_back", { key: "←" }),
      this.playing,
      actionButton(`On ${SKIP_S} s`, "skip_on", { key: "→" }),
      element("span", { class: "clock" }, this.time, " of ", this.length),
      element("label", { class: "speed" }, this.speed),
    );
    for (const [action, key] of [["skip_back", "ArrowLeft"], ["skip_on", "ArrowRight"]]) {
      this.node.querySelector(`[data-action=${action}]`).setAttribute("aria-keyshortcuts", key);
    }
    this.enable();
  }

  /** Looks for the recording. Resolves to its outline, {rate_per_s, duration_s, channels}, or null where none is kept. */
  async open() {
    let peaks;
    try {
      peaks = await call(`${this.path}/peaks`);
    } catch (problem) {
      this.say(`The recording cannot be read: ${problem.message}`);
      return null;
    }
    if (!peaks.duration_s) {
      this.say("No recording of this interview is kept: it can be read, corrected and rated, but not heard.");
      return null;
    }
    this.duration = peaks.duration_s;
    this.audio = new Audio(asSeat(`${this.path}/audio`));
    this.audio.preload = "metadata";
    this.audio.playbackRate = Number(this.speed.value);
    this.audio.preservesPitch = true;
    if (this.at) this.audio.currentTime = Math.min(this.at, this.duration);
    for (const name of ["play", "pause", "ended"]) this.audio.addEventListener(name, () => this.changed());
    for (const name of ["seeked", "timeupdate"]) this.audio.addEventListener(name, () => this.tick());
    this.audio.addEventListener("error", () => this.say("The recording cannot be played: its sound does not come. Reload this page."));
    this.enable();
    this.compare();
    return peaks;
  }

  /** How far the transcript goes, once that is known or another one. */
  setEnd(end) {
    if (end === this.end) return;
    this.end = end;
    this.compare();
  }

  /** The length of the time line: of the recording or of the transcript, whichever is longer. */
  get total() {
    return Math.max(this.duration, this.end, 1);
  }

  get isPlaying() {
    return Boolean(this.audio) && !this.audio.paused;
  }

  compare() {
    setText(this.length, clock(this.total));
    if (!this.audio || this.end <= this.duration + NEARLY_S) return;
    this.say(`The recording ends at ${clock(this.duration)}, the transcript at ${clock(this.end)}: what was said later can be read, not heard.`);
  }

  enable() {
    for (const part of this.node.querySelectorAll("button, select")) part.disabled = !this.audio;
  }

  say(text) {
    this.note.hidden = false;
    setText(this.note, text);
  }

  /** Goes to a moment; what is playing plays on from there. */
  seek(at) {
    this.until = null;
    this.at = Math.min(Math.max(0, at), this.total);
    if (this.audio) this.audio.currentTime = Math.min(this.at, this.duration);
    this.show();
  }

  /**
   * Plays from a moment, to the end of a quote where `until` is one. Returns why it cannot be heard, or "".
   */
  hear(at, until = null) {
    this.seek(at);
    if (!this.audio) return "There is no recording to hear.";
    if (at >= this.duration) return `The recording ends at ${clock(this.duration)}: this was said later.`;
    this.until = until;
    this.play();
    return "";
  }

  play() {
    this.audio.play().catch((problem) => {
      if (problem.name !== "AbortError") this.say(`The recording cannot be played: ${problem.message}`);
    });
  }

  toggle() {
    if (!this.audio) return;
    this.until = null;
    if (this.isPlaying) this.audio.pause();
    else this.play();
  }

  skip(by) {
    this.seek(this.at + by);
  }

  /** The next speed (1) or the one before (-1); returns it. */
  step(by) {
    const at = SPEEDS.indexOf(Number(this.speed.value));
    this.setSpeed(SPEEDS[Math.min(SPEEDS.length - 1, Math.max(0, at + by))]);
    return Number(this.speed.value);
  }

  setSpeed(speed) {
    this.speed.value = String(speed);
    localStorage.setItem(SPEED_KEY, String(speed));
    if (this.audio) this.audio.playbackRate = speed;
  }

  changed() {
    this.playing.firstChild.data = this.isPlaying ? "Pause" : "Play";
    this.onState();
    this.tick();
    if (this.isPlaying) this.follow();
  }

  /** Frame after frame while it plays: a word lasts a fifth of a second. */
  follow() {
    if (this.isFollowing) return;
    this.isFollowing = true;
    const frame = () => {
      this.isFollowing = this.isPlaying;
      if (!this.isPlaying) return;
      this.tick();
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  }

  tick() {
    if (this.audio.seeking) return;
    if (this.until !== null && this.audio.currentTime >= this.until) {
      this.until = null;
      this.audio.pause();
    }
    if (this.audio.currentTime < this.duration || this.isPlaying) this.at = this.audio.currentTime;
    this.show();
  }

  show() {
    setText(this.time, clock(this.at));
    this.onMoment(this.at);
  }
}
