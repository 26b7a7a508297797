import { alternation } from './pattern/alternation.ts';
import { matchPattern, newAttempt } from './pattern/match.ts';
import type { Rule } from './rule.ts';

/** Where a rule may begin: found by one pass of one V8 alternation, which costs ordinary text nearly nothing. */
export interface Gate {
  readonly expression: RegExp;
  /** The rules whose match can begin at a position. */
  readonly rulesAt: (text: string, at: number) => readonly Rule[];
  /** The rules whose fixed text, which stands behind their start, can begin at a position. */
  readonly ledRulesAt: (text: string, at: number) => readonly Rule[];
}

export function createGate(rules: readonly Rule[]): Gate {
  const sources = new Set(rules.flatMap((rule) => rule.gates));
  return {
    expression: alternation([...sources].sort()),
    rulesAt: chooser(rules.filter((rule) => rule.lead === undefined)),
    ledRulesAt: chooser(rules.filter((rule) => rule.lead !== undefined)),
  };
}

/** How many characters of a hit choose the rules that are tried there. */
const headLength = 4;
/** Enough for all heads of the tables; more come from values of deny lists and from the ends of texts. */
const rememberedHeads = 4096;
const rememberedFirsts = 1024;
const noRules: readonly Rule[] = [];

/**
 * Two steps: at the end of each piece of a stream heads come that nobody has seen yet, and trying all rules on each of
 * them would cost more than everything else.
 */
function chooser(rules: readonly Rule[]): (text: string, at: number) => readonly Rule[] {
  const byFirst = new Map<number, readonly Rule[]>();
  const byHead = new Map<number, readonly Rule[]>();
  const beginningWith = (first: number): readonly Rule[] => {
    const known = byFirst.get(first);
    if (known !== undefined) return known;
    const chosen = rules.filter((rule) => canBegin(rule, String.fromCharCode(first)));
    if (byFirst.size < rememberedFirsts) byFirst.set(first, chosen);
    return chosen;
  };
  return (text, at) => {
    const ofFirst = at < text.length ? beginningWith(text.charCodeAt(at)) : noRules;
    if (ofFirst.length === 0) return noRules;
    const key = headKey(text, at);
    const known = key < 0 ? undefined : byHead.get(key);
    if (known !== undefined) return known;
    const head = text.slice(at, at + headLength);
    const chosen = ofFirst.filter((rule) => canBegin(rule, head));
    if (key >= 0 && byHead.size < rememberedHeads) byHead.set(key, chosen);
    return chosen;
  };
}

/** Whether a match, or of a led rule its fixed text, may begin with these characters, whatever follows them. */
function canBegin({ pattern, ignoreCase, lead }: Rule, head: string): boolean {
  if (lead !== undefined) {
    const lower = head.toLowerCase();
    return lower.startsWith(lead.anchor) || lead.anchor.startsWith(lower);
  }
  const attempt = newAttempt(head);
  return matchPattern(pattern, attempt, 0, ignoreCase) >= 0 || attempt.sawEnd;
}

/** A head as a number; -1: it is not ASCII. Looked up at every character of a stream, where a string would be too dear. */
function headKey(text: string, at: number): number {
  const end = Math.min(at + headLength, text.length);
  let key = end - at;
  for (let index = at; index < end; index += 1) {
    const code = text.charCodeAt(index);
    if (code > 127) return -1;
    key = (key << 7) | code;
  }
  return key;
}
