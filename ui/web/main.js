// The page: one interview as it happens, the set-up of a new one, or the library of them all.

import { asSeat } from "./connection.js";
import { listInterviews } from "./interviews.js";
import { Session } from "./session.js";
import { setUp } from "./setup.js";

const page = Object.fromEntries([...document.querySelectorAll("[id]")].map((node) => [node.id, node]));

function showStatus({ state, text }) {
  if (page.connection.dataset.state === state) return;
  page.connection.dataset.state = state;
  page.connection.textContent = text;
}

function openInterview(sessionId) {
  const session = new Session(page, sessionId, showStatus);
  session.open().catch((problem) => {
    showStatus({ state: "waiting", text: `Earmark does not answer (${problem.message}). Reload this page.` });
  });
}

addEventListener("hashchange", () => { if (!inPath) location.reload(); });

document.querySelector(".brand").href = asSeat("/");

const inPath = location.pathname.match(/^\/sessions\/([^/]+)$/);
if (inPath) {
  openInterview(decodeURIComponent(inPath[1]));
} else if (location.hash === "#setup") {
  page.title.textContent = "Set-up";
  page.setup.hidden = false;
  setUp(page.setup);
} else {
  page.interviews.hidden = false;
  listInterviews(page.interviews, page.dialog, showStatus);
}
