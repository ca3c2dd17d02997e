// A list of any length that keeps to a bounded number of rows in the page: those in sight and a screen about them.
//
// Heights are guessed until a row has been drawn and are right from then on; what is in sight keeps its place when rows
// above it turn out higher or lower than was guessed.

import { element } from "./dom.js";
import { place } from "./rows.js";

const AROUND_PX = 400;
const STEP_PX = 200; // of that, in one frame

export class List {
  /**
   * `make(row)` gives a row's node, `shownOf(row)` what it shows (a new node is made when one of these is not what it
   * was), `guess(row)` its height.
   */
  constructor(scroller, { make, shownOf, guess }) {
    Object.assign(this, { scroller, make, shownOf, guess });
    this.rows = [];
    this.places = new Map(); // key -> position
    this.heights = new Map(); // key -> measured
    this.drawn = new Map(); // key -> {shown, node}, of the rows in the page
    this.before = element("div", { class: "spacer", "aria-hidden": "true" });
    this.after = element("div", { class: "spacer", "aria-hidden": "true" });
    this.isAsked = false;
    this.around = 0; // how far beyond what is in sight rows are drawn
    this.size = [];
    scroller.addEventListener("scroll", () => this.drawSoon(), { passive: true });
    new ResizeObserver(() => this.resized()).observe(scroller);
  }

  /** Shows other rows. What was at the top stays there, or the next row that is left. */
  set(rows) {
    const { key, by } = this.anchor();
    const later = key === undefined ? [] : this.rows.slice(this.places.get(key)).map((row) => row.key);
    this.rows = rows;
    this.places = new Map(rows.map((row, n) => [row.key, n]));
    this.measure();
    const kept = later.find((one) => this.places.has(one));
    this.draw();
    if (kept === undefined || by === null) return;
    const top = this.tops[this.places.get(kept)] + (kept === key ? by : 0);
    if (Math.abs(top - this.scroller.scrollTop) >= 1) this.scrollTo(top);
  }

  has(key) {
    return this.places.has(key);
  }

  /** The node of a row, if it is in the page. */
  node(key) {
    return this.drawn.get(key)?.node;
  }

  /** Brings a row into sight: in the middle, or, where it is in sight already, nowhere. Returns its node. */
  show(key, { isGentle = false } = {}) {
    const at = this.places.get(key);
    if (at === undefined) return undefined;
    for (let tries = 0; tries < 3; tries += 1) { // what is drawn on the way corrects the heights
      const { scrollTop, clientHeight } = this.scroller;
      const [top, bottom] = [this.tops[at], this.tops[at + 1]];
      const isInSight = top >= scrollTop && bottom <= scrollTop + clientHeight;
      if (isInSight && (isGentle || tries)) break;
      this.scrollTo(bottom - top > clientHeight ? top : (top + bottom - clientHeight) / 2);
    }
    return this.node(key);
  }

  scrollTo(top) {
    this.scroller.scrollTop = Math.max(0, Math.round(top));
    this.draw();
  }

  drawSoon() {
    if (this.isAsked) return;
    this.isAsked = true;
    requestAnimationFrame(() => {
      this.isAsked = false;
      this.draw();
    });
  }

  /** Draws, and leaves the focus where it was: a field that stands in another row now keeps it, with what is typed. */
  draw() {
    const focused = this.scroller.contains(document.activeElement) ? document.activeElement : null;
    const key = focused?.closest("[id]")?.id;
    this.drawAll();
    if (!focused || focused === document.activeElement) return;
    const at = focused.isConnected ? focused : focused.matches(".sentence") && this.node(key);
    // Who was at a row that is out of the page now is at the list.
    (at || this.scroller).focus({ preventScroll: true });
  }

  /** What is in sight; what shows the same as before stays the same node. */
  drawAll() {
    const anchor = this.anchor();
    // After a jump what is in sight comes first, and what is about it in the frames after.
    this.around = this.isNear() ? Math.min(this.around + STEP_PX, AROUND_PX) : 0;
    if (this.around < AROUND_PX) this.drawSoon();
    this.drawWindow(this.around);
    if (!this.learn()) return;
    this.measure();
    this.space();
    // Where nothing was in sight yet there is nothing to hold on to.
    if (anchor.key !== undefined) this.scroller.scrollTop = this.tops[this.places.get(anchor.key)] + anchor.by;
    this.drawWindow(this.around);
    if (this.learn()) {
      this.measure();
      this.space();
    }
  }

  /** Whether the row at the top is in the page already. */
  isNear() {
    return this.drawn.has(this.rows[this.rowAt(this.scroller.scrollTop)]?.key);
  }

  drawWindow(around) {
    const { scrollTop, clientHeight } = this.scroller;
    this.first = this.rowAt(scrollTop - around);
    this.last = Math.min(this.rows.length, this.rowAt(scrollTop + clientHeight + around) + 1);
    const drawn = new Map();
    const nodes = [];
    for (const row of this.rows.slice(this.first, this.last)) {
      const shown = this.shownOf(row);
      const known = this.drawn.get(row.key);
      const entry = known && isSame(known.shown, shown) ? known : { shown, node: this.make(row, known?.node) };
      drawn.set(row.key, entry);
      nodes.push(entry.node);
    }
    this.drawn = drawn;
    this.space();
    place(this.scroller, [this.before, ...nodes, this.after]);
  }

  /** The heights of what is drawn; whether one was not as it was thought to be. */
  learn() {
    let isNew = false;
    for (const [key, { node }] of this.drawn) {
      const { height } = node.getBoundingClientRect();
      if (height && Math.abs(height - (this.heights.get(key) ?? -1)) > 0.5) {
        this.heights.set(key, height);
        isNew = true;
      }
    }
    return isNew;
  }

  measure() {
    const tops = new Float64Array(this.rows.length + 1);
    for (const [n, row] of this.rows.entries()) tops[n + 1] = tops[n] + (this.heights.get(row.key) ?? this.guess(row));
    this.tops = tops;
  }

  space() {
    this.before.style.height = `${this.tops[this.first]}px`;
    this.after.style.height = `${this.tops[this.rows.length] - this.tops[this.last]}px`;
  }

  rowAt(top) {
    let low = 0;
    let high = this.rows.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.tops[middle + 1] <= top) low = middle + 1;
      else high = middle;
    }
    return Math.min(low, Math.max(0, this.rows.length - 1));
  }

  /** The row at the top and how far into it the list is scrolled. */
  anchor() {
    if (!this.rows.length || !this.tops || !this.drawn.size) return { key: undefined, by: null };
    const { scrollTop } = this.scroller;
    const at = this.rowAt(scrollTop);
    return { key: this.rows[at].key, by: scrollTop - this.tops[at] };
  }

  resized() {
    const { clientWidth, clientHeight } = this.scroller;
    const [width, height] = this.size;
    if (clientWidth === width && clientHeight === height) return;
    if (width !== undefined && clientWidth !== width) this.heights.clear();
    this.size = [clientWidth, clientHeight];
    if (!this.tops) return;
    this.measure();
    this.draw();
  }
}

function isSame(one, other) {
  return one.length === other.length && one.every((value, n) => value === other[n]);
}
