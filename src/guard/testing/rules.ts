import type { Detector } from '../detector.ts';
import type { GuardContext } from '../guard.ts';
import { regexDetector } from '../regex/detector.ts';
import { defaultRedaction, type GuardRule, type LocalSpec, type Redaction } from '../rule.ts';

/** A rule of a pattern; what is not said is the default. */
export function rule(name: string, details: Partial<GuardRule> & { readonly pattern?: string } = {}): GuardRule {
  const { pattern = name, ...others } = details;
  return {
    guardrail: 'tests',
    name,
    onRequest: true,
    onResponse: true,
    roles: undefined,
    detector: { kind: 'regex', pattern, isCaseInsensitive: false },
    action: 'redact',
    redaction: defaultRedaction,
    redactionByEntity: new Map(),
    severity: 'medium',
    message: undefined,
    streaming: 'window',
    atHoldBackLimit: 'block',
    remote: undefined,
    ...others,
  };
}

export function style(name: Redaction['style'], keepLast = 0): Redaction {
  return { style: name, text: '[REDACTED]', keepLast };
}

/** Patterns name their findings after themselves; a spec of kind `injection` is a detector that wants the whole text. */
export const context: GuardContext = {
  detectorFor(spec: LocalSpec): Detector {
    if (spec.kind === 'injection') return wholeDetector;
    if (spec.kind !== 'regex') throw new Error(`no ${spec.kind} here`);
    return regexDetector({ name: spec.pattern, pattern: spec.pattern, caseInsensitive: spec.isCaseInsensitive });
  },
};

/** Finds every `evil`, if the text holds `please` somewhere. */
const wholeDetector: Detector = {
  streaming: 'whole',
  leftContext: 0,
  reach: 4,
  scan(text, from, report) {
    if (!text.includes('please')) return;
    for (let start = text.indexOf('evil', from); start >= 0; start = text.indexOf('evil', start + 4)) {
      report({ start, end: start + 4, entity: 'evil', score: 0.9, validator: undefined });
    }
  },
  hold: (text) => text.length,
};

/** `text` in pieces of 1 to `longest` code units, so that surrogate pairs are cut too. */
export function cut(text: string, random: (below: number) => number, longest: number): readonly string[] {
  const pieces: string[] = [];
  for (let at = 0; at < text.length; ) {
    const length = 1 + random(longest);
    pieces.push(text.slice(at, at + length));
    at += length;
  }
  return pieces;
}
