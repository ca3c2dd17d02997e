// What is asked for in a dialog on the review page. A refusal is said in the dialog, over what was typed.

import { formOf } from "./dialogs.js";
import { element, setText } from "./dom.js";

/** Who is called what, and who is who. `act(action, words)` does it and throws why not. */
export function showSpeakers(dialog, { state, words }, act) {
  const problem = element("p", { class: "problem", role: "alert" });
  const attempt = attempting(problem, act);
  const names = ["interviewer", "candidate"].map((speaker) => {
    const field = element("input", { maxlength: "80", autocomplete: "off", "aria-label": `Name of the ${speaker}` });
    field.value = state.names.get(speaker) ?? "";
    const rename = async () => {
      const name = field.value.trim() || null;
      if (name === (state.names.get(speaker) ?? null)) return true;
      return attempt({ type: "rename", speaker, name }, "Renamed");
    };
    return { field, rename, label: element("label", {}, element("span", {}, words.speaker(speaker)), field) };
  });
  const form = formOf(async () => {
    for (const { rename } of names) if (!(await rename())) return;
    dialog.close();
  }, "Keep the names", ...names.map(({ label }) => label), problem);
  const swap = element("button", { type: "button" }, "Swap interviewer and candidate");
  swap.addEventListener("click", async () => { if (await attempt({ type: "swap_speakers" }, "Swapped")) dialog.close(); });
  form.querySelector(".buttons").append(swap);
  dialog.show("Speakers", element("p", { class: "hint" }, "Names stand in the transcript and in exports. To say who spoke one line, or a whole channel, edit a line."), form);
}

/** A term that is heard wrong, corrected everywhere. */
export function showTerm(dialog, heard, act) {
  const problem = element("p", { class: "problem", role: "alert" });
  const attempt = attempting(problem, act);
  const from = element("input", { required: "", maxlength: "200", autocomplete: "off" });
  const to = element("input", { required: "", maxlength: "200", autocomplete: "off" });
  from.value = heard;
  const form = formOf(async () => {
    if (await attempt({ type: "fix_term", heard: from.value, written: to.value }, "Corrected everywhere")) dialog.close();
  }, "Correct everywhere", element("label", {}, element("span", {}, "Heard as"), from), element("label", {}, element("span", {}, "Written"), to), problem);
  dialog.show("Correct a term everywhere", element("p", { class: "hint" }, "Whole words, in any case, in every line. It is remembered as a term to expect."), form);
  (heard ? to : from).focus();
}

/** A note at a moment. */
export function showNote(dialog, time, act, at) {
  const problem = element("p", { class: "problem", role: "alert" });
  const attempt = attempting(problem, act);
  const text = element("textarea", { rows: "3", required: "", maxlength: "2000", "aria-label": "Note" });
  const box = element("input", { type: "checkbox" });
  const form = formOf(async () => {
    const words = box.checked ? "Noted for everyone" : "Noted for you alone";
    if (await attempt({ type: "note", text: text.value, is_shared: box.checked, at_s: at }, words)) dialog.close();
  }, "Keep the note", text, element("label", { class: "switch" }, box, "Share it with everybody"), problem);
  dialog.show(`Note at ${time}`, form);
}

function attempting(problem, act) {
  return async (action, words) => {
    setText(problem, "");
    try {
      await act(action, words);
      return true;
    } catch (refusal) {
      setText(problem, `▲ ${refusal.message}`);
      return false;
    }
  };
}
