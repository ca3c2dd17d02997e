// One's own entries of the debrief: what the guide asks to write down, its gut check, one's vote.

import { answerOf } from "./board.js";
import { element } from "./dom.js";

const GUT_ANSWERS = ["yes", "no", "not sure"];

/** The guide's form, its entries kept by `act(action, words)` as they are filled in; null where it has none. */
export function debriefForm({ debrief, gut_check: gutCheck, outcomes }, act) {
  if (!debrief.length && !gutCheck.length && !outcomes.length) return null;
  const written = (item, text) => {
    const area = element("textarea", { rows: "2", maxlength: "10000", "data-item": item });
    area.addEventListener("change", () => act({ type: "answer_form", item, text: area.value }, "Kept"));
    return element("label", {}, text, area);
  };
  const choice = (item, text, options) => {
    const rows = options.map(({ value, words, meaning }) => {
      const box = element("input", { type: "radio", name: item, value, "data-item": item });
      box.addEventListener("change", () => act({ type: "answer_form", item, text: value }, "Kept"));
      return element("label", {}, box, words, meaning ? element("span", { class: "detail" }, ` ${meaning}`) : null);
    });
    return element("fieldset", {}, element("legend", {}, text), rows);
  };
  return element("div", { class: "debrief" },
    debrief.map((text, n) => written(`debrief/${n}`, text)),
    gutCheck.length ? element("h4", {}, "Gut check") : null,
    gutCheck.map((text, n) => choice(`gut_check/${n}`, text, GUT_ANSWERS.map((answer) => ({ value: answer, words: answer })))),
    outcomes.length ? choice("vote", "My vote", outcomes.map(({ id, title, meaning }) => ({ value: id, words: title, meaning }))) : null);
}

/** Puts this seat's answers into a form, but not over what is being written. */
export function fillForm(form, state) {
  for (const field of form.querySelectorAll("[data-item]")) {
    const answer = answerOf(state, field.dataset.item);
    if (field.type === "radio") field.checked = field.value === answer || (field.checked && !answer);
    else if (document.activeElement !== field && answer) field.value = answer;
  }
}
