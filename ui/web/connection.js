// The websocket of one interview: it comes back by itself and goes on after the last event that was seen. What this
// screen does goes the same way, each act under an id of its own, so that one sent twice is done once.

const PROTOCOL = 2;
const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 5000;
const AHEAD_OF_JOURNAL = 4409;
const NOT_FOR_YOU = new Set([4400, 4401, 4403, 4404]);
const JOURNAL_FAILED = 1011;
const HIDDEN_FLUSH_MS = 250;
const ANSWER_WAIT_MS = 20;

/** The seat that the link of this page names; "" where it names none. */
export function seatToken() {
  return new URLSearchParams(location.search).get("seat") ?? "";
}

/** A path of the server with this page's seat. */
export function asSeat(path) {
  const token = seatToken();
  return token ? `${path}${path.includes("?") ? "&" : "?"}seat=${encodeURIComponent(token)}` : path;
}

/**
 * Watches an interview. `lastSeq()` says where to resume, `onFrames(frames)` takes what came, in bunches,
 * `onStatus({state, text})` tells how it goes, `onReset()` that everything seen belongs to another journal.
 * States: connecting, connected, waiting, gone, outdated. Returns the connection, whose `send` acts.
 */
export function watch(sessionId, { lastSeq, onFrames, onStatus, onReset }) {
  let socket = null;
  let wait = FIRST_WAIT_MS;
  let timer = null;
  let frames = [];
  let flushing = false;
  const unanswered = new Map(); // id -> {message, done, refused}

  function connect() {
    clearTimeout(timer);
    timer = null;
    onStatus({ state: "connecting", text: "Connecting …" });
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const path = asSeat(`/ws/sessions/${encodeURIComponent(sessionId)}?after=${lastSeq()}`);
    socket = new WebSocket(`${scheme}://${location.host}${path}`);
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
    if (frame.done || frame.refused) return answered(frame);
    if (frame.caught_up) {
      wait = FIRST_WAIT_MS;
      onStatus({ state: "connected", text: "Connected" });
    }
    if (frame.hello) for (const { message } of unanswered.values()) socket.send(message);
    frames.push(frame);
    if (frame.caught_up || frame.now || frame.anew || frame.event?.type === "draft") flushSoon();
  }

  function answered({ done, refused }) {
    const waiting = unanswered.get((done ?? refused).id);
    if (!waiting) return;
    unanswered.delete((done ?? refused).id);
    flush();
    if (done) waiting.done(done.event_id);
    else waiting.refused(new Error(refused.why));
  }

  /** Does something. Resolves to the id of its event once it is journalled, however often the line drops meanwhile. */
  function send(action) {
    const id = crypto.getRandomValues(new Uint32Array(2)).join("-");
    const message = JSON.stringify({ id, do: action });
    return new Promise((done, refused) => {
      unanswered.set(id, { message, done, refused });
      if (socket?.readyState === WebSocket.OPEN) socket.send(message);
    });
  }

  // One drawing for all that was journalled together, so that a sentence and its tags appear at once. The answer to an
  // act follows what it brought, and is drawn with it. A hidden page gets no animation frames.
  function flushSoon() {
    if (flushing) return;
    flushing = true;
    if (document.hidden) setTimeout(flush, HIDDEN_FLUSH_MS);
    else if (unanswered.size) setTimeout(flush, ANSWER_WAIT_MS);
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
    if (NOT_FOR_YOU.has(code)) {
      onStatus({ state: "gone", text: reason });
      return;
    }
    if (code === AHEAD_OF_JOURNAL) onReset();
    const why = code === JOURNAL_FAILED && reason ? `${reason[0].toUpperCase()}${reason.slice(1)}` : "Connection lost";
    onStatus({ state: "waiting", text: `${why}. Trying again …` });
    timer = setTimeout(connect, wait);
    wait = Math.min(2 * wait, LONGEST_WAIT_MS);
  }

  addEventListener("online", () => { if (timer !== null) connect(); });
  document.addEventListener("visibilitychange", () => { if (timer !== null && !document.hidden) connect(); });
  connect();
  return { send };
}

/** The server's answer to this seat; `options` as for fetch, with `json` as the body. Throws with the server's words. */
export async function ask(path, { json, ...options } = {}) {
  const body = json === undefined ? {} : { body: JSON.stringify(json), headers: { "Content-Type": "application/json" } };
  const answer = await fetch(asSeat(path), { ...options, ...body });
  if (answer.ok) return answer;
  const given = await answer.json().catch(() => null);
  throw Object.assign(new Error(given?.error ?? `${path}: status ${answer.status}`), { status: answer.status });
}

/** The JSON of an answer, null where it has none. */
export async function call(path, options) {
  return (await ask(path, options)).json().catch(() => null);
}
