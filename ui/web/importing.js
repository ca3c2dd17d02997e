// An interview out of what somebody has already: a transcript of this computer, a recording of the one that serves, or both.

import { call } from "./connection.js";
import { formOf } from "./dialogs.js";
import { element, setText } from "./dom.js";
import { clock } from "./words.js";

const AGAIN_MS = 1000;
const ENDINGS = ".vtt,.srt,.txt,.json,.jsonl,.ndjson";
const NOT_TEXT = "That is not UTF-8 text. Save it as UTF-8; Word files and recordings: write where they are instead.";

/** Asks for the files and who is interviewed. `open(sessionId)` goes to what they became. */
export async function showImport(dialog, open) {
  const { rubrics } = await call("/api/setup");
  const file = element("input", { type: "file", name: "transcript", accept: ENDINGS });
  const path = element("input", { name: "path", autocomplete: "off", placeholder: "/home/me/interview.m4a" });
  const candidate = element("input", { name: "candidate", maxlength: "80", autocomplete: "off", placeholder: "as the transcript calls them" });
  const rubric = element("select", { name: "rubric" },
    rubrics.map(({ id, title }) => element("option", { value: id }, title)), element("option", { value: "" }, "No rubric"));
  const problem = element("p", { class: "problem", role: "alert" });
  const done = element("p", { class: "hint", role: "status" });
  const named = (words, field) => element("label", {}, element("span", {}, words), field);
  const form = formOf(async ({ lastElementChild: buttons }) => {
    setText(problem, "");
    const button = buttons.querySelector("button");
    button.disabled = true;
    try {
      const wanted = await whatIsWanted(file.files[0], path.value.trim(), candidate.value.trim(), rubric.value);
      setText(done, "Reading …");
      await opened(wanted, dialog, done, open);
    } catch ({ message }) {
      setText(done, "");
      setText(problem, message);
    }
    button.disabled = false;
  }, "Open", named("Transcript", file), named("Recording, by its path", path), named("Candidate", candidate), named("Rubric", rubric), problem, done);
  const hint = "A transcript (VTT, SRT, JSON, text of a meeting, Q1:/A1:), with or without its recording; or a recording alone, which is put into words.";
  dialog.show("Open a file", element("p", { class: "hint" }, hint), form);
}

/** The body of the request. Throws what is missing. */
async function whatIsWanted(file, path, candidate, rubric) {
  const about = { ...(candidate && { candidate }), ...(rubric && { rubric }) };
  if (!file && !path) throw new Error("Choose a transcript, or write where the recording is.");
  if (!file) return { ...about, path };
  let text;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(await file.arrayBuffer());
  } catch {
    throw new Error(NOT_TEXT);
  }
  return { ...about, name: file.name, text, ...(path && { audio: path }) };
}

/** Has it done, and says how far it is. What was noticed on the way is said before one goes on. */
async function opened(wanted, dialog, done, open) {
  const begun = await call("/api/import", { method: "POST", json: wanted });
  let told = begun;
  while (told.state === "running") {
    const of = told.length_s ? ` of ${clock(told.length_s)}` : "";
    setText(done, `Listening: ${clock(told.heard_s)}${of} …`);
    await new Promise((wake) => { setTimeout(wake, AGAIN_MS); });
    told = await call(`/api/import/${begun.import_id}`);
  }
  if (told.error) throw new Error(told.error);
  if (!told.notes.length) return open(told.session_id);
  const go = element("button", { type: "button", class: "main wanted" }, "Go to the review");
  go.addEventListener("click", () => open(told.session_id));
  return dialog.show("Opened", ...told.notes.map((note) => element("p", {}, note)), element("p", { class: "buttons" }, go));
}
