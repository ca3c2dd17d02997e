// The websocket of one interview: it comes back by itself and goes on after the last event that was seen.

const PROTOCOL = 1;
const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 5000;
const AHEAD_OF_JOURNAL = 4409;
const FINAL_CODES = new Set([4400, 4404]);
const HIDDEN_FLUSH_MS = 250;

/**
 * Watches an interview. `lastSeq()` says where to resume, `onFrames(frames)` takes what came, in bunches,
 * `onStatus({state, text})` tells how it goes, `onReset()` that everything seen belongs to another journal.
 * States: connecting, connected, waiting, gone, outdated.
 */
export function watch(sessionId, { lastSeq, onFrames, onStatus, onReset }) {
  let socket = null;
  let wait = FIRST_WAIT_MS;
  let timer = null;
  let frames = [];
  let flushing = false;

  function connect() {
    clearTimeout(timer);
    timer = null;
    onStatus({ state: "connecting", text: "Connecting …" });
    socket = new WebSocket(`ws://${location.host}/ws/sessions/${encodeURIComponent(sessionId)}?after=${lastSeq()}`);
    socket.onmessage = ({ data }) => receive(JSON.parse(data));
    socket.onclose = ({ code, reason }) => closed(code, reason);
  }

  function receive(frame) {
    if (frame.hello && frame.hello.protocol !== PROTOCOL) {
      socket.onclose = null;
      socket.close();
      onStatus({ state: "outdated", text: "Earmark was updated. Reload this page." });
      return;
    }
    if (frame.hello) return;
    if (frame.caught_up) {
      wait = FIRST_WAIT_MS;
      onStatus({ state: "connected", text: "Connected" });
    }
    frames.push(frame);
    if (frame.caught_up || frame.event.type === "draft") flushSoon();
  }

  // One drawing for all that was journalled together, so that a sentence and its tags appear at once. A hidden page
  // gets no animation frames.
  function flushSoon() {
    if (flushing) return;
    flushing = true;
    if (document.hidden) setTimeout(flush, HIDDEN_FLUSH_MS);
    else requestAnimationFrame(flush);
  }

  function flush() {
    flushing = false;
    const came = frames;
    frames = [];
    if (came.length) onFrames(came);
  }

  function closed(code, reason) {
    flush();
    if (FINAL_CODES.has(code)) {
      onStatus({ state: "gone", text: reason });
      return;
    }
    if (code === AHEAD_OF_JOURNAL) onReset();
    onStatus({ state: "waiting", text: "Connection lost. Trying again …" });
    timer = setTimeout(connect, wait);
    wait = Math.min(2 * wait, LONGEST_WAIT_MS);
  }

  addEventListener("online", () => { if (timer !== null) connect(); });
  document.addEventListener("visibilitychange", () => { if (timer !== null && !document.hidden) connect(); });
  connect();
}
