import { alternation } from './pattern/alternation.ts';
import { headLength, type Rule } from './rule.ts';

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

/** Enough for all heads of the tables; more come from values of deny lists and from the ends of texts. */
const rememberedHeads = 4096;

function chooser(rules: readonly Rule[]): (text: string, at: number) => readonly Rule[] {
  const byHead = new Map<number, readonly Rule[]>();
  const choose = (head: string): readonly Rule[] =>
    rules.filter((rule) => rule.beginsLike[head.length - 1]?.test(head));
  return (text, at) => {
    const key = headKey(text, at);
    if (key < 0) return choose(text.slice(at, at + headLength));
    const known = byHead.get(key);
    if (known !== undefined) return known;
    const chosen = choose(text.slice(at, at + headLength));
    if (byHead.size < rememberedHeads) byHead.set(key, chosen);
    return chosen;
  };
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
