// The sound that is not in the recording yet: kept until the server says that it is, for some minutes at most.

export const RATE_HZ = 16000;
export const MOST_KEPT_S = 300; // the server waits for sound that is no older (MOST_KEPT_S in ui/browser_sound.py)

/**
 * Blocks of one take in the order of the interview's clock: {first, count, pcm}, `pcm` interleaved 16-bit samples.
 * Blocks may leave gaps, never overlap.
 */
export class Kept {
  constructor(mostSamples = MOST_KEPT_S * RATE_HZ) {
    this.mostSamples = mostSamples;
    this.begin(null);
  }

  /** A take begins, `null` for none: what is kept of another one is forgotten. */
  begin(take) {
    this.take = take;
    this.blocks = [];
    this.samples = 0;
    this.lost = 0; // samples given up because more than the most would be kept
  }

  get seconds() {
    return this.samples / RATE_HZ;
  }

  get end() {
    const last = this.blocks.at(-1);
    return last ? last.first + last.count : null;
  }

  add(first, pcm, count) {
    this.blocks.push({ first, count, pcm });
    this.samples += count;
    while (this.samples > this.mostSamples) this.lost += this.drop();
  }

  /** Everything before `sample` is in the recording. */
  taken(sample) {
    while (this.blocks.length && this.blocks[0].first + this.blocks[0].count <= sample) this.drop();
  }

  /** The first block that holds a sample from `sample` on; undefined where all are before it. */
  from(sample) {
    let [low, high] = [0, this.blocks.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      const { first, count } = this.blocks[middle];
      if (first + count > sample) high = middle;
      else low = middle + 1;
    }
    return this.blocks[low];
  }

  drop() {
    const { count } = this.blocks.shift();
    this.samples -= count;
    return count;
  }
}
