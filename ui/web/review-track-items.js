// What stands on the time line beside who spoke: questions, tags, marks and notes. Pure arithmetic, no elements.

import { isOwn } from "./board.js";
import { isSure, moments, timeOf } from "./review-lines.js";

/** [{kind, from, to, letter, colour, words(), key | tag}] of a state and the rows of its transcript. */
export function itemsOf(state, words, rows) {
  return [...questionsOf(state, words, rows), ...tagsOf(state, words), ...marksOf(state)];
}

function questionsOf(state, words, rows) {
  return rows
    .filter(({ kind, question }) => kind === "question" && question.question_id && !question.is_follow_up)
    .map(({ question: { segment_id: id, question_id: asked }, number }) => {
      const from = state.utterances.get(id)?.start_s ?? 0;
      return { kind: "question", from, to: from, letter: `Q${number}`, colour: "accent", words: () => words.question(asked), key: `s${id}` };
    });
}

function tagsOf(state, words) {
  return [...state.tags.values()]
    .filter((tag) => tag.label !== "question" && isSure(tag))
    .map((tag) => {
      const [from, to] = timeOf(state, tag);
      return { kind: "tag", from, to, letter: words.mark(tag.label).letter, colour: tag.label, words: () => words.tag(tag), tag: tag.tag_id };
    })
    .sort((a, b) => a.from - b.from);
}

function marksOf(state) {
  return moments(state).map(({ act, from, to }) => {
    const isNote = act.type === "note_taken";
    const named = isNote ? "Note" : isOwn(state, act) ? "My mark" : `Mark by ${act.author}`;
    return { kind: "mark", from, to, letter: isNote ? "✎" : "⚐", words: () => named };
  });
}
