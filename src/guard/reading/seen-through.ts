import type { Detector, Finding, Trail } from '../detector.ts';
import { longestWritten, type Reading, readingOf } from './reading.ts';

/**
 * Longest open finding that a stream holds back because its characters are spelled out or apart by what is not seen. What
 * is stretched further is made to be overlooked, and the rule says what becomes of it: see `atHoldBackLimit`.
 */
const mostStretched = 4096;

/** How far before a finding another one of its kind may begin that contains it. */
const overlapReach = 64;

const none: readonly Finding[] = [];

/**
 * The detector, which also sees through digits of other scripts, full-width letters, character references, escapes and
 * invisible characters: what it finds in the text as it is written, and what it finds in the text as its readers take it.
 * Neither replaces the other: `https://ana%40corp:secret@host` has a password only as it is written. `isFolding`: the
 * detector folds texts, and sees through most of this by itself.
 */
export function seenThrough(detector: Detector, { isFolding = false } = {}): Detector {
  /** What the detector cannot read by itself. */
  const readingFor = (text: string, mayFollow: boolean): Reading | undefined => {
    const reading = readingOf(text, mayFollow);
    const isNeedless = isFolding && reading?.isFolded === true && reading.until === text.length;
    return isNeedless ? undefined : reading;
  };
  const contextStart = (text: string, at: number): number => {
    const first = Math.max(0, at - overlapReach);
    const plain = Math.max(0, first - detector.leftContext);
    const reading = readingOf(text, false);
    if (reading === undefined) return plain;
    const index = reading.indexOf(first) - detector.leftContext;
    // What begins before it may be cut, and is then read otherwise.
    return index <= 0 ? 0 : Math.max(0, Math.min(plain, reading.startOf(index) - longestWritten));
  };

  return {
    streaming: detector.streaming,
    leftContext: detector.leftContext + overlapReach,
    contextStart,
    reach: Math.max(detector.reach, Math.min(detector.reach * longestWritten, mostStretched)),
    scan(text, from, report, field, trail) {
      const reading = readingFor(text, false);
      if (reading === undefined) detector.scan(text, from, report, field, trail);
      else for (const finding of both(detector, text, reading, from, field)) report(finding);
    },
    hold(text, from, field, trail) {
      const reading = readingFor(text, true);
      if (reading === undefined) return detector.hold(text, from, field, trail);
      const asWritten = trailOf(trail);
      const asRead = trailOf(undefined);
      const held = Math.min(
        detector.hold(text, from, field, asWritten),
        heldIn(detector, reading, from, field, asRead),
      );
      const isClear = asWritten.isClear && asRead.isClear;
      if (trail !== undefined) {
        trail.quiet = asWritten.quiet;
        trail.isClear = isClear;
      }
      const findings = isClear ? none : both(detector, text, reading, from, field);
      return Math.max(from, uncut(held, findings, reading));
    },
  };
}

function trailOf(trail: Trail | undefined): Trail {
  return { quiet: trail?.quiet ?? 0, isClear: false };
}

function heldIn(detector: Detector, reading: Reading, from: number, field: string | undefined, trail: Trail): number {
  const held = detector.hold(reading.text, reading.indexOf(from), field, trail);
  return held >= reading.text.length ? reading.until : reading.startOf(held);
}

/** The largest position at or before `held` that neither a finding reaches across nor what is written otherwise. */
function uncut(held: number, findings: readonly Finding[], reading: Reading): number {
  let place = held;
  for (let before = -1; before !== place; ) {
    before = place;
    place = reading.cutAt(place)?.start ?? place;
    place = findings.reduceRight((at, { start, end }) => (start < at && end > at ? start : at), place);
  }
  return place;
}

/** In order of position, from `from` on. */
function both(
  detector: Detector,
  text: string,
  reading: Reading,
  from: number,
  field: string | undefined,
): readonly Finding[] {
  const early = Math.max(0, from - overlapReach);
  const read: Finding[] = [];
  detector.scan(
    reading.text,
    reading.indexOf(early),
    (finding) => {
      read.push({ ...finding, start: reading.startOf(finding.start), end: reading.endOf(finding.end - 1) });
    },
    field,
  );
  const written: Finding[] = [];
  detector.scan(text, early, (finding) => written.push(whole(finding, read, reading)), field);
  const found = [
    ...read.filter((finding) => !near(written, finding).some((other) => contains(other, finding, false))),
    ...written.filter((finding) => !near(read, finding).some((other) => contains(other, finding, true))),
  ];
  return found
    .filter(({ start }) => start >= from)
    .sort((one, other) => one.start - other.start || other.end - one.end);
}

/**
 * What is found in the text as it is written may begin or end within a character that is spelled out, such as the letters of
 * an escape. Where the reading tells better, that is left out; otherwise all of it belongs to the finding.
 */
function whole(finding: Finding, read: readonly Finding[], reading: Reading): Finding {
  const first = reading.cutAt(finding.start);
  const last = reading.cutAt(finding.end);
  if (first === undefined && last === undefined) return finding;
  const isTold = near(read, finding).some(({ entity, end }) => entity === finding.entity && end > finding.start);
  const inner = { start: first?.end ?? finding.start, end: last?.start ?? finding.end };
  const outer = { start: first?.start ?? finding.start, end: last?.end ?? finding.end };
  return { ...finding, ...(isTold && inner.start < inner.end ? inner : outer) };
}

/** Those that begin before it ends, and no further before it than a scan looks back. `findings` are in order. */
function near(findings: readonly Finding[], { start, end }: Finding): readonly Finding[] {
  let low = 0;
  let high = findings.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((findings[middle]?.start ?? 0) < start - overlapReach) low = middle + 1;
    else high = middle;
  }
  let last = low;
  while ((findings[last]?.start ?? end) < end) last += 1;
  return findings.slice(low, last);
}

/** Of the same kind, or at least as sure of more. */
function contains(one: Finding, other: Finding, isEqualEnough: boolean): boolean {
  if (one.start > other.start || one.end < other.end) return false;
  const isLonger = one.start < other.start || one.end > other.end;
  if (one.entity !== other.entity) return isLonger && isEqualEnough && one.score >= other.score;
  return isLonger || isEqualEnough;
}
