// Rating: the rubric's anchors beside two or three quotes. A digit has rated already; here come reason and quotes.

import { quotesFor, ratingOf, targetsOf } from "./board.js";
import { formOf } from "./dialogs.js";
import { element, markOf, setText } from "./dom.js";
import { clock } from "./words.js";

const SCORES = [1, 2, 3, 4, 5];

const WHY = "Why (nobody else on this session sees it)";

/**
 * Opens the panel on a target. `save({target, score, reason, tag_ids})` keeps a rating and resolves to why not, if it
 * was not kept. `quotesOf(state, target)` gives the quotes to rest it on; with `mustRest` it needs one of them, or a
 * reason for none; `score` is chosen already.
 */
export function showRating(dialog, state, words, guide, target, save, { quotesOf = quotesFor, mustRest = false, why = WHY, score = null } = {}) {
  const targets = targetsOf(state, guide);
  const chosen = targets.find((one) => one.target === target) ?? targets[0];
  if (!chosen) return false;
  const before = ratingOf(state, chosen.target);
  const reason = element("textarea", { name: "reason", rows: "2", maxlength: "2000" });
  reason.value = before?.reason ?? "";
  const quotes = quotesOf(state, chosen.target);
  const problem = element("p", { class: "problem", role: "alert" });
  const form = formOf(
    async () => {
      const score = Number(new FormData(form).get("score"));
      if (!score) return;
      const tagIds = quotes.filter((_, n) => form.elements[`quote-${n}`].checked).map(({ tag }) => tag.tag_id);
      const rating = { target: chosen.target, score, reason: reason.value.trim(), tag_ids: tagIds };
      const rests = tagIds.length > 0 || rating.reason !== "";
      const wrong = mustRest && !rests ? "Choose a quote that it rests on, or say why there is none." : await save(rating);
      setText(problem, typeof wrong === "string" ? `▲ ${wrong}` : "");
    },
    "Keep the rating",
    targets.length > 1 ? targetChoice(targets, chosen, (id) => showRating(dialog, state, words, guide, id, save, { quotesOf, mustRest, why })) : null,
    element("div", { class: "beside" }, scores(chosen, score ?? before?.score), evidence(quotes, words, before)),
    element("label", { class: "reason" }, why, reason),
    problem,
  );
  dialog.show(`Rate: ${chosen.title}`, form);
  (dialog.node.querySelector("input[name=score]:checked") ?? dialog.node.querySelector("input[name=score]")).focus();
  return true;
}

function targetChoice(targets, chosen, change) {
  const select = element("select", { name: "target" }, targets.map(({ target, title }) => element("option", { value: target }, title)));
  select.value = chosen.target;
  select.addEventListener("change", () => change(select.value));
  return element("label", {}, "What ", select);
}

function scores({ anchors }, given) {
  const texts = new Map(anchors.map(({ score, text }) => [score, text]));
  const rows = SCORES.map((score) => {
    const box = element("input", { type: "radio", name: "score", value: String(score), required: "" });
    box.checked = score === given;
    return element("label", {}, box, element("b", {}, String(score)), element("span", {}, texts.get(score) ?? ""));
  });
  return element("fieldset", { class: "scores" }, element("legend", {}, "Score"), rows);
}

function evidence(quotes, words, before) {
  if (!quotes.length) return element("p", { class: "hint" }, "No quotes were marked in this answer.");
  const rows = quotes.map(({ tag, quote, at }, n) => {
    const box = element("input", { type: "checkbox", name: `quote-${n}` });
    box.checked = before?.tag_ids.includes(tag.tag_id) ?? false;
    return element("label", {}, box, markOf(words.mark(tag.label)), element("q", {}, quote), element("time", {}, clock(at)));
  });
  return element("fieldset", { class: "quotes" }, element("legend", {}, "On these quotes"), rows);
}
