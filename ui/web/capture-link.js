// The way of the sound to the server (protocol: ui/sound_wire.py): it comes back by itself, and sends again what was not
// taken. It runs only a few seconds ahead of what is taken, so nothing piles up on the way.

import { asSeat } from "./connection.js";
import { RATE_HZ } from "./capture-kept.js";

const PROTOCOL = 1;
const WINDOW = 5 * RATE_HZ;
const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 2000;
const SILENT_MS = 4000; // without an answer for so long the line is dead, whatever the browser believes
const TICK_MS = 500;
const HEAD_BYTES = 16;
const FOR_GOOD = new Set([4400, 4403, 4404, 4406, 4410, 4411]);

export class Link {
  /** `kept` is what there is to send; `on` has go({take, sample}), stop(), line(isUp) and closed(code, reason). */
  constructor(sessionId, capture, kept, on) {
    Object.assign(this, { sessionId, capture, kept, on });
    this.wait = FIRST_WAIT_MS;
    this.isUp = false;
    this.told = []; // problems that wait for the line
    this.ticking = setInterval(() => this.look(), TICK_MS);
    this.retry = () => { if (this.timer) this.connect(); };
    addEventListener("online", this.retry);
    this.connect();
  }

  connect() {
    clearTimeout(this.timer);
    this.timer = null;
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const socket = new WebSocket(`${scheme}://${location.host}${asSeat(`/ws/sound/${encodeURIComponent(this.sessionId)}`)}`);
    socket.binaryType = "arraybuffer";
    Object.assign(this, { socket, isSending: false, next: 0, taken: 0, number: 0, answeredMs: performance.now() });
    socket.onopen = () => {
      socket.send(JSON.stringify({ begin: { protocol: PROTOCOL, capture: this.capture, take: this.kept.take } }));
      for (const code of this.told.splice(0)) this.problem(code);
      this.line(true);
    };
    socket.onmessage = ({ data }) => this.receive(JSON.parse(data));
    socket.onclose = ({ code, reason }) => { if (socket === this.socket) this.closed(code, reason); };
  }

  receive({ go, stop, taken }) {
    this.answeredMs = performance.now();
    this.wait = FIRST_WAIT_MS;
    if (go) {
      this.on.go(go);
      Object.assign(this, { isSending: true, next: go.sample, taken: go.sample });
    } else if (stop) {
      this.isSending = false;
      this.on.stop();
    } else if (taken) {
      this.taken = taken.sample;
      this.kept.taken(taken.sample);
    }
    this.pump();
  }

  /** Sends what may be sent by now. */
  pump() {
    if (!this.isSending || this.socket.readyState !== WebSocket.OPEN) return;
    if (this.next <= this.taken) this.answeredMs = performance.now(); // nothing is under way that wants an answer
    for (let block; (block = this.kept.from(this.next)) && block.first - this.held() < WINDOW;) {
      this.socket.send(frameOf(this.kept.take, this.number, block));
      this.number += 1;
      this.next = block.first + block.count;
    }
  }

  /** The first sample that is not taken yet; what is not kept either will not come. */
  held() {
    return Math.max(this.taken, this.kept.blocks[0]?.first ?? 0);
  }

  /** Says why there is no sound; later, where the line is down. */
  problem(code) {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify({ problem: { code } }));
    else this.told = [...this.told.slice(-5), code];
  }

  look() {
    const isWaiting = this.isSending && this.next > this.taken;
    const isOpening = this.socket.readyState === WebSocket.CONNECTING;
    if ((isWaiting || isOpening) && performance.now() - this.answeredMs > SILENT_MS) this.closed(1006, "");
  }

  closed(code, reason) {
    this.drop();
    if (FOR_GOOD.has(code)) {
      this.close();
      this.on.closed(code, reason);
      return;
    }
    this.line(false);
    this.timer = setTimeout(() => this.connect(), this.wait);
    this.wait = Math.min(2 * this.wait, LONGEST_WAIT_MS);
  }

  line(isUp) {
    this.isUp = isUp;
    this.on.line(isUp);
  }

  drop() {
    const { socket } = this;
    this.socket.onclose = null;
    this.isSending = false;
    if (socket.readyState < WebSocket.CLOSING) socket.close();
  }

  /** For good. */
  close() {
    clearInterval(this.ticking);
    clearTimeout(this.timer);
    this.timer = null;
    removeEventListener("online", this.retry);
    this.drop();
    this.isUp = false;
  }
}

function frameOf(take, number, { first, pcm }) {
  const frame = new ArrayBuffer(HEAD_BYTES + pcm.byteLength);
  const head = new DataView(frame);
  head.setUint32(0, take, true);
  head.setUint32(4, number, true);
  head.setBigUint64(8, BigInt(first), true);
  new Int16Array(frame, HEAD_BYTES).set(pcm); // little-endian on every machine that runs a browser
  return frame;
}
