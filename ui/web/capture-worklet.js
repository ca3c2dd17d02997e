// In the browser's audio thread: sound of one or two channels as blocks of 16-bit samples at 16 kHz, with each channel's
// loudest sample. A channel that gives nothing is silent, so the channels never drift apart.

import { Resampler } from "./capture-resampler.js";

const RATE_HZ = 16000;
const BLOCK = 960; // 60 ms, as from a microphone of this machine

class Capturer extends AudioWorkletProcessor {
  constructor({ processorOptions: { channels } }) {
    super();
    this.resamplers = sampleRate === RATE_HZ ? null : Array.from({ length: channels }, () => new Resampler(sampleRate, RATE_HZ));
    this.channels = channels;
    this.begin();
  }

  begin() {
    this.pcm = new Int16Array(BLOCK * this.channels);
    this.peaks = new Array(this.channels).fill(0);
    this.count = 0;
  }

  process([input]) {
    const silence = new Float32Array(128);
    const sound = Array.from({ length: this.channels }, (_, n) => {
      const samples = input[n] ?? silence;
      return this.resamplers ? this.resamplers[n].push(samples) : samples;
    });
    for (let place = 0; place < sound[0].length; place += 1) {
      for (let n = 0; n < this.channels; n += 1) {
        const sample = Math.max(-32768, Math.min(32767, Math.round(sound[n][place] * 32768)));
        this.pcm[this.count * this.channels + n] = sample;
        this.peaks[n] = Math.max(this.peaks[n], Math.abs(sample));
      }
      this.count += 1;
      if (this.count === BLOCK) this.hand();
    }
    return true;
  }

  hand() {
    const { pcm, peaks, count } = this;
    this.port.postMessage({ pcm, peaks, count }, [pcm.buffer]);
    this.begin();
  }
}

registerProcessor("capturer", Capturer);
