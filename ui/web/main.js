// The page: one interview as it happens, or the list of them.

import { watch } from "./connection.js";
import { element } from "./dom.js";
import { Tail } from "./follow.js";
import { listInterviews } from "./interviews.js";
import { NOTHING_YET, reduce, speakerOf } from "./state.js";
import { View } from "./view.js";
import { clock, Words } from "./words.js";

const ANNOUNCEMENTS_KEPT = 5;
const IDS = [
  "title", "facts", "progress", "connection", "interviews", "interview", "transcript", "follow", "drafts", "evidence",
  "announcements",
];
const page = Object.fromEntries(IDS.map((id) => [id, document.getElementById(id)]));

function showStatus({ state, text }) {
  if (page.connection.dataset.state === state) return;
  page.connection.dataset.state = state;
  page.connection.textContent = text;
}

async function fetchJson(path) {
  const answer = await fetch(path);
  if (!answer.ok) throw new Error(`${path}: status ${answer.status}`);
  return answer.json();
}

async function showInterview(sessionId) {
  page.interview.hidden = false;
  let words = new Words(await fetchJson("/api/words"));
  let state = NOTHING_YET;
  let isCaughtUp = false;
  let isListening = false;
  const view = new View(page);
  const tail = new Tail(page.transcript, page.follow);

  function draw(came = 0) {
    view.draw(state, words, isListening);
    tail.settle(came, !state.ended);
  }

  function receive(frames) {
    const before = state;
    state = reduce(before, frames);
    if (state.session !== before.session) addRubric(state.session.rubric_id);
    const isNews = isCaughtUp && frames.some((frame) => frame.event);
    isListening = isListening || isNews || frames.some((frame) => frame.caught_up?.is_live);
    draw(state.utterances.size - before.utterances.size);
    if (isNews) announce(page.announcements, before, state, words);
    isCaughtUp = isCaughtUp || frames.some((frame) => frame.caught_up);
  }

  async function addRubric(id) {
    if (!id) return;
    try {
      words = words.with(await fetchJson(`/api/rubrics/${encodeURIComponent(id)}`));
      draw();
    } catch {
      // The rubric is not on this machine: its ids, spelt out, say enough.
    }
  }

  watch(sessionId, {
    lastSeq: () => state.lastSeq,
    onFrames: receive,
    onReset: () => {
      state = NOTHING_YET;
      isCaughtUp = false;
    },
    onStatus: (status) => {
      showStatus(status);
      if (status.state === "gone") showMissing(page, status.text);
    },
  });
  page.evidence.addEventListener("click", (click) => goToQuote(click, page.transcript));
  addEventListener("keydown", (press) => { if (isPlain(press, "f")) tail.resume(); });
  draw();
}

function isPlain(press, key) {
  return press.key === key && !press.ctrlKey && !press.metaKey && !press.altKey;
}

/** Tells screen readers each newly confirmed sentence with its labels, in words. */
function announce(region, before, state, words) {
  for (const [id, utterance] of state.utterances) {
    if (before.utterances.has(id)) continue;
    const tags = [...state.tags.values()].filter(({ spans }) => spans[0].segment_id === id);
    const labels = tags.map((tag) => words.tag(tag));
    const said = `${words.speaker(speakerOf(state, utterance))}, ${clock(utterance.start_s)}: ${utterance.text}`;
    region.append(element("p", {}, [said, ...labels].join(". ")));
  }
  while (region.childElementCount > ANNOUNCEMENTS_KEPT) region.firstElementChild.remove();
}

function goToQuote(click, transcript) {
  const link = click.target.closest("a");
  const sentence = link && transcript.querySelector(link.hash);
  if (!sentence) return;
  click.preventDefault();
  sentence.scrollIntoView({ block: "center" });
  sentence.focus({ preventScroll: true });
}

function showMissing(page, reason) {
  page.title.textContent = "Not found";
  page.transcript.replaceChildren(
    element("p", { class: "empty" }, `There is ${reason}. `, element("a", { href: "/" }, "See all interviews"), "."),
  );
}

const inPath = location.pathname.match(/^\/sessions\/([^/]+)$/);
if (inPath) {
  showInterview(decodeURIComponent(inPath[1])).catch((problem) => {
    showStatus({ state: "waiting", text: `Earmark does not answer (${problem.message}). Reload this page.` });
  });
} else {
  page.interviews.hidden = false;
  listInterviews(page.interviews, showStatus);
}
