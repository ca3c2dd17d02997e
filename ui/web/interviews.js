// The list of a workspace's interviews, newest first, kept up to date while it is looked at.

import { asSeat } from "./connection.js";
import { element } from "./dom.js";
import { day } from "./view.js";

const REFRESH_MS = 3000;

/** Shows the list in `main` and says through `onStatus` whether the server answers. */
export function listInterviews(main, onStatus) {
  let shown = null;
  async function refresh() {
    try {
      const answer = await fetch(asSeat("/api/sessions"));
      if (!answer.ok) throw new Error(`status ${answer.status}`);
      const text = await answer.text();
      if (text !== shown) draw(main, JSON.parse(text));
      shown = text;
      onStatus({ state: "connected", text: "Connected" });
    } catch {
      onStatus({ state: "waiting", text: "Earmark does not answer. Is it still running? Trying again …" });
    }
    setTimeout(refresh, REFRESH_MS);
  }
  refresh();
}

function draw(main, sessions) {
  const begin = element("p", { class: "begin" }, element("a", { href: "#setup" }, "New interview"));
  main.replaceChildren(begin, sessions.length ? element("ol", { class: "sessions" }, sessions.map(itemOf)) : emptiness());
}

function itemOf({ session_id: id, source, started_at: startedAt, is_ended: isEnded, utterances }) {
  const sentences = utterances === 1 ? "1 sentence" : `${utterances} sentences`;
  return element(
    "li",
    {},
    element(
      "a",
      { href: asSeat(`/sessions/${encodeURIComponent(id)}`) },
      element("span", { class: "source" }, source),
      element("span", { class: "facts" }, [day(startedAt), sentences, isEnded ? "ended" : "not ended"].join(" · ")),
    ),
  );
}

function emptiness() {
  return element(
    "p",
    { class: "empty" },
    "No interviews in this workspace yet. Run ",
    element("code", {}, "earmark demo"),
    " to hear a sample; it appears here by itself.",
  );
}
