import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { errorOfStream, textOfStream } from '../support/api-shapes.ts';
import {
  chat,
  choice,
  done,
  dribble,
  events,
  forbidden,
  guardedStreams,
  hidden,
  mail,
  shapeOf,
  token,
  told,
} from '../support/guarded-streams.ts';

/* Streams through guardrails on a real Envoy: the same result however they are cut, and each text apart. */

const site = guardedStreams();

describe('bytes that come one by one', () => {
  it.each(['chat.completions', 'completions', 'responses', 'messages'])(
    'are redacted as the whole is: %s',
    async (name) => {
      const shape = shapeOf(name);
      const whole = shape.stream([...told]).join('');
      site.answer = (response) => dribble(response, whole);
      const raw = await site.streamOf('redacting', 'hello', shape);
      expect(textOfStream(raw)).toBe(hidden);
      expect(raw).not.toMatch(/TCK|123456/);
    },
  );

  it('are blocked where the text is, and nothing of it went out before', async () => {
    site.answer = (response) => dribble(response, chat.stream([...told]).join(''));
    const raw = await site.streamOf('blocking');
    expect(textOfStream(raw)).toBe('about ');
    expect(errorOfStream(raw)).toMatchObject({ type: 'guardrail_violation', message: 'Not for you.' });
  });

  it('pass untouched where a rule only observes', async () => {
    const whole = chat.stream([...told]).join('');
    site.answer = (response) => dribble(response, whole);
    expect(await site.streamOf('observing')).toBe(whole);
  });
});

describe('texts of one stream', () => {
  it('are kept apart: two choices and two tool calls, by turns', async () => {
    const call = (index: number, text: string, head: object = {}) =>
      choice(1, { tool_calls: [{ index, ...head, function: { arguments: text } }] });
    const named = (id: string) => ({ id, type: 'function' });
    site.answer = (response) =>
      events(response).end(
        [
          choice(0, { content: 'see TCK-1' }),
          choice(1, { content: 'see TCK-6' }),
          call(0, '{"id":"TCK-', named('a')),
          call(1, '{"id":"TC', named('b')),
          choice(0, { content: '23456!' }),
          choice(1, { content: '5432 no' }),
          call(1, 'K-00000'),
          call(0, '111111"}'),
          call(1, '\\u0030"}'),
          done,
        ].join(''),
      );
    const raw = await site.streamOf('redacting');
    const texts: Record<string, string> = {};
    for (const line of raw.split('\n\n')) {
      if (!line.startsWith('data: {')) continue;
      const [{ index, delta }] = JSON.parse(line.slice(6)).choices;
      const add = (name: string, text: string) => {
        texts[name] = (texts[name] ?? '') + text;
      };
      add(`choice ${index}`, delta.content ?? '');
      for (const each of delta.tool_calls ?? []) add(`call ${each.index}`, each.function?.arguments ?? '');
    }
    expect(texts).toMatchObject({ 'choice 0': 'see [TICKET]!', 'choice 1': 'see TCK-65432 no' });
    expect(JSON.parse(texts['call 0'] ?? '')).toEqual({ id: '[TICKET]' });
    expect(JSON.parse(texts['call 1'] ?? '')).toEqual({ id: '[TICKET]' });
  });

  it('give hidden values back in the arguments of a tool, and wherever a response repeats them', async () => {
    const shape = shapeOf('responses');
    site.answer = (response, request) => {
      const [found = ''] = request.body.match(token) ?? [];
      events(response).end(shape.stream(['To ', ...`${found.toLowerCase()}'s box`]).join(''));
    };
    const raw = await site.streamOf('reversing', `Write to ${mail}`, shape);
    expect(site.provider.requests[0]?.body).not.toContain('garcia');
    expect(raw).not.toMatch(/email_address/i);
    const last = JSON.parse(raw.trimEnd().split('data: ').at(-1) ?? '');
    expect(last.response.output[0].content[0].text).toBe(`To ${mail}'s box`);
    expect(raw.split(mail).length).toBeGreaterThanOrEqual(5);

    site.answer = (response, request) => {
      const [found = ''] = request.body.match(token) ?? [];
      const pieces = JSON.stringify({ to: found, note: 'a"b' }).match(/.{1,5}/g) ?? [];
      events(response).end(
        pieces
          .map((text, index) =>
            choice(0, {
              tool_calls: [
                { index: 0, ...(index === 0 && { id: 't', type: 'function' }), function: { arguments: text } },
              ],
            }),
          )
          .join('') + done,
      );
    };
    const args = [
      ...(await site.streamOf('reversing', `Write to ${mail}`)).matchAll(/"arguments":("(?:[^"\\]|\\.)*")/g),
    ]
      .map(([, text]) => JSON.parse(text ?? '""'))
      .join('');
    expect(JSON.parse(args)).toEqual({ to: mail, note: 'a"b' });
  });
});

describe('a stream of pictures', () => {
  const picture = (type: string, more: object) =>
    `event: ${type}\ndata: ${JSON.stringify({ type, b64_json: 'iVBORw0KGgo1'.repeat(9_000), ...more })}\n\n`;
  const partial = picture('image_generation.partial_image', { partial_image_index: 0 });
  const stream = (prompt: string) =>
    partial + picture('image_generation.completed', { revised_prompt: prompt, usage: { total_tokens: 9 } });
  const streamTo = async (key: string): Promise<string> =>
    (await site.ask(key, { model: 'm', prompt: 'a cat', stream: true }, '/v1/images/generations')).text();

  it('passes, and what is said about them is judged', async () => {
    site.answer = (response) => events(response).end(stream(told));
    expect(await streamTo('observing')).toBe(stream(told));
    expect(await streamTo('redacting')).toBe(stream(hidden));
    const blocked = await streamTo('blocking');
    expect(blocked.startsWith(partial)).toBe(true);
    expect(errorOfStream(blocked)).toMatchObject({ code: 'guardrail_violation', message: 'Not for you.' });
    expect(blocked).not.toContain('TCK');
  });
});

it('fifty streams at a time do not know of each other', async () => {
  site.answer = async (response, request) => {
    const [found = ''] = request.body.match(token) ?? [];
    events(response);
    for (const event of chat.stream([...`Dear ${found}, ${forbidden}.`])) {
      response.write(event);
      if (Math.random() < 0.2) await sleep(1);
    }
    response.end();
  };
  const texts = await Promise.all(
    Array.from({ length: 50 }, async (_, index) => {
      const isReversing = index % 2 === 0;
      const own = `user${index}@payments-team.org`;
      const text = textOfStream(
        await site.streamOf(isReversing ? 'reversing' : 'redacting', isReversing ? own : 'hello'),
      );
      return text === (isReversing ? `Dear ${own}, ${forbidden}.` : 'Dear , [TICKET].') ? '' : text;
    }),
  );
  expect(texts.filter((text) => text !== '')).toEqual([]);
});

it('nothing of all this is left in any log, metric, record, trace or configuration', () => site.expectNothingLeft());
