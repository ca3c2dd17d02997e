// The candidate's answer to the notice, where others are let in: what is on record, and an answer that was given
// elsewhere. A transcript or recording that somebody brought has none; a candidate may share, or stop sharing, later.

import { formOf } from "./dialogs.js";
import { element, setText } from "./dom.js";
import { day } from "./view.js";

/** What is on record: {words, keepsOut}; `keepsOut` where raters and viewers are kept out by it, as the server does. */
export function answerOf(consents, purposes) {
  const last = [...new Map(consents.map((one) => [one.person, one])).values()];
  if (!last.length) return { words: "No answer of the candidate's to the notice is on record.", keepsOut: false };
  const said = last.map(({ person, is_given: isGiven, purposes: agreed, recorded_at: at }) => {
    const titles = purposes.filter(({ id }) => agreed.includes(id)).map(({ title }) => title.toLowerCase());
    return `${person} ${isGiven ? `agreed to ${titles.join(", ")}` : "declined"}, ${day(at)}.`;
  });
  const keepsOut = last.some(({ is_given: isGiven, purposes: agreed }) => !isGiven || !agreed.includes("sharing"));
  if (keepsOut) said.push("Raters and viewers are kept out: the interview is not to be shared with the panel.");
  return { words: said.join(" "), keepsOut };
}

/** A line on it for the people's dialog, with a way to record another answer. `record(again)` opens that. */
export function answerLine({ state, notice }, record) {
  const { words, keepsOut } = answerOf(state.consents, notice.purposes);
  const button = element("button", { type: "button" }, "Record an answer");
  button.addEventListener("click", record);
  return element("div", { class: keepsOut ? "answer-line keeps-out" : "answer-line" },
    element("p", {}, keepsOut ? "▲ " : "", words), button);
}

/** Asks what the candidate answered. `send(action)` records it and throws why not; `after()` goes on. */
export function showAnswer(dialog, { state, people, notice }, send, after) {
  const last = state.consents.at(-1);
  const person = element("input", { name: "person", required: "", maxlength: "80", autocomplete: "off" });
  person.value = people.candidate ?? last?.person ?? "";
  person.readOnly = Boolean(people.candidate);
  const boxes = notice.purposes.map(({ id, title, is_required: isRequired }) => {
    const box = element("input", { type: "checkbox", value: id });
    box.checked = isRequired || (last?.is_given && last.purposes.includes(id));
    box.disabled = isRequired;
    return element("label", { class: "switch" }, box, title, isRequired ? null : element("span", { class: "detail" }, "may be left out"));
  });
  const problem = element("p", { class: "problem", role: "alert" });
  const answer = async (isGiven) => {
    if (!person.reportValidity()) return;
    const purposes = isGiven ? boxes.map(({ firstChild: box }) => box).filter((box) => box.checked).map((box) => box.value) : [];
    try {
      await send({ type: "consent", person: person.value.trim(), is_given: isGiven, purposes });
      after();
    } catch (refusal) {
      setText(problem, `▲ ${refusal.message}`);
    }
  };
  const form = formOf(() => answer(true), "Agrees",
    element("label", {}, element("span", {}, "Candidate"), person),
    element("fieldset", {}, element("legend", {}, "Agrees to"), boxes), problem);
  const declines = element("button", { type: "button" }, "Declines");
  declines.addEventListener("click", () => answer(false));
  form.querySelector(".buttons").append(declines);
  dialog.show("The candidate's answer",
    element("p", { class: "hint" }, "Put down what they answered, here or when they were asked. It is kept with today's date and your notice's version."),
    element("details", {}, element("summary", {}, `The notice, version ${notice.version}`),
      element("blockquote", { class: "notice" }, notice.text.split(/\n\n+/).map((paragraph) => element("p", {}, paragraph)))),
    form);
}
