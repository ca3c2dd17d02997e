// What leaves an interview's page: the files that it can be saved as, and the links that let others in.

import { asSeat, call } from "./connection.js";
import { formOf, showSeats } from "./dialogs.js";
import { element, setText } from "./dom.js";

const FOR_LATER_MS = 60_000;
const HEARD = [["accepted", "of the quotes that people accepted"], ["all", "of all quotes"]];
const WORDS_OF_NOTHING = "Not saved: Earmark does not answer. Is it still running?";

/** Saves the interview as a file: which format, and for the page with sound, which quotes can be heard in it. */
export async function showExport(dialog, sessionId) {
  const path = `/api/sessions/${encodeURIComponent(sessionId)}/export`;
  const formats = await call("/api/export-formats");
  const format = element("select", { name: "format", autofocus: "" }, formats.map(({ name, words }) => element("option", { value: name }, sentence(words))));
  const heard = element("select", { name: "tags" }, HEARD.map(([value, words]) => element("option", { value }, words)));
  const ofQuotes = element("label", { hidden: "" }, element("span", {}, "With the sound"), heard);
  const ownNotes = element("input", { type: "checkbox", name: "own_notes" });
  const problem = element("p", { class: "problem", role: "alert" });
  const done = element("p", { class: "hint", role: "status" });
  format.addEventListener("change", () => { ofQuotes.hidden = format.value !== "html"; });
  const form = formOf(async () => {
    setText(problem, "");
    setText(done, "Writing …");
    const query = new URLSearchParams({ format: format.value });
    if (!ofQuotes.hidden && heard.value === "all") query.set("tags", "all");
    if (ownNotes.checked) query.set("own_notes", "1");
    const { name, why } = await saved(`${path}?${query}`);
    setText(done, name ? `Saved by your browser: ${name}` : "");
    setText(problem, why ?? "");
  }, "Save the file", element("label", {}, element("span", {}, "As"), format), ofQuotes,
  element("label", { class: "switch" }, ownNotes, "Also my own notes that are not shared"), problem, done);
  const hint = "It holds what you may see: ratings of others only once yours are in.";
  dialog.show("Save as a file", element("p", { class: "hint" }, hint), form);
}

/** Links for those who rate, look on or correct. `first` stands above them; `role` is who is let in as a rule. */
export function showPeople(dialog, sessionId, { first = null, role } = {}) {
  const path = `/api/sessions/${encodeURIComponent(sessionId)}/seats`;
  showSeats(dialog, {
    list: () => call(path),
    add: async (name, role) => (await call(path, { method: "POST", json: { name, role } })).link,
    remove: (id) => call(`${path}/${encodeURIComponent(id)}`, { method: "DELETE" }),
    first,
    role,
  });
}

/** Has the browser keep what a path gives: the file's name, or why not. */
async function saved(path) {
  try {
    const answer = await fetch(asSeat(path));
    if (!answer.ok) return { why: `Not saved: ${(await answer.json()).error ?? `status ${answer.status}`}` };
    const name = /filename="([^"]+)"/.exec(answer.headers.get("Content-Disposition"))?.[1] ?? "interview";
    const url = URL.createObjectURL(await answer.blob());
    element("a", { href: url, download: name }).click();
    setTimeout(() => URL.revokeObjectURL(url), FOR_LATER_MS);
    return { name };
  } catch {
    return { why: WORDS_OF_NOTHING };
  }
}

const sentence = (words) => words[0].toUpperCase() + words.slice(1);
