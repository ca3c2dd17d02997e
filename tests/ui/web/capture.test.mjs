// The parts of capturing that need no browser: what is kept, where it belongs, how it is resampled, what is said of it.

import assert from "node:assert/strict";
import { test } from "node:test";

import { SampleClock } from "../../../ui/web/capture-clock.js";
import { Kept } from "../../../ui/web/capture-kept.js";
import { keptWords } from "../../../ui/web/capture-panel.js";
import { Resampler } from "../../../ui/web/capture-resampler.js";

const block = (kept, first, count) => kept.add(first, new Int16Array(count), count);
const places = (kept) => kept.blocks.map(({ first }) => first);

test("what is taken is forgotten, a block that is taken in part is not", () => {
  const kept = new Kept();
  kept.begin(1);
  for (const first of [0, 960, 1920]) block(kept, first, 960);
  kept.taken(1000);
  assert.deepEqual(places(kept), [960, 1920]);
  assert.equal(kept.samples, 1920);
  assert.equal(kept.end, 2880);
  kept.taken(9999);
  assert.deepEqual([kept.samples, kept.end], [0, null]);
});

test("sending goes on with the block that holds the sample, across a gap too", () => {
  const kept = new Kept();
  kept.begin(1);
  for (const first of [0, 960, 4800]) block(kept, first, 960);
  assert.deepEqual([0, 959, 960, 1920, 4800, 5760].map((sample) => kept.from(sample)?.first), [0, 0, 960, 4800, 4800, undefined]);
});

test("beyond the most the oldest goes and is counted", () => {
  const kept = new Kept(3 * 960);
  kept.begin(1);
  for (let n = 0; n < 5; n += 1) block(kept, n * 960, 960);
  assert.deepEqual(places(kept), [1920, 2880, 3840]);
  assert.equal(kept.lost, 1920);
});

test("another take forgets what was kept of the one before", () => {
  const kept = new Kept();
  kept.begin(1);
  block(kept, 0, 960);
  kept.begin(2);
  assert.deepEqual([kept.take, kept.samples, kept.from(0)], [2, 0, undefined]);
});

/** Where blocks of 960 go that come `lateMs(n)` after their time, from sample `at` on. */
function placed(lateMs, count, at = 0) {
  const clock = new SampleClock();
  clock.begin(at, 0);
  return Array.from({ length: count }, (_, n) => clock.place(960, 60 * (n + 1) + lateMs(n)));
}

const counted = (count, at = 0) => Array.from({ length: count }, (_, n) => at + 960 * n);

test("blocks follow on each other however unevenly they come", () => {
  assert.deepEqual(placed((n) => (n % 7) * 20, 300, 5000), counted(300, 5000));
});

test("a page that was busy for five seconds gets all its blocks at once and loses no place", () => {
  const lateMs = (n) => (n > 100 && n < 180 ? (180 - n) * 60 : 0);
  assert.deepEqual(placed(lateMs, 300), counted(300));
});

test("a sound card that is slower than the clock by a thousandth makes no gap in an hour", () => {
  assert.deepEqual(placed((n) => 0.06 * n, 60_000), counted(60_000));
});

test("sound that the browser held back for ten seconds leaves a gap of ten seconds", () => {
  const firsts = placed((n) => (n < 100 ? 5 : 10_005), 300);
  assert.deepEqual(firsts.slice(0, 100), counted(100));
  const gap = firsts.at(-1) - 299 * 960;
  assert.ok(Math.abs(gap - 160_000) < 16, String(gap));
  assert.ok(firsts.every((first, n) => n === 0 || first >= firsts[n - 1] + 960));
});

test("sound that begins late in a take begins where the time stands", () => {
  const [first] = placed(() => 3000, 1, 800);
  assert.equal(first, 800 + 48_000);
});

test("sound that was cut off joins where the time stands", () => {
  const clock = new SampleClock();
  clock.begin(0, 0);
  clock.place(960, 60);
  clock.rejoin();
  assert.equal(clock.place(960, 20_060), 320_000);
});

/** A tone of `hz` at `rate`, through the resampler in blocks of 128, against the tone at 16 kHz. */
function toneError(rate, hz) {
  const resampler = new Resampler(rate, 16_000);
  const made = [];
  for (let at = 0; at < rate; at += 128) {
    made.push(...resampler.push(Float32Array.from({ length: 128 }, (_, n) => Math.sin((2 * Math.PI * hz * (at + n)) / rate))));
  }
  const heard = made.slice(400, -400);
  return Math.max(...heard.map((sample, n) => Math.abs(sample - Math.sin((2 * Math.PI * hz * (n + 400)) / 16_000))));
}

for (const rate of [44_100, 48_000, 96_000]) {
  test(`speech at ${rate} Hz comes out as it is at 16 kHz`, () => {
    for (const hz of [100, 1000, 3400, 6000]) assert.ok(toneError(rate, hz) < 0.01, `${hz} Hz: ${toneError(rate, hz)}`);
  });

  test(`what 16 kHz cannot hold is not folded back from ${rate} Hz`, () => {
    const resampler = new Resampler(rate, 16_000);
    const tone = Float32Array.from({ length: rate }, (_, n) => Math.sin((2 * Math.PI * 10_000 * n) / rate));
    assert.ok(Math.max(...resampler.push(tone).slice(400, -400).map(Math.abs)) < 0.01);
  });

  test(`no sample is gained or lost at ${rate} Hz`, () => {
    const resampler = new Resampler(rate, 16_000);
    let count = 0;
    for (let n = 0; n < 10 * rate; n += 100) count += resampler.push(new Float32Array(100)).length;
    assert.ok(Math.abs(count - 160_000) <= 32, String(count));
  });
}

test("what waits for the line is told with its room, sooner where it runs out", () => {
  const words = (seconds, isUp, lost = 0) => keptWords({ seconds, lost }, isUp);
  assert.equal(words(0.4, true), "");
  assert.equal(words(2, false), "");
  assert.match(words(34, false), /cannot be reached\. 0:34 of sound waits on this page \(room for 5:00\)/);
  assert.match(words(250, false), /soon the oldest is lost/);
  assert.match(words(300, false, 48_000), /3 s are lost/);
  assert.match(words(34, true), /0:34 of sound on its way/);
});
