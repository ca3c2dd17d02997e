// Deleting an interview for good: it asks once more, saying what goes, and then says what went.

import { call } from "./connection.js";
import { ask } from "./dialogs.js";
import { element } from "./dom.js";

const GOES = [
  "the sound", "everything that was heard, and its labels", "notes, marks and ratings of everyone",
  "what the search knows of it", "links for others", "exports that Earmark made",
];

/** Asks whether to delete an interview. `after(said)` gives the elements that stand under what went. */
export function askDelete(dialog, sessionId, title, after) {
  ask(dialog, title, GOES, "Delete all of it", async () => {
    try {
      const { said } = await call(`/api/sessions/${encodeURIComponent(sessionId)}`, { method: "DELETE" });
      dialog.show("Deleted", element("p", {}, said), element("p", { class: "buttons" }, after(said)));
    } catch (problem) {
      dialog.show("Not deleted", element("p", {}, problem.message));
    }
  });
}
