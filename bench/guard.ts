/*
 * What guardrails cost: a whole text against JSON.parse of the same text, a chunk of a stream against the same chunk
 * read for nobody, and the memory of open streams with redaction against the same without.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { DecisionDraft } from '../src/guard/decision.ts';
import { compileGuard, type Guard } from '../src/guard/guard.ts';
import { sharedDetectors } from '../src/guard/local-detector.ts';
import { piiEntities } from '../src/guard/pii/entities.ts';
import { Vault } from '../src/guard/redaction/vault.ts';
import { defaultRedaction, type GuardRule, type LocalSpec } from '../src/guard/rule.ts';
import { AnswerChannel } from '../src/guard/stream/answer-channel.ts';
import type { OpenChannel } from '../src/llm/stream/channel.ts';
import { SseRewriter } from '../src/llm/stream/rewriter.ts';
import { median, printFigure, withSpread } from './support/figure.ts';

const isQuick = process.argv.includes('--quick');
const rounds = isQuick ? 5 : 15;

const words = Array.from({ length: 50 }, (_, index) => `project codename ${index}`);

function rule(name: string, detector: LocalSpec): GuardRule {
  return {
    guardrail: 'bench',
    name,
    onRequest: true,
    onResponse: true,
    roles: undefined,
    detector,
    action: 'redact',
    redaction: defaultRedaction,
    redactionByEntity: new Map(),
    severity: 'medium',
    message: undefined,
    streaming: 'buffer',
    atHoldBackLimit: 'mask',
    remote: undefined,
  };
}

const detectorFor = sharedDetectors();

/** `personal`: kinds of personal data; undefined: those that are looked for by default. */
function guardFor(personal: readonly string[] | undefined): Guard {
  const how = { except: [], minScore: 0.5, options: new Map() };
  const rules = [
    rule('personal', { kind: 'pii', entities: personal, ...how }),
    rule('secrets', { kind: 'secrets', entities: undefined, ...how }),
    rule('words', { kind: 'keywords', words }),
  ];
  return compileGuard(rules, 'response', { detectorFor });
}

const guard = guardFor(undefined);
const everyKind = piiEntities.map(({ name }) => name);
const thorough = guardFor(everyKind);
const vault = new Vault(Buffer.alloc(32, 1), 'bench');

const sentence =
  'On Tuesday the team reviewed 14 pull requests, moved 3 of them to version 2.10.4, and wrote to support (see ticket 4711); ' +
  'the `retry` option of **fetch()** is 250 ms by default, which nobody had expected. ';
const prose = sentence.repeat(Math.ceil(4_096 / sentence.length)).slice(0, 4_096);

/** Again and again, these make the detectors work as much as they can: the worst that was found of each sort. */
const units: Readonly<Record<string, string>> = {
  digits: '4',
  'groups of four digits': '4111 ',
  'groups of three digits': '123 456 789 ',
  'phone numbers': '03 ',
  'social security numbers': '123-45-6789 ',
  'French social security numbers': '1 85 05 78 006 084 91 ',
  'driver licenses': 'A123-4567-8901 ',
  'words before numbers': 'ssn card passport 123456780 ',
  dates: '1990-1-1 ',
  'dotted numbers': '1.2.3.256 ',
  'IPv6 addresses': '0::1 ',
  'MAC addresses': '00:11:22:33:44:5g ',
  'bank accounts': 'DE89 3704 0044 0532 0130 01 ',
  'Ethereum addresses': '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeD ',
  'at signs': 'a@',
  'dotted names': 'a.b-c@',
  brackets: '[({',
  colons: 'a:',
  prefixes: 'AKIAsk-ghp_',
  tokens: 'eyJ-',
  assignments: 'password="',
};
const base64 = Buffer.alloc(3_072, 0xa7).toString('base64');
const hostile: Readonly<Record<string, string>> = {
  ...Object.fromEntries(Object.entries(units).map(([title, unit]) => [title, unit.repeat(4_096).slice(0, 4_096)])),
  base64,
};

/** Microseconds of CPU of one call, in rounds that are long enough to be timed; others may be busy on the machine. */
function microseconds(call: () => void, calls: number): number[] {
  const times: number[] = [];
  for (let round = -3; round < rounds; round++) {
    const before = process.cpuUsage();
    for (let i = 0; i < calls; i++) call();
    const { user, system } = process.cpuUsage(before);
    if (round >= 0) times.push((user + system) / calls);
  }
  return times;
}

let sink = 0;
const json = JSON.stringify({ messages: [{ role: 'user', content: prose }] });
const parse = microseconds(() => {
  sink += Object.keys(JSON.parse(json) as object).length;
}, 500);
const scanOf = (by: Guard, text: string, calls: number): readonly number[] =>
  microseconds(() => {
    sink += by.scan(text, 'user', vault).findings.length;
  }, calls);
const ofParse = (times: readonly number[]): string =>
  `× ${(median(times) / median(parse)).toFixed(0)} of JSON.parse (${median(parse).toFixed(1)} µs)`;
const figure = (name: string, micros: readonly number[], against: string, goal: string, isMet: boolean | undefined) =>
  printFigure({ name, value: `${withSpread(micros)} µs`, against, goal, isMet });

for (const [name, by] of [
  ['personal data', guard],
  [`all ${everyKind.length} kinds of personal data`, thorough],
] as const) {
  const scan = scanOf(by, prose, 60);
  figure(`${name}, secrets, 50 keywords: 4 KB of prose`, scan, ofParse(scan), '≤ 300 µs', median(scan) <= 300);
  const [worst] = Object.entries(hostile)
    .map(([title, text]) => ({ title, times: scanOf(by, text, 10) }))
    .sort((one, other) => median(other.times) - median(one.times));
  if (worst === undefined) continue;
  figure(
    `${name}: the worst of ${Object.keys(hostile).length} hostile texts (${worst.title})`,
    worst.times,
    `× ${(median(worst.times) / median(scan)).toFixed(1)} of prose`,
    '≤ 3,000 µs',
    median(worst.times) <= 3_000,
  );
}

/** A stream of each make, 12 characters at a time. */
const makes = {
  'chat.completions': (content: string) => {
    const choices = [{ index: 0, delta: { content }, finish_reason: null }];
    const chunk = { id: 'chatcmpl-123', object: 'chat.completion.chunk', created: 1, model: 'gpt-4o', choices };
    return `data: ${JSON.stringify(chunk)}\n\n`;
  },
  responses: (delta: string, index: number) => {
    const where = { sequence_number: index, item_id: 'msg_0123456789', output_index: 0, content_index: 0 };
    const event = {
      type: 'response.output_text.delta',
      ...where,
      delta,
      logprobs: [],
      obfuscation: 'x'.repeat(index % 9),
    };
    return `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
  },
  messages: (text: string) => {
    const event = { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } };
    return `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
  },
} as const;
type Api = keyof typeof makes;

const eventsOf = Object.fromEntries(
  Object.entries(makes).map(([api, make]) => {
    const pieces = Array.from({ length: 300 }, (_, index) => prose.slice(index * 12, index * 12 + 12));
    return [api, pieces.map((piece, index) => Buffer.from(make(piece, index)))];
  }),
) as unknown as Readonly<Record<Api, readonly Buffer[]>>;

function guarded(): OpenChannel {
  const draft = new DecisionDraft();
  return (role, field) =>
    new AnswerChannel(guard.stream(role === 'tool' ? 'system' : role, vault, draft, field), vault.index);
}

function streamed(api: Api, open: (() => OpenChannel) | undefined): number[] {
  const events = eventsOf[api];
  const times = microseconds(() => {
    const openChannel = open?.();
    const rewriter = new SseRewriter({ api, ...(openChannel && { openChannel }) });
    for (const event of events) sink += rewriter.push(event).bytes.length;
  }, 20);
  return times.map((micros) => micros / events.length);
}

for (const api of Object.keys(makes) as Api[]) {
  const plain = streamed(api, undefined);
  const redacted = streamed(api, guarded);
  figure(
    `a chunk of a stream with redaction on: ${api}`,
    redacted,
    `the same chunk parsed for nobody (${median(plain).toFixed(1)} µs)`,
    '≤ 10 µs',
    median(redacted) <= 10,
  );
}

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Bytes of memory of one open stream that has brought some text. */
function heapOf(open: (() => OpenChannel) | undefined): number {
  collect();
  const before = process.memoryUsage().heapUsed;
  const count = isQuick ? 2_000 : 10_000;
  const streams = Array.from({ length: count }, () => {
    const openChannel = open?.();
    const rewriter = new SseRewriter({ api: 'chat.completions', ...(openChannel && { openChannel }) });
    for (let i = 0; i < 30; i++) rewriter.push(eventsOf['chat.completions'][i] ?? Buffer.alloc(0));
    return rewriter;
  });
  collect();
  const bytes = (process.memoryUsage().heapUsed - before) / count;
  sink += streams.length;
  return bytes;
}

const without = heapOf(undefined);
const withRedaction = heapOf(guarded);
printFigure({
  name: `memory of an open stream with redaction, of ${isQuick ? '2,000' : '10,000'}`,
  value: `${(withRedaction / 1024).toFixed(1)} KB`,
  against: `the same without (${(without / 1024).toFixed(1)} KB)`,
  goal: '',
  isMet: undefined,
});
if (sink === 0) throw new Error('nothing was measured');
