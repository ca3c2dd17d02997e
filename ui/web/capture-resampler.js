// Sound at one rate to another, block by block without a seam: a windowed sinc for each phase that the two rates have.

const LOBES = 12; // zero crossings on each side: the rest is below 16 bits' noise for speech
const ROLL_OFF = 0.94; // where the filter begins to fall, of half the lower rate

export class Resampler {
  constructor(fromHz, toHz) {
    const divisor = greatestDivisor(fromHz, toHz);
    this.step = fromHz / divisor; // input samples for `phases` output samples
    this.phases = toHz / divisor;
    const cutoff = ROLL_OFF * Math.min(1, toHz / fromHz);
    this.half = Math.ceil(LOBES / cutoff);
    this.taps = Array.from({ length: this.phases }, (_, phase) => filter(cutoff, this.half, phase / this.phases));
    this.held = new Float32Array(this.half); // input that later output still needs; silence before the first
    this.at = this.half * this.phases; // the next output's place in `held`, in phases of a sample
  }

  /** The output that `input` completes. */
  push(input) {
    const sound = new Float32Array(this.held.length + input.length);
    sound.set(this.held);
    sound.set(input, this.held.length);
    const made = [];
    for (; Math.floor(this.at / this.phases) + this.half < sound.length; this.at += this.step) {
      const middle = Math.floor(this.at / this.phases);
      const taps = this.taps[this.at % this.phases];
      let sum = 0;
      for (let n = 0; n < taps.length; n += 1) sum += taps[n] * sound[middle - this.half + 1 + n];
      made.push(sum);
    }
    const done = Math.max(0, Math.floor(this.at / this.phases) - this.half);
    this.held = sound.slice(done);
    this.at -= done * this.phases;
    return Float32Array.from(made);
  }
}

/** The weights of the input samples around an output that lies `offset` of a sample behind the middle one. */
function filter(cutoff, half, offset) {
  const weights = Array.from({ length: 2 * half }, (_, n) => {
    const distance = n - half + 1 - offset;
    const window = 0.5 + 0.5 * Math.cos((Math.PI * distance) / (half + 1));
    return window * (distance === 0 ? cutoff : Math.sin(Math.PI * cutoff * distance) / (Math.PI * distance));
  });
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return Float32Array.from(weights, (weight) => weight / sum);
}

function greatestDivisor(one, other) {
  return other ? greatestDivisor(other, one % other) : one;
}
