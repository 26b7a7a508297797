import type { EntityOptions } from '../entity.ts';
import { comparable } from './allowed.ts';
import type { CheckName, SecretKind } from './kind.ts';
import { gateSources, measurePattern } from './pattern/measure.ts';
import { characterSet, type Pattern, parsePattern } from './pattern/parse.ts';

/** One pattern of one kind, ready to be tried, with what the policy says about the kind. */
export interface Rule {
  readonly entity: string;
  readonly pattern: Pattern;
  readonly ignoreCase: boolean;
  readonly startsAnywhere: boolean;
  readonly entropy: number;
  readonly check: CheckName | 'deny-list' | undefined;
  readonly yields: boolean;
  readonly score: number;
  readonly minScore: number;
  readonly allow: ReadonlySet<string>;
  readonly contextWords: readonly string[];
  readonly gates: readonly string[];
  /** What stands before the fixed text, which alone is searched for. */
  readonly lead: { readonly anchor: string; readonly set: Uint8Array; readonly max: number } | undefined;
  /** What a match must not be followed by. */
  readonly after: Uint8Array;
  readonly maxLength: number;
  readonly maxOffset: number;
  readonly minOffset: number;
}

const wordSource = 'A-Za-z0-9_';

export function rulesOf(kind: SecretKind, options: EntityOptions, minScore: number): readonly Rule[] {
  const shared = {
    entity: kind.name,
    entropy: kind.entropy,
    yields: kind.yields,
    score: kind.score,
    minScore: options.minScore ?? minScore,
    allow: new Set(options.allow.map(comparable)),
    contextWords: [...kind.contextWords, ...options.contextWords].map((word) => word.toLowerCase()),
  };
  const issued = kind.patterns.map((source): Rule => {
    const pattern = parsePattern(source, kind.ignoreCase);
    const { lead } = kind;
    return {
      ...shared,
      pattern,
      ignoreCase: kind.ignoreCase,
      startsAnywhere: kind.startsAnywhere,
      check: kind.check,
      gates: lead === undefined ? gateSources(pattern) : [lead.anchor],
      lead: lead && { anchor: lead.anchor, set: characterSet(lead.characters, false), max: lead.max },
      after: afterSet(pattern),
      ...measurePattern(pattern),
    };
  });
  return [...issued, ...options.deny.flatMap((value) => denied(value, shared))];
}

/** A value that is always a finding, whatever its case and with blanks or hyphens in between. */
function denied(value: string, shared: Pick<Rule, 'entity' | 'minScore' | 'allow'>): readonly Rule[] {
  const chars = comparable(value);
  if (chars === '') return [];
  const gap = { kind: 'run', set: characterSet(' -', false), source: '[ -]', min: 0, max: 2, isLazy: false } as const;
  const pattern = [...chars].flatMap(
    (text, index): Pattern => (index === 0 ? [{ kind: 'text', text }] : [gap, { kind: 'text', text }]),
  );
  return [
    {
      ...shared,
      pattern,
      ignoreCase: true,
      startsAnywhere: false,
      entropy: 0,
      check: 'deny-list',
      yields: false,
      score: 1,
      contextWords: [],
      gates: gateSources(pattern),
      lead: undefined,
      after: characterSet(wordSource, false),
      ...measurePattern(pattern),
    },
  ];
}

/** A token goes on where a character of a word or of its own last part follows. */
function afterSet(pattern: Pattern): Uint8Array {
  const close = pattern.findIndex((node) => node.kind === 'close');
  // What the pattern asks for behind the secret has judged already where it ends.
  if (close >= 0 && close < pattern.length - 1) return new Uint8Array(128);
  const set = characterSet(wordSource, false);
  addLast(pattern, set);
  return set;
}

function addLast(pattern: Pattern, set: Uint8Array): void {
  const last = pattern.findLast((node) => node.kind !== 'close');
  if (last?.kind === 'run') for (let code = 0; code < 128; code += 1) if (last.set[code] === 1) set[code] = 1;
  if (last?.kind === 'choice') for (const option of last.options) addLast(option, set);
}
