// The time line: the waveform where there is a recording, and under it, drawn on one canvas, who spoke, the questions,
// marks and tags. Everything on it is in the transcript too; here a click leads there.

import { breath } from "./breath.js";
import { coarser } from "./review-outline.js";
import { clock } from "./words.js";

const LANES_PX = 48;
const WAVE_PX = 52;
const QUESTIONS_Y = 10;
const SPEAKERS = Object.freeze({ interviewer: 16, unassigned: 18, candidate: 20 }); // top of its bar
const SPEAKER_PX = 4;
const TAGS_Y = 35;
const TAG_PX = 12;
const NEAR_PX = 6;
const PAIRS_A_PX = 2; // of the outline, until somebody looks closer: more would only take longer to draw
const ZOOMS = Object.freeze([1, 2, 4, 8, 16, 32]);
const MOST_PX = 60_000; // of the waveform at its widest: two hours at eight pixels a second

export class Track {
  /** `onPick({at, key, tag})` when somebody points at a place. */
  constructor(page, player, onPick) {
    Object.assign(this, { node: page.track, waveform: page.waveform, canvas: page.lanes, pointed: page.pointed, player, onPick });
    this.head = Object.assign(document.createElement("div"), { className: "playhead" });
    this.node.append(this.head);
    this.wave = null;
    this.zoomed = 0;
    this.items = [];
    this.said = [];
    this.isAsked = false;
    this.listen();
  }

  listen() {
    new ResizeObserver(() => this.drawSoon()).observe(this.node);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.recolour());
    this.node.addEventListener("pointerdown", (press) => this.pressed(press));
    this.node.addEventListener("pointermove", (move) => this.moved(move));
    this.node.addEventListener("pointerleave", () => { this.pointed.hidden = true; });
  }

  /** Draws the outline of the recording. A transcript that goes on after its end has silence there. */
  async setPeaks(peaks, nonce) {
    const { default: WaveSurfer } = await import("./vendor/wavesurfer.esm.js");
    await breath(); // its code has just been read
    const { total } = this.player;
    const count = Math.ceil(2 * peaks.rate_per_s * total);
    const outlines = peaks.channels.map((channel) => {
      const padded = new Float32Array(Math.max(count, channel.length));
      padded.set(channel);
      return padded;
    });
    if (!outlines.length) return;
    this.fine = { peaks: outlines, duration: total };
    this.channels = outlines.length;
    this.wave = WaveSurfer.create({
      container: this.waveform,
      cspNonce: nonce,
      peaks: outlines.map((one) => coarser(one, PAIRS_A_PX * this.node.clientWidth)),
      duration: total,
      height: Math.floor(WAVE_PX / outlines.length),
      interact: false,
      cursorWidth: 0,
      normalize: true,
      autoScroll: false,
      ...this.colours(),
    });
    this.wave.on("scroll", () => this.drawSoon());
    this.wave.on("redraw", () => this.drawSoon());
    this.node.classList.add("has-wave");
  }

  colours() {
    const style = getComputedStyle(this.node);
    const colour = style.getPropertyValue("--wave");
    const each = { waveColor: colour, progressColor: colour };
    return { ...each, splitChannels: Array.from({ length: this.channels }, () => each) };
  }

  recolour() {
    this.wave?.setOptions(this.colours());
    this.draw();
  }

  /** What is on it: `said` [{speaker, from, to}], `items` [{from, to, kind, letter, colour, words, key, tag}]. */
  set(said, items) {
    this.said = said;
    this.items = items;
    this.drawSoon();
  }

  /** Wider (1) or narrower (-1). Returns whether there was another width. */
  zoom(by) {
    const next = this.zoomed + by;
    if (!this.wave || next < 0 || next >= ZOOMS.length || ZOOMS[next] * this.node.clientWidth > MOST_PX) return false;
    this.zoomed = next;
    if (this.fine) this.wave.setOptions(this.fine);
    this.fine = null;
    this.wave.zoom(next ? (ZOOMS[next] * this.node.clientWidth) / this.player.total : 0);
    this.wave.setScrollTime(Math.max(0, this.player.at - this.player.total / ZOOMS[next] / 2));
    this.drawSoon();
    return true;
  }

  /** The width of all of it, and how much of that is to the left of what is in sight. */
  get extent() {
    if (!this.wave) return { width: this.node.clientWidth, left: 0 };
    return { width: Math.max(this.wave.getWrapper().clientWidth, this.node.clientWidth), left: this.wave.getScroll() };
  }

  x(at, { width, left } = this.extent) {
    return (at / this.player.total) * width - left;
  }

  /** The moment that is heard, or would be. In a wide time line the view goes with it. */
  move(at) {
    let x = this.x(at);
    if (this.zoomed && (x < 0 || x > this.node.clientWidth)) {
      this.wave.setScrollTime(at);
      x = this.x(at);
    }
    this.head.style.transform = `translateX(${Math.round(x)}px)`;
  }

  drawSoon() {
    if (this.isAsked) return;
    this.isAsked = true;
    requestAnimationFrame(() => {
      this.isAsked = false;
      this.draw();
    });
  }

  draw() {
    const { canvas, node } = this;
    const width = node.clientWidth;
    const ratio = devicePixelRatio || 1;
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(LANES_PX * ratio);
    const pen = canvas.getContext("2d");
    pen.scale(ratio, ratio);
    const style = getComputedStyle(node);
    const colours = new Map();
    const colour = (name) => {
      if (!colours.has(name)) colours.set(name, style.getPropertyValue(`--${name}`));
      return colours.get(name);
    };
    const { extent } = this;
    const placed = (all) => all
      .map((item) => ({ item, x: this.x(item.from, extent), end: this.x(item.to, extent) }))
      .filter(({ x, end }) => end >= -TAG_PX && x <= width + TAG_PX);
    drawSpeakers(pen, placed(this.said), colour);
    const shown = placed(this.items);
    for (const mark of shown.filter(({ item }) => item.kind === "mark")) drawMark(pen, mark, colour);
    drawLabels(pen, shown.filter(({ item }) => item.kind === "question"), QUESTIONS_Y, colour);
    drawLabels(pen, shown.filter(({ item }) => item.kind === "tag"), TAGS_Y, colour);
    this.move(this.player.at);
  }

  timeAt({ clientX }) {
    const { width, left } = this.extent;
    const x = clientX - this.node.getBoundingClientRect().left;
    return Math.min(Math.max(0, ((x + left) / width) * this.player.total), this.player.total);
  }

  /** What is drawn where somebody points; undefined where nothing is. */
  itemAt(event) {
    const box = this.canvas.getBoundingClientRect();
    const y = event.clientY - box.top;
    if (y < 0) return undefined;
    const x = event.clientX - box.left;
    const kind = y < SPEAKERS.interviewer ? "question" : "tag";
    const { extent } = this;
    const far = (item) => {
      const [begins, ends] = [this.x(item.from, extent), item.kind === "mark" ? this.x(item.to, extent) : this.x(item.from, extent) + TAG_PX];
      return x < begins ? begins - x : Math.max(0, x - ends);
    };
    const near = this.items
      .filter((item) => item.kind === kind || item.kind === "mark")
      .map((item) => ({ item, far: far(item) }))
      .filter((one) => one.far <= NEAR_PX)
      .sort((a, b) => a.far - b.far || (a.item.kind === "mark") - (b.item.kind === "mark"));
    return near[0]?.item;
  }

  pressed(press) {
    if (press.button !== 0) return;
    const item = this.itemAt(press);
    this.onPick({ at: item?.from ?? this.timeAt(press), key: item?.key, tag: item?.tag });
  }

  moved(move) {
    if (move.buttons & 1) {
      this.onPick({ at: this.timeAt(move) });
      return;
    }
    const item = this.itemAt(move);
    const at = this.timeAt(move);
    this.pointed.textContent = item ? `${clock(item.from)}  ${item.words()}` : clock(at);
    this.pointed.hidden = false;
    const x = move.clientX - this.node.getBoundingClientRect().left;
    const isRight = x > this.node.clientWidth / 2;
    this.pointed.style.left = isRight ? "auto" : `${x + 12}px`;
    this.pointed.style.right = isRight ? `${this.node.clientWidth - x + 12}px` : "auto";
  }
}

/** Bars that touch are drawn as one. */
function drawSpeakers(pen, said, colour) {
  const bars = new Map(Object.keys(SPEAKERS).map((speaker) => [speaker, []]));
  for (const { item: { speaker }, x, end } of said) {
    const own = bars.get(speaker);
    const last = own.at(-1);
    if (last && x <= last.end + 1) last.end = Math.max(last.end, end);
    else own.push({ x, end });
  }
  for (const [speaker, own] of bars) {
    pen.fillStyle = colour(speaker === "candidate" ? "accent" : "edge");
    for (const { x, end } of own) pen.fillRect(x, SPEAKERS[speaker], Math.max(1, end - x), SPEAKER_PX);
  }
}

function drawMark(pen, { item: { letter }, x, end }, colour) {
  pen.fillStyle = colour("wave-mark");
  pen.fillRect(x, 0, Math.max(2, end - x), LANES_PX);
  pen.fillStyle = colour("ink");
  pen.font = "600 12px sans-serif";
  pen.fillText(letter, x + 2, LANES_PX - 2);
}

/** A letter for each, and a tick where the next letter has no room; of ticks on one place, one. */
function drawLabels(pen, items, y, colour) {
  pen.font = "700 11px sans-serif";
  const high = y === TAGS_Y ? 12 : 11;
  let free = -Infinity;
  let ticked = -Infinity;
  for (const { item: { letter, colour: name }, x } of items) {
    const at = Math.round(x);
    if (at === ticked) continue;
    ticked = at;
    pen.fillStyle = colour(name);
    pen.fillRect(at, y - 9, 1, high);
    if (x < free) continue;
    pen.fillText(letter, x + 2, y);
    free = x + pen.measureText(letter).width + 4;
  }
}
