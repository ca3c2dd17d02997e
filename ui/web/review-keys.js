// The keys of the review page in one table: what the page listens to and what `?` lists. Those that reviewers know from
// players and editors mean the same here.

import { entryFor } from "./keys.js";

export const REVIEW_KEYS = Object.freeze([
  { key: "?", words: "All keys", action: "help" },
  { key: " ", also: ["k"], shown: "Space", words: "Play or pause (K too)", action: "play" },
  { key: "ArrowLeft", also: ["j"], words: "Back 5 seconds (J too)", action: "skip_back" },
  { key: "ArrowRight", also: ["l"], words: "On 5 seconds (L too)", action: "skip_on" },
  { key: "<", words: "Slower", action: "slower" },
  { key: ">", words: "Faster", action: "faster" },
  { key: "+", also: ["="], words: "Time line wider", action: "wider" },
  { key: "-", words: "Time line narrower", action: "narrower" },
  { key: "Enter", shown: "Enter", words: "Hear the line that one is at", action: "hear_here" },
  { key: ".", words: "Next line", action: "next_line" },
  { key: ",", words: "Line before", action: "line_before" },
  { key: "g", words: "Go to what is heard", action: "to_heard" },
  { key: "q", shown: "Q", words: "Next question; Shift: the one before", action: "question" },
  { key: "t", shown: "T", words: "Next tag; Shift: the one before", action: "next_tag" },
  { key: "m", shown: "M", words: "Next mark or note; Shift: the one before", action: "next_moment" },
  { key: "p", words: "Hear the quote of the open tag", action: "hear_tag" },
  { key: "a", words: "Accept the open tag", action: "accept", needs: "judge_tag" },
  { key: "x", words: "Reject it, with a reason", action: "reject", needs: "judge_tag" },
  { key: "r", words: "Give it another label", action: "relabel", needs: "judge_tag" },
  { key: "c", words: "Comment on it", action: "comment", needs: "comment_tag" },
  { key: "e", words: "Correct the line that one is at", action: "edit", needs: "edit" },
  { key: "f", words: "Correct a term everywhere", action: "fix_term", needs: "edit" },
  { key: "s", words: "Speakers: names, swap", action: "speakers", needs: "edit" },
  { key: "u", words: "Undo (Ctrl+Z too)", action: "undo", needs: "edit" },
  { key: "y", words: "Redo (Ctrl+Y or Ctrl+Shift+Z too)", action: "redo", needs: "edit" },
  ...[1, 2, 3, 4, 5].map((score) => ({ key: `${score}`, words: `Rate the question that one is at ${score}`, action: "rate", score, needs: "rate" })),
  { key: "n", words: "Write a note at this moment", action: "note", needs: "note" },
  { key: "/", words: "Find words", action: "find" },
  { key: "v", words: "Evidence, ratings, marks", action: "panel" },
  { key: "o", words: "Save as a file", action: "export" },
  { key: "i", words: "Links for others", action: "seats", needs: "seats" },
  { key: "Escape", words: "Close the tag, the marked words", action: "close" },
].map(Object.freeze));

/** The entry that a key press asks for, those with Ctrl among them; `back` where Shift turns it round. */
export function reviewEntryFor(press, areOn) {
  const { key, ctrlKey, metaKey, shiftKey, altKey } = press;
  if ((ctrlKey || metaKey) && !altKey) return withControl(press);
  const entry = entryFor(press, areOn, REVIEW_KEYS);
  return entry && shiftKey && key.length === 1 ? { ...entry, isBack: true } : entry;
}

/** Undo and redo as everywhere; in a field they are the field's own. */
function withControl({ key, shiftKey, target }) {
  const letter = key.toLowerCase();
  if (!["z", "y"].includes(letter) || target?.matches?.("input:not([type=checkbox], [type=radio]), textarea")) return undefined;
  const action = letter === "y" || shiftKey ? "redo" : "undo";
  return REVIEW_KEYS.find((one) => one.action === action);
}
