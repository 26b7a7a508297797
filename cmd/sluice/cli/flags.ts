import { parseArgs } from 'node:util';
import { err, ok, type Result } from '../../../src/lib/result.ts';
import { suggest } from '../../../src/lib/suggest.ts';

/** A flag with one value. Never a secret: command lines are visible to every process of the machine. */
export interface TextFlag {
  readonly kind: 'text';
  readonly placeholder: string;
  readonly help: string;
  readonly default?: string;
  readonly choices?: readonly string[];
}

/** A flag with several values, comma separated or repeated. */
export interface ListFlag {
  readonly kind: 'list';
  readonly placeholder: string;
  readonly help: string;
}

export interface SwitchFlag {
  readonly kind: 'switch';
  readonly help: string;
}

export type Flag = TextFlag | ListFlag | SwitchFlag;
export type Flags = { readonly [name: string]: Flag };

type ValueOf<F extends Flag> = F extends { readonly kind: 'switch' }
  ? boolean
  : F extends { readonly kind: 'list' }
    ? readonly string[]
    : F extends { readonly choices: readonly (infer C extends string)[] }
      ? C | AbsentOf<F>
      : string | AbsentOf<F>;

type AbsentOf<F extends Flag> = F extends { readonly default: string } ? never : undefined;

export type Values<F extends Flags> = { readonly [N in keyof F]: ValueOf<F[N]> };

/** Shared by the commands whose result a script may want. */
export const outputFlag = {
  kind: 'text',
  placeholder: 'text|json',
  help: 'Form of the result.',
  default: 'text',
  choices: ['text', 'json'],
} as const satisfies TextFlag;

export interface Positionals {
  readonly names: readonly string[];
  /** How many of them, counted from the first, must be there. */
  readonly required: number;
  /** The last one may be there many times. */
  readonly isRepeated?: boolean;
}

export interface ParsedLine<F extends Flags> {
  readonly flags: Values<F>;
  readonly positionals: readonly string[];
}

/** Reads a command line; the error is one sentence about the first thing that is wrong. */
export function parseLine<F extends Flags>(
  args: readonly string[],
  flags: F,
  positionals: Positionals,
): Result<ParsedLine<F>> {
  const options = Object.fromEntries(
    Object.entries(flags).map(([name, flag]) => [
      name,
      { type: flag.kind === 'switch' ? 'boolean' : 'string' } as const,
    ]),
  );
  // Not strict: the messages of strict mode cannot suggest what was meant.
  const { tokens } = parseArgs({ args: [...args], options, strict: false, allowPositionals: true, tokens: true });
  const given = new Map<string, string[]>();
  const words: string[] = [];
  for (const token of tokens) {
    if (token.kind === 'positional') words.push(token.value);
    if (token.kind !== 'option') continue;
    const flag = Object.hasOwn(flags, token.name) ? flags[token.name] : undefined;
    if (flag === undefined) return err(unknownFlag(token.rawName, Object.keys(flags)));
    const value = valueOfToken(token, flag);
    if (!value.ok) return value;
    const known = given.get(token.name);
    if (known !== undefined && flag.kind === 'text') return err(`${token.rawName} is given twice.`);
    given.set(token.name, [...(known ?? []), value.value]);
  }
  // An empty one is a variable of a script that was not set, and no path.
  const missing = positionals.names.slice(0, positionals.required).find((_, index) => !words[index]);
  if (missing !== undefined) return err(`${missing} is missing.`);
  const surplus = positionals.isRepeated === true ? undefined : words[positionals.names.length];
  if (surplus !== undefined) return err(`Unexpected argument ${surplus}.`);
  return ok({ flags: valuesOf(flags, given), positionals: words });
}

function unknownFlag(name: string, known: readonly string[]): string {
  const near = suggest(name.replace(/^-+/, ''), [...known, 'help']);
  return `Unknown flag ${name}.${near === undefined ? '' : ` Did you mean --${near}?`}`;
}

interface OptionToken {
  readonly rawName: string;
  readonly value: string | undefined;
  readonly inlineValue: boolean | undefined;
}

function valueOfToken(token: OptionToken, flag: Flag): Result<string> {
  if (flag.kind === 'switch') {
    return token.value === undefined ? ok('') : err(`${token.rawName} takes no value.`);
  }
  // `--out --name x`: the next flag was taken for the value.
  const isFlag = token.inlineValue !== true && token.value?.startsWith('-') === true && token.value !== '-';
  if (token.value === undefined || token.value === '' || isFlag) {
    return err(`${token.rawName} needs a value: ${token.rawName} ${flag.placeholder}.`);
  }
  if (flag.kind === 'text' && flag.choices !== undefined && !flag.choices.includes(token.value)) {
    return err(`${token.rawName} ${token.value} is not possible. It takes ${flag.choices.join(' or ')}.`);
  }
  return ok(token.value);
}

function valuesOf<F extends Flags>(flags: F, given: ReadonlyMap<string, readonly string[]>): Values<F> {
  const values: Record<string, unknown> = {};
  for (const [name, flag] of Object.entries(flags)) {
    const texts = given.get(name);
    if (flag.kind === 'switch') values[name] = texts !== undefined;
    else if (flag.kind === 'list')
      values[name] = (texts ?? []).flatMap((text) => text.split(',').map((item) => item.trim()));
    else values[name] = texts?.[0] ?? flag.default;
  }
  // The mapped type says per flag what the loop above does; there is no way to show it to the compiler.
  return values as Values<F>;
}
