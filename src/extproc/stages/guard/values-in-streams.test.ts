import { describe, expect, it } from 'vitest';
import { compileGuard } from '../../../guard/guard.ts';
import { localDetector } from '../../../guard/local-detector.ts';
import { Vault } from '../../../guard/redaction/vault.ts';
import { AnswerChannel } from '../../../guard/stream/answer-channel.ts';
import { cut, rule, style } from '../../../guard/testing/rules.ts';
import { seededRandom } from '../../../lib/testing/random.ts';
import { SseRewriter } from '../../../llm/stream/rewriter.ts';
import { chatChunk, sse, textsOf } from '../../../llm/stream/testing/streams.ts';
import { roleOf } from './role.ts';

const byDefault = { entities: undefined, except: [], minScore: 0.5, options: new Map() } as const;
const guard = compileGuard(
  [
    rule('pii', { detector: { kind: 'pii', ...byDefault }, redaction: style('label') }),
    rule('secrets', { detector: { kind: 'secrets', ...byDefault }, redaction: style('mask', 2) }),
    rule('names', { detector: { kind: 'keywords', words: ['project falcon'] } }),
  ],
  'response',
  { detectorFor: localDetector },
);
const vault = new Vault(new Uint8Array(32), 'c1');
const random = seededRandom(31).below;
const one = (list: readonly string[]): string => list[random(list.length)] ?? '';

const planted = [
  ...[
    '4111 1111 1111 1111',
    '𝟒𝟏𝟏𝟏 𝟏𝟏𝟏𝟏 𝟏𝟏𝟏𝟏 𝟏𝟏𝟏𝟏',
    '４１１１１１１１１１１１１１１１',
    '4111\u200b1111\u00ad1111\u202e1111',
  ],
  ...['ana@corp.org', 'ana&#64;corp.org', 'ana\\u0040corp.org', 'DE89 3704 0044\n0532 0130 00', 'Project\u00a0Falcon'],
  ...[
    `ghp_${'a1B2c3D4e5'.repeat(3)}x9Y8z7`,
    'password = "h7Gx!29dkQz"',
    'and 😀 then ',
    '“ja” ',
    '"',
    '%40x ',
    'more & 5% ',
  ],
];
const some = (): string => Array.from({ length: random(7) }, () => one(planted)).join(one([' ', '', ', ']));

/** As a model may write it: any character as an escape. */
const literal = (text: string): string =>
  `"${Array.from({ length: text.length }, (_, at) => {
    const unit = text.charAt(at);
    return random(4) === 0
      ? `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
      : JSON.stringify(unit).slice(1, -1);
  }).join('')}"`;

function redacted(text: string, role: 'assistant' | 'toolInput', field?: string): string {
  return guard.scan(text, role, vault, field).redactedText;
}

function rewritten(stream: string): ReadonlyMap<string, string> {
  const rewriter = new SseRewriter({
    api: 'chat.completions',
    openChannel: (role: string, field?: string) => {
      const sink = { add: () => {}, block: () => {} };
      const channel = new AnswerChannel(guard.stream(roleOf(role), vault, sink, field), undefined);
      return { last: '', push: (text: string) => channel.push(text), end: () => channel.end() };
    },
  });
  const bytes = Buffer.from(stream);
  const out: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; ) {
    const end = at + 1 + random(80);
    out.push(Buffer.from(rewriter.push(bytes.subarray(at, end)).bytes));
    at = end;
  }
  return textsOf(Buffer.concat([...out, rewriter.end().bytes]));
}

/** The pieces of several texts, in an order in which they may come. */
function interleaved(lists: readonly (readonly string[])[]): readonly string[] {
  const rest = lists.map((list) => [...list]);
  const all: string[] = [];
  while (rest.some(({ length }) => length > 0)) {
    const next = rest[random(rest.length)]?.shift();
    if (next !== undefined) all.push(next);
  }
  return all;
}

describe('values in a stream of several choices and tool calls', () => {
  it('are hidden as in whole texts, wherever deltas, characters, escapes, bytes and texts by calls are cut', () => {
    for (let round = 0; round < 40; round += 1) {
      const said = [some(), some()];
      const given = [some(), some(), some()];
      const calls = [
        `{"note": ${literal(given[0] ?? '')}, "n": 4111111111111111, "password": ${literal(given[1] ?? '')}}`,
        `{"list": [${literal(given[2] ?? '')}, {"ssn": ${literal('536904399')}}]}`,
      ];
      const events = interleaved([
        ...said.map((text, at) => cut(text, random, 6).map((content) => chatChunk({ content }, { index: at }))),
        ...calls.map((text, index) =>
          cut(text, random, 6).map((piece) => chatChunk({ tool_calls: [{ index, function: { arguments: piece } }] })),
        ),
      ]);
      const ends = [0, 1].map((index) => chatChunk({}, { index, finish: 'stop' }));
      const texts = rewritten([...events, ...ends, sse('[DONE]')].join(''));
      const contents = [0, 1].map((choice) => texts.get(`${choice}/content`) ?? '');
      expect(contents).toEqual(said.map((text) => redacted(text, 'assistant')));
      const parsed = [...texts].filter(([key]) => key.includes('call')).map(([, text]) => JSON.parse(text) as unknown);
      expect(parsed).toContainEqual({
        note: redacted(given[0] ?? '', 'toolInput', 'note'),
        n: 4111111111111111,
        password: redacted(given[1] ?? '', 'toolInput', 'password'),
      });
      expect(parsed).toContainEqual({
        list: [redacted(given[2] ?? '', 'toolInput', 'list'), { ssn: redacted('536904399', 'toolInput', 'ssn') }],
      });
    }
  });
});
