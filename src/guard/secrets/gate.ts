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
  const byHead = new Map<string, readonly Rule[]>();
  return (text, at) => {
    const head = text.slice(at, at + headLength);
    const known = byHead.get(head);
    if (known !== undefined) return known;
    const chosen = rules.filter((rule) => rule.beginsLike[head.length - 1]?.test(head));
    if (byHead.size < rememberedHeads) byHead.set(head, chosen);
    return chosen;
  };
}
