// The microphone and another tab's sound as one stream of blocks, a channel each, through the browser's audio thread.
// The thread goes on while a channel is away, so the channels and the clock stay together. What a microphone's driver
// or a browser would do to a voice on the phone (echo, noise, gain) is turned off: it costs words.

import { Trouble, troubleOfMicrophone } from "./capture-troubles.js";

const RATE_HZ = 16000;
const PLAIN = { echoCancellation: false, noiseSuppression: false, autoGainControl: false };
const RESUME_MS = 1000; // a browser that waits for a click never answers

export class Sound {
  /** `kinds` are the channels, "microphone" or "tab"; `on` has block({pcm, peaks, count}), trouble(code), running(). */
  constructor(kinds, on) {
    Object.assign(this, { kinds, on });
    this.streams = {};
    this.sources = {};
    this.isResting = false;
  }

  has(kind) {
    return Boolean(this.streams[kind]?.getAudioTracks().some((track) => track.readyState === "live"));
  }

  /** What the browser calls it. */
  nameOf(kind) {
    return this.streams[kind]?.getAudioTracks()[0]?.label ?? "";
  }

  /** Opens a microphone, the one of that id if there is one. Throws a Trouble. */
  async addMicrophone(deviceId = "") {
    checkIsAble();
    const audio = deviceId ? { ...PLAIN, deviceId: { exact: deviceId } } : PLAIN;
    const stream = await navigator.mediaDevices.getUserMedia({ audio }).catch((error) => { throw troubleOfMicrophone(error); });
    await this.put("microphone", stream);
  }

  /** Asks for a tab and takes its sound, not its picture. Only after a click or a key. Throws a Trouble. */
  async addTab() {
    checkIsAble();
    const wanted = {
      video: true, // browsers share no tab without; its picture is let go at once
      audio: { ...PLAIN, suppressLocalAudioPlayback: false },
      preferCurrentTab: false,
      selfBrowserSurface: "exclude",
      systemAudio: "include",
    };
    const shared = await navigator.mediaDevices.getDisplayMedia(wanted).catch(() => { throw new Trouble("tab-refused"); });
    for (const track of shared.getVideoTracks()) track.stop();
    if (!shared.getAudioTracks().length) throw new Trouble("tab-soundless");
    await this.put("tab", new MediaStream(shared.getAudioTracks()));
  }

  async put(kind, stream) {
    this.letGo(kind);
    this.streams[kind] = stream;
    for (const track of stream.getAudioTracks()) {
      track.addEventListener("ended", () => {
        if (this.streams[kind] === stream) this.on.trouble(`${kind}-ended`);
      });
    }
    if (!this.context) await this.run({ sampleRate: RATE_HZ });
    try {
      this.connect(kind);
    } catch (error) {
      if (error.name !== "NotSupportedError") throw error;
      await this.run({}); // a browser that does not resample for us: it is done in the worklet
      for (const one of Object.keys(this.streams)) this.connect(one);
    }
    await this.resume();
  }

  connect(kind) {
    this.sources[kind]?.disconnect();
    this.sources[kind] = this.context.createMediaStreamSource(this.streams[kind]);
    this.sources[kind].connect(this.merger, 0, this.kinds.indexOf(kind));
  }

  async run(options) {
    await this.context?.close();
    this.context = new AudioContext({ ...options, latencyHint: "playback" });
    const { context } = this;
    const channels = this.kinds.length;
    await context.audioWorklet.addModule("/web/capture-worklet.js").catch(() => { throw new Trouble("unable"); });
    this.merger = context.createChannelMerger(channels);
    const capturer = new AudioWorkletNode(context, "capturer", {
      numberOfInputs: 1,
      numberOfOutputs: 1,
      channelCount: channels,
      channelCountMode: "explicit",
      channelInterpretation: "discrete",
      processorOptions: { channels },
    });
    capturer.port.onmessage = ({ data }) => { if (context === this.context && !this.isResting) this.on.block(data); };
    capturer.onprocessorerror = () => this.on.trouble("unable");
    this.merger.connect(capturer).connect(context.destination); // which gets silence: it only makes the thread run
    context.onstatechange = () => this.look();
  }

  look() {
    if (!this.context || this.isResting || this.context.state === "closed") return;
    if (this.context.state === "running") this.on.running();
    else this.on.trouble("held-back");
  }

  async resume() {
    if (!this.context || this.isResting) return;
    if (this.context.state !== "running") {
      const late = new Promise((resolve) => { setTimeout(resolve, RESUME_MS); });
      await Promise.race([this.context.resume(), late]);
    }
    this.look();
  }

  /** Off the record: the microphone is closed, the tab muted (it could not be shared again without a click). */
  rest() {
    this.isResting = true;
    this.letGo("microphone");
    for (const track of this.streams.tab?.getAudioTracks() ?? []) track.enabled = false;
    this.context?.suspend();
  }

  /** On the record again, but for the microphone. */
  async wake() {
    this.isResting = false;
    for (const track of this.streams.tab?.getAudioTracks() ?? []) track.enabled = true;
    await this.resume();
  }

  letGo(kind) {
    this.sources[kind]?.disconnect();
    for (const track of this.streams[kind]?.getTracks() ?? []) track.stop();
    delete this.sources[kind];
    delete this.streams[kind];
  }

  /** Lets everything go. */
  close() {
    for (const kind of Object.keys(this.streams)) this.letGo(kind);
    this.context?.close();
    this.context = null;
  }
}

function checkIsAble() {
  if (!navigator.mediaDevices?.getUserMedia || !globalThis.AudioWorkletNode) throw new Trouble("unable");
}
