import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { errorOfStream, textOfStream } from '../support/api-shapes.ts';
import { beginStream, chat, hostileProvider, streamOf, ticket } from '../support/hostile-provider.ts';
import { until } from '../support/until.ts';

/* Streams that are hard to judge, and callers that leave them, on a real Envoy. */

const stop = 'data: [DONE]\n\n';
const site = hostileProvider();

/** All that arrives, also of an answer that breaks off. */
async function received(response: Response): Promise<{ readonly text: string; readonly isWhole: boolean }> {
  const decoder = new TextDecoder();
  let text = '';
  try {
    for await (const piece of response.body ?? []) text += decoder.decode(piece as Uint8Array, { stream: true });
    return { text, isWhole: true };
  } catch {
    return { text, isWhole: false };
  }
}

function delta(content: string, index = 0): string {
  return `data: ${JSON.stringify({ id: 'c', choices: [{ index, delta: { content }, finish_reason: null }] })}\n\n`;
}

function argumentsDelta(index: number, more: object): string {
  const tool_calls = [{ index, ...more }];
  return `data: ${JSON.stringify({ id: 'c', choices: [{ index: 0, delta: { tool_calls }, finish_reason: null }] })}\n\n`;
}

/** What callers see of an answer that is whole. */
async function wholeOf(response: Promise<Response>): Promise<string> {
  const { text, isWhole } = await received(await response);
  expect(isWhole).toBe(true);
  return text;
}

describe('a stream', () => {
  it('of one byte per write is judged like any other', async () => {
    site.answer = async (response) => {
      beginStream(response);
      response.socket?.setNoDelay(true);
      for (const byte of Buffer.from(streamOf('größe ', ticket, ' it is'))) {
        response.write(Buffer.of(byte));
        await sleep(0);
      }
      response.end();
    };
    const text = await wholeOf(site.ask());
    expect(textOfStream(text)).toBe('größe [TICKET] it is');
    expect(text).not.toContain('123456');
    expect(text.endsWith(stop)).toBe(true);
  });

  it('of several choices at once keeps them apart', async () => {
    site.answer = (response) => {
      beginStream(response);
      // Put together in the order of arrival this would be a ticket, and each choice has half of two.
      const pieces: readonly (readonly [number, string])[] = [
        [0, 'a TCK-1'],
        [1, 'b TCK-6'],
        [2, '23456'],
        [0, '23456'],
        [1, '54321 x'],
        [0, ' end'],
      ];
      response.end(pieces.map(([index, text]) => delta(text, index)).join('') + stop);
    };
    const text = await wholeOf(site.ask());
    const byChoice = ['', '', ''];
    for (const [, data = ''] of text.matchAll(/^data: (\{.*)$/gm)) {
      for (const { index, delta } of JSON.parse(data).choices) byChoice[index] += delta.content ?? '';
    }
    expect(byChoice).toEqual(['a [TICKET] end', 'b [TICKET] x', '23456']);
  });

  it('of arguments of several tools is judged in each of them', async () => {
    const args = JSON.stringify({ to: 'größe', id: ticket, n: 1 });
    site.answer = (response) => {
      beginStream(response);
      const heads = [0, 1].map((index) =>
        argumentsDelta(index, { id: `t${index}`, function: { name: 'f', arguments: '' } }),
      );
      const pieces = [...args].flatMap((piece) =>
        [0, 1].map((at) => argumentsDelta(at, { function: { arguments: piece } })),
      );
      response.end([...heads, ...pieces, stop].join(''));
    };
    const text = await wholeOf(site.ask());
    const byTool = ['', ''];
    for (const [, data = ''] of text.matchAll(/^data: (\{.*)$/gm)) {
      for (const { delta } of JSON.parse(data).choices) {
        for (const call of delta.tool_calls ?? []) byTool[call.index] += call.function?.arguments ?? '';
      }
    }
    expect(byTool.map((text) => JSON.parse(text))).toEqual([0, 1].map(() => ({ to: 'größe', id: '[TICKET]', n: 1 })));
  });

  it('with an event that is no JSON ends with an error, and nothing of it or behind it goes out', async () => {
    site.answer = (response) => {
      beginStream(response);
      response.end(
        `${delta('before ')}data: {"choices":[{"index":0,"delta":{"content":"${ticket}"\n\n${delta('behind')}${stop}`,
      );
    };
    const text = await wholeOf(site.ask());
    expect(errorOfStream(text)).toMatchObject({ code: 'response_unreadable' });
    expect(text).not.toMatch(/123456|behind/);
  });

  it('with an event of half a megabyte is judged in all of it', async () => {
    const filler = 'harmless words. '.repeat(32_000);
    site.answer = (response) => {
      beginStream(response);
      response.end(delta(`${filler}${ticket} ${filler}`) + stop);
    };
    const text = await wholeOf(site.ask());
    expect(textOfStream(text)).toBe(`${filler}[TICKET] ${filler}`);
  });

  it('that breaks off while something is held back lets nothing of that out', async () => {
    site.answer = async (response) => {
      beginStream(response);
      response.write(delta('fine. ') + delta('TCK-12345'));
      await sleep(100);
      response.destroy();
    };
    const { text, isWhole } = await received(await site.ask());
    expect(isWhole).toBe(false);
    expect(textOfStream(text)).toBe('fine. ');
    expect(text).not.toContain('TCK');
  });

  it('whose end is missing has its rest judged all the same', async () => {
    site.answer = (response) => {
      beginStream(response);
      response.end(delta(`see ${ticket}`).trimEnd());
    };
    expect(await wholeOf(site.ask())).not.toContain('123456');
  });

  it('that the caller leaves is left at the provider as well', async () => {
    let isClosed = false;
    site.answer = async (response) => {
      response.on('close', () => {
        isClosed = true;
      });
      beginStream(response);
      for (let count = 0; count < 2_000 && !isClosed; count++) {
        response.write(delta(`word ${count} `));
        await sleep(5);
      }
      response.end();
    };
    const controller = new AbortController();
    const response = await site.ask('redact', true, controller.signal);
    await response.body?.getReader().read();
    controller.abort();
    await until('the provider is left', () => isClosed, { limitMs: 5_000 });
  });

  it('that is blocked is left at the provider as well', async () => {
    let isClosed = false;
    site.answer = async (response) => {
      response.on('close', () => {
        isClosed = true;
      });
      beginStream(response);
      response.write(delta('word ') + delta(`${ticket} `));
      for (let count = 0; count < 2_000 && !isClosed; count++) {
        response.write(delta(`secret behind ${count} `));
        await sleep(5);
      }
      response.end();
    };
    const text = await wholeOf(site.ask('block'));
    expect(errorOfStream(text)).toMatchObject({ message: 'No tickets.', type: 'guardrail_violation' });
    expect(text).not.toMatch(/123456|behind/);
    await until('the provider is left', () => isClosed, { limitMs: 5_000 });
  });

  it('is judged apart from fifty others at the same time', async () => {
    site.answer = async (response, request) => {
      beginStream(response);
      const { user } = JSON.parse(request.body) as { readonly user: string };
      for (const piece of [`I am ${user}: `, 'TCK-', '1234', '56 ', 'and bye']) {
        response.write(delta(piece));
        await sleep(2);
      }
      response.end(stop);
    };
    const texts = await Promise.all(
      Array.from({ length: 50 }, async (_, index) => {
        const response = fetch(`${site.gateway.url}/v1/chat/completions`, {
          method: 'POST',
          headers: { authorization: 'Bearer sk-sluice-test-key-redact', 'content-type': 'application/json' },
          body: JSON.stringify({ ...chat?.request('hello', true), user: `u${index}` }),
        });
        return textOfStream(await wholeOf(response));
      }),
    );
    expect(texts).toEqual(texts.map((_, index) => `I am u${index}: [TICKET] and bye`));
  });
});
