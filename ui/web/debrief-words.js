// What a debrief says of ratings: pure, no elements. It describes what people gave and how far they agree; it concludes
// nothing about the candidate.

// K. Krippendorff, Content Analysis, 4th ed., chapter 12: what is customarily relied on, and with caution.
const RELIABLE = 0.8;
const TENTATIVE = 0.667;
const FEW = 10; // things rated in common below which the figure itself is rough

/** Why this person does not see the others' ratings yet; null where they do. */
export function whyClosed({ raters, isOver }) {
  if (!isOver) return "The interview is not over: until it is, nobody sees another's ratings.";
  const me = raters.find(({ is_me: isMe }) => isMe);
  if (me) return me.is_in ? null : "What the others gave is shown once your own ratings are all in.";
  if (!raters.length) return "Nobody has rated this interview yet.";
  return raters.every(({ is_in: isIn }) => isIn) ? null : "Ratings are shown once everybody's are in.";
}

/** How far the others are: by name where one may know it, else how many. "" where nobody else rates. */
export function othersIn(raters) {
  const others = raters.filter(({ is_me: isMe }) => !isMe);
  const named = others.filter(({ name }) => name).map(({ name, is_in: isIn }) => `${name}: ${isIn ? "all in" : "not all in yet"}`);
  const unnamed = others.filter(({ name }) => !name);
  const isIn = unnamed.filter((one) => one.is_in).length;
  const counted = unnamed.length === 1 ? [`One other is ${isIn ? "in" : "not in yet"}`]
    : unnamed.length ? [`Of ${unnamed.length} others ${isIn || "none"} ${isIn > 1 ? "are" : "is"} in`] : [];
  return others.length ? `${[...named, ...counted].join("; ")}.` : "";
}

/** What the agreement means, in two sentences or three. */
export function agreementWords({ alpha, why_not: whyNot, targets, ratings, raters }) {
  if (alpha === null) return `It cannot be said: ${whyNot}.`;
  const over = `Over ${count(targets, "thing", "things")} that ${raters} people rated (${ratings} ratings), before anybody saw the others'.`;
  const rough = targets < FEW ? " With so few, the figure itself is rough." : "";
  return `${meaning(alpha)} ${over}${rough}`;
}

function meaning(alpha) {
  if (alpha >= RELIABLE) return "The raters use the scale alike: differences between ratings are seldom a matter of who rated.";
  if (alpha >= TENTATIVE) return "The raters mostly use the scale alike: enough for tentative conclusions, not for close calls.";
  if (alpha > 0) return "The raters use the scale differently: talk about what each score was given for before you lean on any average.";
  return "The raters agree no more than by chance: an average of these ratings says little. Go through the quotes together.";
}

/** "0.62", with a true minus sign. */
export function alphaFigure(alpha) {
  return alpha === null ? "–" : `${alpha < 0 ? "−" : ""}${Math.abs(alpha).toFixed(2)}`;
}

/** Everything that was rated, in the guide's order, by whom: [{target, title, scores: Map rater -> score, spread}]. */
export function sideBySide(ratings, titles) {
  const rows = new Map(Object.entries(titles).map(([target, title]) => [target, { target, title, scores: new Map() }]));
  for (const { target, rater, score } of ratings) {
    if (!rows.has(target)) rows.set(target, { target, title: target, scores: new Map() });
    rows.get(target).scores.set(rater, score);
  }
  return [...rows.values()].filter(({ scores }) => scores.size).map((row) => ({ ...row, spread: spreadOf(row.scores) }));
}

function spreadOf(scores) {
  const given = [...scores.values()];
  return Math.max(...given) - Math.min(...given);
}

/** "1 point apart", or "the same". */
export function spreadWords(spread) {
  return spread ? `${count(spread, "point", "points")} apart` : "the same";
}

/** The entries of the guide's form with everybody's answers: [{item, text, answers: [{author, text}]}]; the vote last. */
export function formRows({ debrief, gut_check: gutCheck }, forms, votes) {
  const entries = [
    ...debrief.map((text, n) => ({ item: `debrief/${n}`, text })),
    ...gutCheck.map((text, n) => ({ item: `gut_check/${n}`, text })),
  ];
  const rows = entries.map(({ item, text }) => ({
    item,
    text,
    answers: forms.filter((one) => one.item === item && one.text.trim()).map(({ author, text: said }) => ({ author, text: said })),
  }));
  const voted = votes.map(({ rater, title }) => ({ author: rater, text: title }));
  return [...rows, { item: "vote", text: "Vote", answers: voted }].filter(({ answers }) => answers.length);
}

/** The guide's reminders for a debrief: halo and horn, evidence before feeling, how votes count. */
export function remindersOf({ reminders = [] }) {
  return reminders.filter((text) => /halo|horn|bias|debrief|\bgut\b|evidence|hire|not sure/i.test(text));
}

/** What is still owed, in words: titles of what is to be rated, entries of the form. */
export function missingWords(missing, titles, guide) {
  const order = Object.keys(titles);
  const place = (one) => (order.includes(one) ? order.indexOf(one) : order.length); // the form comes last
  return [...missing].sort((a, b) => place(a) - place(b)).map((one) => {
    const [name, at] = one.split("/");
    if (one === "vote") return "your vote";
    if (name === "gut_check" && at !== undefined) return `gut check: ${guide.gut_check[at] ?? one}`;
    if (name === "debrief" && at !== undefined) return guide.debrief[at] ?? one;
    return titles[one] ?? one;
  });
}

function count(number, one, many) {
  return `${number} ${number === 1 ? one : many}`;
}
