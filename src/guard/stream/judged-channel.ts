import { longestBuffered } from '../lane.ts';
import type { Vault } from '../redaction/vault.ts';
import type { RemoteSpan, RemoteText } from '../remote-judge.ts';
import { applyVerdicts, type RemoteAnswer, type RemoteJudgement } from '../remote-verdicts.ts';
import type { GuardRule, TextRole } from '../rule.ts';
import { windowOverlap, windowSize } from './windowed.ts';

const step = windowSize - windowOverlap;

/** What a service has found in a part of a window that is held back. */
interface Carried {
  readonly rule: GuardRule;
  /** Positions count from where the text that is held back begins. */
  readonly span: RemoteSpan;
}

const none: readonly Carried[] = [];

/**
 * One channel of an answer that services judge: it stands behind the local rules, which have redacted what services need
 * not see, and before the tokens are turned back.
 *
 * Windows are cut at places that do not depend on the chunks, and judged one after the other. What two windows share is
 * held back until the second has been judged too: what begins in it may be seen as a whole only there. What was found in
 * it the first time stays found, also when the service, seeing other words around it, finds it no more.
 */
export class JudgedChannel {
  readonly #role: TextRole;
  readonly #isBuffering: boolean;
  #text = '';
  #carried: readonly Carried[] = none;
  #isEnded = false;
  #isBlocked = false;

  /** `streaming`: that of the rules; `buffer` if one of them says so. */
  constructor(role: TextRole, streaming: 'buffer' | 'window') {
    this.#role = role;
    this.#isBuffering = streaming === 'buffer';
  }

  /** Characters held back. */
  get held(): number {
    return this.#text.length;
  }

  /** There is no room for a text that is to be judged as a whole: it can only be blocked, or judged in part. */
  get isFull(): boolean {
    return this.#isBuffering && this.#text.length > longestBuffered;
  }

  push(text: string): void {
    if (!this.#isBlocked) this.#text += text;
  }

  end(): void {
    this.#isEnded = true;
  }

  /** What is to be judged next; undefined: nothing yet. */
  next(): readonly [RemoteText] | undefined {
    const window = this.#window();
    return window === '' ? undefined : [{ text: window, role: this.#role }];
  }

  /** Takes what the rules said about `next()`. The first of the texts goes out, unless there is a block. */
  settle(given: readonly RemoteAnswer[], vault: Vault): RemoteJudgement {
    const window = this.#window();
    const answers = [...given, ...this.#notFoundAgain(given)];
    const whole = applyVerdicts([{ text: window, role: this.#role }], answers, vault, 'response');
    if (whole.blockedBy !== undefined) {
      this.#isBlocked = true;
      this.#text = '';
      return whole;
    }
    const released = this.#released(window, answers);
    this.#text = this.#text.slice(released);
    this.#carried = answers.flatMap(({ rule, verdict }) => {
      if (rule.action !== 'redact' || verdict.kind !== 'found') return [];
      return verdict.spans
        .filter(({ start }) => start >= released)
        .map((span) => ({ rule, span: { ...span, start: span.start - released, end: span.end - released } }));
    });
    if (released === window.length) return whole;
    const part = [{ text: window.slice(0, released), role: this.#role }];
    return {
      ...applyVerdicts(part, answers, vault, 'response'),
      // The others count with the next window.
      findings: whole.findings.filter((finding) => finding.start < released),
    };
  }

  #window(): string {
    if (!this.#isEnded && (this.#isBuffering || this.#text.length < windowSize)) return '';
    return this.#isLast ? this.#text : this.#text.slice(0, wholeUntil(this.#text, windowSize));
  }

  /** A full window is never the last one: whether more comes must not matter. */
  get #isLast(): boolean {
    return this.#isBuffering || this.#text.length < windowSize;
  }

  #notFoundAgain(given: readonly RemoteAnswer[]): readonly RemoteAnswer[] {
    const isFound = ({ rule, span }: Carried): boolean =>
      given.some(
        (answer) =>
          answer.rule === rule &&
          answer.verdict.kind === 'found' &&
          answer.verdict.spans.some(({ start, end }) => start < span.end && end > span.start),
      );
    return this.#carried
      .filter((carried) => !isFound(carried))
      .map(({ rule, span }) => ({ rule, verdict: { kind: 'found', spans: [span] } }));
  }

  /** Characters of the window that go out now. A wording of the service's own replaces all of it, or nothing. */
  #released(window: string, answers: readonly RemoteAnswer[]): number {
    if (this.#isLast) return window.length;
    const redacting = answers.filter(({ rule }) => rule.action === 'redact').map(({ verdict }) => verdict);
    if (redacting.some(({ kind }) => kind === 'replaced' || kind === 'blocked')) return window.length;
    const spans = redacting.flatMap((verdict) => (verdict.kind === 'found' ? verdict.spans : []));
    let released = wholeUntil(window, step);
    for (const { start, end } of [...spans].sort((one, other) => one.start - other.start)) {
      if (start < released) released = Math.max(released, Math.min(end, window.length));
    }
    return released;
  }
}

/** Half a surrogate pair is no text: neither a service nor a caller could make anything of it. */
function wholeUntil(text: string, end: number): number {
  const last = text.charCodeAt(end - 1);
  return last >= 0xd800 && last <= 0xdbff ? end - 1 : end;
}
