import { byPosition, type Candidate } from '../candidate.ts';
import { compose } from '../compose.ts';
import type { RuleFinding } from '../decision.ts';
import type { Trail } from '../detector.ts';
import { firstBlock, judge, redactionsBefore } from '../judge.ts';
import {
  contextStart,
  type Lane,
  longestBuffered,
  noSearch,
  type Search,
  searchOf,
  type Watch,
  watch,
} from '../lane.ts';
import type { Hiding } from '../redaction/hiding.ts';
import { protectedSpans } from '../redaction/protected-spans.ts';
import { isWithin } from '../redaction/span.ts';
import { longestToken } from '../redaction/token.ts';
import type { TokenIndex } from '../redaction/token-index.ts';
import { defaultRedaction, type GuardRule } from '../rule.ts';
import type { RuleTimes } from '../rule-times.ts';

/** Where the findings of all channels of a request go. */
export interface FindingSink {
  add(finding: RuleFinding): void;
  block(rule: GuardRule): void;
}

/** Entity of the finding that is recorded when a stream could not be judged within the room there is. */
export const holdBackExceeded = 'hold-back-exceeded';

const leastForgotten = 128;

const none: readonly Candidate[] = [];

/**
 * The rules of one role, applied to one channel of a stream: one choice, one tool call, one field. What `push` and `end`
 * return makes up `judge(whole).redactedText`, however the text was cut, and the sink gets the same findings.
 *
 * All positions count from the beginning of the channel. Thousands are open at the same time: an idle one holds the left
 * context of its detectors, what is held back, and a handful of numbers.
 */
export class GuardStream {
  readonly #lane: Lane;
  readonly #hiding: Hiding;
  readonly #sink: FindingSink;
  readonly #field: string | undefined;
  readonly #times: RuleTimes | undefined;
  /** Context and what is held back, as it came: what goes out in its place would mean something else to a detector. */
  readonly #kept = { text: '', base: 0 };
  /** Everything before it has gone out. */
  #released = 0;
  /** For each detector: everything before it is decided. */
  readonly #decided: number[];
  /** For each detector: from where on it has to search; see `Trail`. */
  readonly #quiet: number[];
  /** Found, but too far back for an order that does not depend on the chunks. */
  #waiting: readonly Candidate[] = none;
  /** Recorded and not yet replaced, since their cluster may grow. */
  #open: readonly Candidate[] = none;
  /** For rules that want the whole text. */
  #whole = '';
  #blockedBy: GuardRule | undefined = undefined;
  #isMasking = false;

  constructor(lane: Lane, hiding: Hiding, sink: FindingSink, field?: string, times?: RuleTimes) {
    this.#lane = lane;
    this.#hiding = hiding;
    this.#sink = sink;
    this.#field = field;
    this.#times = times;
    this.#decided = lane.incremental.map(() => 0);
    this.#quiet = lane.incremental.map(() => 0);
  }

  /** Afterwards nothing comes out any more. */
  get blockedBy(): GuardRule | undefined {
    return this.#blockedBy;
  }

  /** Characters held back. */
  get held(): number {
    return this.#lane.isBuffering ? this.#whole.length : this.#kept.base + this.#kept.text.length - this.#released;
  }

  push(text: string): string {
    if (this.#isOver || text === '') return '';
    if (this.#lane.whole.length > 0) this.#keepWhole(text);
    if (this.#lane.isBuffering) return this.#isOver ? this.#overflowText() : '';
    if (this.#lane.incremental.length === 0) return text;
    this.#kept.text += text;
    const output = this.#release(this.#decide(), false);
    return this.#isOver ? output : output + this.#bound();
  }

  end(): string {
    if (this.#isOver) return '';
    if (this.#lane.isBuffering) return this.#judgeWhole();
    const end = this.#kept.base + this.#kept.text.length;
    this.#times?.start();
    for (const [index, watched] of this.#lane.incremental.entries()) {
      this.#advance(index, watched, end);
      this.#times?.lap(watched);
    }
    const output = this.#release(end, true);
    this.#observeWhole();
    this.#kept.text = '';
    return output;
  }

  get #isOver(): boolean {
    return this.#blockedBy !== undefined || this.#isMasking;
  }

  /** Lets each detector decide as much as it can; returns up to where all that may change the text have. */
  #decide(): number {
    const { incremental } = this.#lane;
    const { text, base } = this.#kept;
    const end = base + text.length;
    let until = end;
    this.#times?.start();
    for (let index = 0; index < incremental.length; index++) {
      const watched = incremental[index];
      const decided = this.#decided[index];
      if (watched === undefined || decided === undefined) continue;
      trail.quiet = (this.#quiet[index] ?? 0) - base;
      trail.isClear = false;
      const hold = base + watched.detector.hold(text, decided - base, this.#field, trail);
      this.#quiet[index] = base + trail.quiet;
      if (hold > decided) {
        if (trail.isClear) this.#decided[index] = hold;
        else this.#advance(index, watched, hold);
      }
      this.#times?.lap(watched);
      if (watched.isEnforcing) until = Math.min(until, Math.max(hold, decided));
    }
    const tokens = this.#tokens();
    if (tokens !== undefined) until = Math.min(until, base + tokens.hold(text, this.#released - base));
    // Half a surrogate pair is no text.
    if (isHighSurrogate(text.charCodeAt(until - base - 1))) until -= 1;
    return Math.max(until, this.#released);
  }

  #advance(index: number, watched: Watch, until: number): void {
    found.length = 0;
    trail.quiet = (this.#quiet[index] ?? 0) - this.#kept.base;
    chunkSearch.excerpt = this.#kept;
    chunkSearch.from = this.#decided[index] ?? 0;
    chunkSearch.until = until;
    chunkSearch.field = this.#field;
    try {
      watch(watched, chunkSearch);
    } finally {
      chunkSearch.excerpt = noSearch.excerpt;
    }
    if (found.length > 0) this.#waiting = [...this.#waiting, ...found];
    this.#decided[index] = until;
  }

  #release(until: number, isEnd: boolean): string {
    let redactions = this.#open;
    let end = until;
    if (this.#waiting.length > 0) {
      const settled = this.#settle(until, isEnd);
      const block = firstBlock(settled);
      for (const finding of settled) {
        if (block !== undefined && finding.start > block.start) break;
        this.#sink.add(finding);
      }
      redactions = [...redactions, ...redactionsBefore(settled, block)];
      if (block !== undefined) {
        end = block.start;
        this.#block(block.rule);
      }
    }
    const { output, boundary, open } = compose(this.#kept, this.#released, end, redactions, this.#hiding);
    this.#released = boundary;
    this.#open = open;
    if (this.#blockedBy === undefined) this.#forget();
    else this.#drop();
    return output;
  }

  /** Takes what starts before `until`, in order of position and without what lies in tokens. */
  #settle(until: number, isEnd: boolean): readonly Candidate[] {
    const waiting = this.#waiting;
    const settled = isEnd ? [...waiting] : waiting.filter((candidate) => candidate.start < until);
    this.#waiting = settled.length === waiting.length ? none : waiting.filter((candidate) => candidate.start >= until);
    if (settled.length === 0) return none;
    const end = this.#kept.base + this.#kept.text.length;
    const spans = protectedSpans(this.#kept, end, this.#hiding);
    return settled.filter((candidate) => !isWithin(candidate, spans)).sort(byPosition);
  }

  /** Drops what no detector needs any more; not at every chunk, since each time the rest is copied. */
  #forget(): void {
    const { text, base } = this.#kept;
    let needed = this.#released;
    for (const decided of this.#decided) needed = Math.min(needed, decided);
    // One character at least: a detector must not take this for the beginning of the channel.
    const context = Math.max(this.#lane.leftContext, this.#tokens() === undefined ? 1 : longestToken);
    const most = needed - context - base;
    if (most < leastForgotten) return;
    let surplus = Math.min(most, contextStart(this.#lane, text, needed - base));
    if (surplus < leastForgotten) return;
    // A text that begins with the second half of a character would be another text.
    if (isLowSurrogate(text.charCodeAt(surplus))) surplus -= 1;
    this.#kept.text = text.slice(surplus);
    this.#kept.base += surplus;
  }

  /** Detectors that keep their word never come here: what they hold is less. */
  #bound(): string {
    const end = this.#kept.base + this.#kept.text.length;
    const { holdBack, incremental } = this.#lane;
    for (let index = 0; index < incremental.length; index++) {
      const watched = incremental[index];
      if (watched === undefined) continue;
      if (end - (this.#decided[index] ?? end) <= Math.max(holdBack, watched.detector.reach)) continue;
      if (watched.isEnforcing) return this.#overflow(watched);
      this.#decided[index] = end;
    }
    return '';
  }

  /** Never lets the text go: it ends here, or nothing of the rest of the channel is shown. */
  #overflow(watched: Watch): string {
    const enforcing = watched.rules.filter(({ rule }) => rule.action !== 'observe');
    const blocking = enforcing.find(({ rule }) => rule.atHoldBackLimit === 'block') ?? undefined;
    const rule = (blocking ?? enforcing[0])?.rule;
    if (rule === undefined) return '';
    const end = this.#kept.base + this.#kept.text.length;
    // What is masked was not blocked, whatever the rule would have done.
    const acting: GuardRule = blocking === undefined ? { ...rule, action: 'redact' } : rule;
    const start = this.#released;
    this.#sink.add({ rule: acting, start, end, entity: holdBackExceeded, score: 1, validator: undefined });
    if (blocking !== undefined) {
      this.#block(rule);
      return '';
    }
    this.#isMasking = true;
    this.#drop();
    return defaultRedaction.text;
  }

  #overflowText(): string {
    return this.#isMasking ? defaultRedaction.text : '';
  }

  #block(rule: GuardRule): void {
    this.#blockedBy = rule;
    this.#sink.block(rule);
  }

  #drop(): void {
    this.#kept.text = '';
    this.#whole = '';
    this.#waiting = none;
    this.#open = none;
  }

  #keepWhole(text: string): void {
    if (this.#whole.length + text.length <= longestBuffered) {
      this.#whole += text;
      return;
    }
    const enforcing = this.#lane.whole.find((watched) => watched.isEnforcing);
    if (enforcing !== undefined) this.#overflow(enforcing);
  }

  #judgeWhole(): string {
    const judgement = judge(this.#lane, this.#whole, this.#hiding, this.#field, this.#times);
    for (const finding of judgement.findings) this.#sink.add(finding);
    if (judgement.blockedBy !== undefined) this.#block(judgement.blockedBy);
    this.#drop();
    return judgement.redactedText;
  }

  #observeWhole(): void {
    if (this.#whole === '' || this.#blockedBy !== undefined) return;
    const candidates: Candidate[] = [];
    const search = searchOf(this.#whole, this.#field, candidates);
    this.#times?.start();
    for (const watched of this.#lane.whole) {
      watch(watched, search);
      this.#times?.lap(watched);
    }
    const spans = protectedSpans(search.excerpt, this.#whole.length, this.#hiding);
    for (const candidate of candidates.sort(byPosition)) {
      if (!isWithin(candidate, spans)) this.#sink.add(candidate);
    }
    this.#whole = '';
  }

  #tokens(): TokenIndex | undefined {
    return this.#hiding.phase === 'response' ? this.#hiding.vault.index : undefined;
  }
}

/** Filled and read within one call. */
const found: Candidate[] = [];
const trail: Trail = { quiet: 0, isClear: false };
/** An object for each of the chunks of thousands of streams would cost more than the scanning. */
const chunkSearch: { -readonly [Field in keyof Search]: Search[Field] } = { ...noSearch, trail, into: found };

function isHighSurrogate(code: number): boolean {
  return code >= 0xd800 && code <= 0xdbff;
}

function isLowSurrogate(code: number): boolean {
  return code >= 0xdc00 && code <= 0xdfff;
}
