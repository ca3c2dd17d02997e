// Where a block of sound belongs on the interview's clock. It counts samples; only where the browser skipped some (it
// slept, or held the sound back) does the time that passed say how many. A delay that is made up for is no skip, so
// what counts is the shortest delay of a while.

import { RATE_HZ } from "./capture-kept.js";

const SKIP = 0.5 * RATE_HZ;
const LOOK_MS = 2000;

export class SampleClock {
  /** The sample `at` of the interview is now. */
  begin(at, nowMs) {
    Object.assign(this, { origin: at, originMs: nowMs, next: at, hasBegun: false });
    this.look(nowMs);
    this.usual = null; // how many samples a block usually comes late
  }

  /** Sound was cut off and begins anew: the next block belongs where the time stands. */
  rejoin() {
    this.hasBegun = false;
  }

  /** Where `count` samples belong that have just come. */
  place(count, nowMs) {
    const lag = () => this.origin + ((nowMs - this.originMs) * RATE_HZ) / 1000 - (this.next + count);
    if (!this.hasBegun) {
      this.hasBegun = true;
      if (lag() > SKIP) this.next += Math.round(lag());
      this.look(nowMs);
      this.usual = null;
    }
    this.least = Math.min(this.least, lag());
    if (nowMs >= this.lookedUntilMs) {
      if (this.usual !== null && this.least - this.usual > SKIP) this.next += Math.round(this.least - this.usual);
      else this.usual = this.least;
      this.look(nowMs);
    }
    const first = this.next;
    this.next += count;
    return first;
  }

  look(nowMs) {
    this.least = Infinity;
    this.lookedUntilMs = nowMs + LOOK_MS;
  }
}
