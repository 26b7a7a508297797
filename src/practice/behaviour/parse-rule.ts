import { err, ok, type Result } from '../../lib/result.ts';
import { suggest } from '../../lib/suggest.ts';
import { magicBehaviour, magicModels } from '../magic-models.ts';
import { isRecord } from '../messages.ts';
import type { Rule } from './behaviour.ts';
import { parseFault } from './parse-fault.ts';

type Fields = Readonly<Record<string, unknown>>;
type Check = (value: unknown) => boolean;

const longestDelayMs = 600_000;
const isText: Check = (value) => typeof value === 'string' && value !== '';
const isDelay: Check = (value) => isWholeNumber(value) && value <= longestDelayMs;

const checks: Readonly<Record<Exclude<keyof Rule, 'fault'>, readonly [Check, string]>> = {
  account: [isText, 'a text'],
  model: [isText, 'a text'],
  path: [isText, 'a text such as "/v1/chat/completions"'],
  times: [(value) => isWholeNumber(value) && value > 0, 'a whole number of at least 1'],
  headersDelayMs: [isDelay, `milliseconds from 0 to ${longestDelayMs}`],
  firstChunkDelayMs: [isDelay, `milliseconds from 0 to ${longestDelayMs}`],
  chunkDelayMs: [isDelay, `milliseconds from 0 to ${longestDelayMs}`],
  gzip: [(value) => typeof value === 'boolean', 'true or false'],
};

const names = [...Object.keys(checks), 'fault', 'like'];

/** One rule or a list of them, as people send them. `like` stands for what the magic model of that name does. */
export function parseRules(json: unknown): Result<readonly Rule[]> {
  const rules: Rule[] = [];
  for (const item of Array.isArray(json) ? (json as readonly unknown[]) : [json]) {
    const rule = parseRule(item);
    if (!rule.ok) return rule;
    rules.push(rule.value);
  }
  return ok(rules);
}

function parseRule(json: unknown): Result<Rule> {
  if (!isRecord(json)) return err('A rule must be a JSON object, such as {"model": "small", "like": "fail-429"}.');
  for (const name of Object.keys(json)) {
    if (!names.includes(name)) return err(unknownField(name));
  }
  for (const [name, [isGood, expected]] of Object.entries(checks)) {
    if (json[name] !== undefined && !isGood(json[name])) return err(`"${name}" must be ${expected}.`);
  }
  const liked = likedBehaviour(json);
  if (!liked.ok) return liked;
  const fault = json.fault === undefined ? ok(undefined) : parseFault(json.fault);
  if (!fault.ok) return fault;
  const { like: _like, fault: _fault, ...plain } = json;
  return ok({ ...liked.value, ...plain, ...(fault.value === undefined ? {} : { fault: fault.value }) });
}

function likedBehaviour({ like }: Fields): Result<Rule> {
  if (like === undefined) return ok({});
  const behaviour = typeof like === 'string' ? magicBehaviour(like) : undefined;
  return behaviour === undefined
    ? err(`"like" must be one of: ${Object.keys(magicModels).join(', ')}.`)
    : ok(behaviour);
}

function unknownField(name: string): string {
  const near = suggest(name, names);
  return `"${name.slice(0, 60)}" is no field of a rule.${near === undefined ? ` Fields: ${names.join(', ')}.` : ` Did you mean "${near}"?`}`;
}

function isWholeNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0;
}
