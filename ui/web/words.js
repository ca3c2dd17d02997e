// The words for what events say. The table comes from the server (/api/words); how a metric is put together mirrors
// metric_words in ui/labels.py, and one table of cases holds both to the same words.

import { isGuess } from "./state.js";

const NUMBER = new Intl.NumberFormat("en-US", { maximumFractionDigits: 2 });

/** Words after a table from /api/words and, where there is one, a rubric's own from /api/rubrics. */
export class Words {
  constructor(table, rubric = null) {
    this.labels = table.labels;
    this.rubric = rubric;
    this.table = table;
    this.marks = new Map(table.labels.map((mark) => [mark.label, mark]));
  }

  /** The same words with a rubric's own. */
  with(rubric) {
    return new Words(this.table, rubric);
  }

  mark(label) {
    return this.marks.get(label);
  }

  speaker(speaker) {
    return this.table.speakers[speaker];
  }

  engine(engine) {
    return this.table.engines[engine] ?? engine;
  }

  /** What a tag's kind or quantity adds to its label; "" where it adds nothing. */
  detail(tag) {
    if (tag.value) return this.metric(tag.value);
    if (tag.kind === null || tag.label === "metric") return "";
    return isGuess(tag) ? `perhaps ${this.kind(tag)}` : this.kind(tag);
  }

  kind({ label, kind }) {
    if (this.rubric && Object.hasOwn(this.rubric.kinds, kind)) return this.rubric.kinds[kind];
    const known = label === "red_flag" && Object.hasOwn(this.table.flag_kinds, kind);
    return known ? this.table.flag_kinds[kind] : spellOut(kind);
  }

  /** A tag in words: "Result", "Ask about: hedging", "Metric: 3 days". */
  tag(tag) {
    const detail = this.detail(tag);
    const { words } = this.mark(tag.label);
    return detail ? `${words}: ${detail}` : words;
  }

  /** A planned question as the rubric has it, else its id spelt out. */
  question(id) {
    const isKnown = this.rubric && Object.hasOwn(this.rubric.questions, id);
    return isKnown ? this.rubric.questions[id] : id.replace(/[._-]/g, " ");
  }

  /** What one "not heard" item is called: a label, a signal or red flag of the rubric, or words already. */
  item(item) {
    if (this.marks.has(item)) return this.mark(item).words.toLowerCase();
    return this.rubric && Object.hasOwn(this.rubric.kinds, item) ? this.rubric.kinds[item] : spellOut(item);
  }

  /** A parsed quantity, short: "40 → 3 minutes, −92 %". */
  metric(value) {
    const { unit, before, after, low, high } = value;
    let amount;
    let direction = "";
    if (isGiven(before) && isGiven(after)) {
      amount = `${this.bare(before, unit)} → ${this.withUnit(after, unit)}${change(before, after, unit)}`;
    } else if (isGiven(low) && isGiven(high)) {
      amount = `${this.bare(low, unit)} to ${this.withUnit(high, unit)}`;
    } else {
      amount = this.withUnit([value.value, after, before, low, high].find(isGiven) ?? 0, unit);
      if (value.direction) direction = `${value.direction} `;
    }
    return `${value.is_target ? "target " : ""}${direction}${value.is_hedged ? "about " : ""}${amount}`;
  }

  bare(number, unit) {
    return this.unit(unit)[0].before + figure(number);
  }

  withUnit(number, name) {
    const [unit, period] = this.unit(name);
    return `${unit.before}${figure(number)}${Math.abs(number) === 1 ? unit.one : unit.many}${period}`;
  }

  /** A unit, and what it is counted by: " per year", or "". */
  unit(name) {
    const { units } = this.table;
    if (Object.hasOwn(units, name)) return [units[name], ""];
    const at = name.indexOf("/");
    const [base, period] = at < 0 ? [name, ""] : [name.slice(0, at), name.slice(at + 1)];
    if (at >= 0 && (!base || /^\d+$/.test(period))) return [same(`/${period}`), ""];
    const unit = Object.hasOwn(units, base) ? units[base] : same(` ${base}`);
    if (at < 0) return [unit, ""];
    return [unit, ` per ${Object.hasOwn(units, period) ? units[period].one.trim() : period}`];
  }
}

/** Seconds of the interview as "12:03", or "1:02:03" from an hour on. */
export function clock(seconds) {
  const whole = Math.floor(seconds);
  const two = (number) => String(number).padStart(2, "0");
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  return hours ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}

/** The last part of a dotted id as words; what has spaces is words already. */
function spellOut(id) {
  return id.includes(" ") ? id : id.slice(id.lastIndexOf(".") + 1).replace(/[_-]/g, " ");
}

function isGiven(number) {
  return number !== null && number !== undefined;
}

function same(after) {
  return { before: "", one: after, many: after };
}

function figure(number) {
  return `${number < 0 ? "−" : ""}${NUMBER.format(Math.abs(number))}`;
}

/** The change in whole per cent, cut and not rounded so that it never overstates; none between percentages. */
function change(before, after, unit) {
  if (before <= 0 || unit.startsWith("percent")) return "";
  const percent = Math.trunc((100 * (after - before)) / before);
  return percent ? `, ${percent < 0 ? "−" : "+"}${NUMBER.format(Math.abs(percent))} %` : "";
}
