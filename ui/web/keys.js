// The keys of the board in one table: what the page listens to, what `?` lists and what the hints say.

/** [{key, words, action, needs, hint}]: `needs` is what the seat must be allowed; `hint` is said at the bottom. */
export const KEYS = Object.freeze([
  { key: "?", words: "All keys", action: "help" },
  { key: "m", words: "Mark the last 20 seconds", action: "mark", needs: "mark", hint: "mark 20 s" },
  ...[1, 2, 3, 4, 5].map((score) => ({ key: `${score}`, words: `Rate this question ${score}`, action: "rate", score, needs: "rate" })),
  { key: "n", words: "Next question", action: "next", needs: "choose_question", hint: "next question" },
  { key: "p", words: "Previous question", action: "previous", needs: "choose_question" },
  { key: "g", words: "Go to a question", action: "questions", needs: "choose_question" },
  { key: "f", words: "Tick the next follow-up", action: "follow_up", needs: "tick" },
  { key: "s", words: "Next stage", action: "stage", needs: "stage" },
  { key: ".", words: "Pause off the record, and go on", action: "pause", needs: "pause" },
  { key: "u", words: "Undo what I did last", action: "undo", needs: "withdraw", hint: "undo" },
  { key: "/", also: ["Enter"], words: "Write a note (Enter too)", action: "note", needs: "note", hint: "note" },
  { key: "v", words: "Paste what the candidate wrote", action: "paste", needs: "paste" },
  { key: "t", words: "Transcript, and back", action: "transcript", hint: "transcript" },
  { key: "e", words: "All evidence", action: "evidence" },
  { key: "b", words: "Back to now", action: "now" },
  { key: "Escape", words: "Close, and back to the board", action: "close" },
].map(Object.freeze));

const NAMES = { Escape: "Esc", " ": "Space", ArrowLeft: "←", ArrowRight: "→" };
const PRESSES = new Set(["Enter", " "]); // what buttons and links take for themselves

/** The entry that a key press asks for; undefined for every other press, and while something is being written. */
export function entryFor({ key, ctrlKey, metaKey, altKey, target }, areOn = true, keys = KEYS) {
  if (ctrlKey || metaKey || altKey) return undefined;
  const wanted = key.length === 1 ? key.toLowerCase() : key;
  const entry = keys.find((one) => one.key === wanted || one.also?.includes(wanted));
  if (entry?.action === "close") return entry;
  if (!areOn && entry?.action !== "help") return undefined;
  if (isWritten(target) || (PRESSES.has(key) && isPressed(target))) return undefined;
  return entry;
}

/** How a key is written on the screen. */
export function keyName({ key, shown }) {
  return shown ?? NAMES[key] ?? key.toUpperCase();
}

function isWritten(target) {
  return target?.matches?.("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]") ?? false;
}

function isPressed(target) {
  return target?.matches?.("button, a, summary, input") ?? false;
}
