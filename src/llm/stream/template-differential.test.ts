import { describe, expect, it } from 'vitest';
import { type Random, seededRandom } from '../../lib/testing/random.ts';
import { SseRewriter } from './rewriter.ts';
import { MaskedDigits } from './testing/masked-digits.ts';

/*
 * Events that are alike are not parsed. The same stream with a comment before each event is: nothing is alike there. What
 * goes out must be the same, byte for byte, apart from the comments.
 */

const texts = [
  'a',
  ' word',
  ' 12',
  '3',
  '4 ',
  '"',
  '\\',
  'é',
  '💶',
  '\n',
  '',
  '\ud800',
  '\u007f',
  '\u2028',
  '</x>',
  '7 of 9',
];
/** Spelled as a provider may: raw, with escapes where none is needed, or wrongly. */
const spellings = [
  (text: string) => JSON.stringify(text),
  (text: string) => JSON.stringify(text),
  (text: string) =>
    JSON.stringify(text).replace(/[^\x20-\x7e]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`),
  (text: string) => JSON.stringify(text).replaceAll('/', '\\/').replaceAll('a', '\\u0061'),
];
const odd = ['"\\x"', '"a\tb"', '"b","content":"1"', '"a', '7', 'null', '"\\ud83d"', '"\ufffd"'];
const numbers = ['0', '7', '12', '007', '-1', '1e3', '1.5', '123456789012345678', '"8"'];
const paddings = ['"x"', '"abcdef"', '""', '"a\\n"', '"é"', '"1234"', '9'];

interface Case {
  readonly api: string;
  readonly usageHidden: boolean;
  event(text: string, random: Random, at: number): string;
}

const number = (random: Random, at: number): string => (random.below(12) === 0 ? random.pick(numbers) : String(at));
const padding = (random: Random): string =>
  random.below(8) === 0 ? random.pick(paddings) : `"${'x'.repeat(random.below(9))}"`;

const chat = (text: string, more: string, logprobs = 'null'): string =>
  `data: {"id":"c","created":1,"choices":[{"index":0,"delta":{"content":${text}},"logprobs":${logprobs},"finish_reason":null}]${more}}`;

const cases: Readonly<Record<string, Case>> = {
  'plain chunks': { api: 'chat.completions', usageHidden: false, event: (text) => `${chat(text, '')}\n\n` },
  'padded chunks': {
    api: 'chat.completions',
    usageHidden: false,
    event: (text, random) => `${chat(text, `,"usage":null,"obfuscation":${padding(random)}`)}\n\n`,
  },
  'chunks without their usage': {
    api: 'chat.completions',
    usageHidden: true,
    event: (text, random) => `${chat(text, `,"obfuscation":${padding(random)},"usage":null`)}\r\n\r\n`,
  },
  'chunks with log probabilities': {
    api: 'chat.completions',
    usageHidden: false,
    event: (text, random) =>
      `${chat(text, '', random.below(3) === 0 ? '{"content":[{"token":"1"}]}' : '{"content":[]}')}\n\n`,
  },
  'events with numbers': {
    api: 'responses',
    usageHidden: false,
    event: (text, random, at) =>
      `event: response.output_text.delta\ndata: {"type":"response.output_text.delta","sequence_number":${number(random, at)},"output_index":0,"delta":${text},"logprobs":[],"obfuscation":${padding(random)}}\n\n`,
  },
  'blocks, between lone returns': {
    api: 'messages',
    usageHidden: false,
    event: (text) => `data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":${text}}}\r\r`,
  },
};

interface Outcome {
  readonly bytes: string;
  readonly stop: string | undefined;
  readonly number: number;
}

function run({ api, usageHidden }: Case, pieces: readonly Buffer[]): Outcome {
  const rewriter = new SseRewriter({ api, isUsageHidden: usageHidden, openChannel: () => new MaskedDigits() });
  const parts: Buffer[] = [];
  let stop: string | undefined;
  for (const piece of pieces) {
    const out = rewriter.push(piece);
    // What is passed through is a view of the piece, which is gone when the next one comes.
    parts.push(Buffer.from(out.bytes));
    stop = out.stop?.kind;
    if (stop !== undefined) break;
  }
  if (stop === undefined) parts.push(rewriter.end().bytes);
  return { bytes: Buffer.concat(parts).toString('latin1'), stop, number: rewriter.place.nextNumber };
}

function cut(bytes: Buffer, random: Random): readonly Buffer[] {
  const longest = random.pick([1, 20, 300, 5_000]);
  const pieces: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const end = Math.min(bytes.length, at + 1 + random.below(longest));
    pieces.push(Buffer.from(bytes.subarray(at, end)));
    at = end;
  }
  return pieces;
}

describe.each(Object.entries(cases))('%s that are alike', (_, like) => {
  it('go out as they would if each was read for itself', () => {
    const random = seededRandom(3);
    let stopped = 0;
    for (let round = 0; round < 400; round++) {
      const isTame = round % 4 !== 0;
      const events = Array.from({ length: 2 + random.below(12) }, (__, at) => {
        const text = random.pick(texts);
        const spelled =
          !isTame && random.below(6) === 0 ? random.pick(odd) : (spellings[random.below(4)]?.(text) ?? '');
        return like.event(spelled, random, at);
      });
      const invalid = !isTame && random.below(6) === 0 ? Buffer.from([0xff]) : Buffer.alloc(0);
      const alike = Buffer.concat([Buffer.from(events.join('')), invalid]);
      const apart = Buffer.concat([Buffer.from(events.map((event, at) => `:${at}\n${event}`).join('')), invalid]);
      const expected = run(like, [apart]);
      if (expected.stop !== undefined) stopped++;
      const hint = JSON.stringify(events);
      const got = run(like, cut(alike, random));
      expect({ ...got, bytes: got.bytes.replace(/^:\d+\n/gm, '') }, hint).toEqual({
        ...expected,
        bytes: expected.bytes.replace(/^:\d+[\n\r]/gm, ''),
      });
    }
    expect(stopped).toBeGreaterThan(10);
    expect(stopped).toBeLessThan(200);
  });
});
