// What each role may do on this page; what it may not is not shown. The server decides, this only mirrors it.

const WRITES = ["note", "mark", "rate", "answer_form", "withdraw"];
const LEADS = ["choose_question", "tick"];
const RUNS = ["stage", "pause", "resume", "end", "paste", "assign", "judge_tag"];
const EDITS = ["edit", "add_tag", "comment_tag"]; // "edit": whatever corrects the transcript
const OWNS = ["start", "consent", "seats", "delete"];

const ALLOWED = {
  host: new Set([...WRITES, ...LEADS, ...RUNS, ...EDITS, ...OWNS]),
  "note-taker": new Set([...WRITES, ...LEADS, ...RUNS, ...EDITS]),
  rater: new Set([...WRITES, "comment_tag"]),
  interviewer: new Set([...LEADS, "withdraw"]),
  viewer: new Set(),
};

/** Whether a seat may do something: an action of the protocol, or "seats" and "delete". No seat yet: nothing. */
export function may(seat, action) {
  return ALLOWED[seat?.role]?.has(action) ?? false;
}
