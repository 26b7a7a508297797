import { request as plainRequest } from 'node:http';
import { connect } from 'node:http2';
import { gunzipSync } from 'node:zlib';
import Anthropic from '@anthropic-ai/sdk';
import { describe, expect, it } from 'vitest';
import { hello, sdkSite, secret } from '../support/sdk-site.ts';

/* Clients in the wrong dialect, and such as have no library, through the whole gateway. */

const site = sdkSite();

describe('a model of one dialect', () => {
  it('is refused to who speaks the other, and says which one it is', async () => {
    const asked = site.openai.chat.completions.create({ model: 'sonnet', messages: hello });
    await expect(asked).rejects.toMatchObject({ status: 400, code: 'model_of_other_api', param: 'model' });
    await expect(asked).rejects.toThrow('is served by the API of Anthropic only');
    const other = site.anthropic.messages.create({ model: 'small', max_tokens: 50, messages: hello });
    await expect(other).rejects.toBeInstanceOf(Anthropic.BadRequestError);
    await expect(other).rejects.toThrow('is served by the API of OpenAI only');
    expect(site.practice.requests).toHaveLength(0);
  });
});

describe('clients without a library', () => {
  const body = JSON.stringify({ model: 'small', messages: hello });
  const headers = { authorization: `Bearer ${secret}`, 'content-type': 'application/json' };

  it('are served over HTTP/1.1, and get what is compressed as it is', async () => {
    site.practice.behave({ gzip: true });
    const answer = await new Promise<{ version: string; encoding: unknown; text: string }>((resolve, reject) => {
      const request = plainRequest(
        `${site.gateway.url}/v1/chat/completions`,
        { method: 'POST', headers: { ...headers, 'accept-encoding': 'gzip' } },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('end', () =>
            resolve({
              version: response.httpVersion,
              encoding: response.headers['content-encoding'],
              text: gunzipSync(Buffer.concat(chunks)).toString(),
            }),
          );
        },
      );
      request.on('error', reject);
      request.end(body);
    });
    expect(answer).toMatchObject({ version: '1.1', encoding: 'gzip' });
    expect(JSON.parse(answer.text)).toMatchObject({ object: 'chat.completion' });
  });

  it('are served over HTTP/2 without TLS, many requests on one connection', async () => {
    const session = connect(site.gateway.url);
    try {
      const ask = (stream: boolean) =>
        new Promise<{ status: unknown; text: string }>((resolve, reject) => {
          const request = session.request({ ':method': 'POST', ':path': '/v1/chat/completions', ...headers });
          let status: unknown;
          let text = '';
          request.on('response', (response) => {
            status = response[':status'];
          });
          request.setEncoding('utf8').on('data', (chunk: string) => {
            text += chunk;
          });
          request.on('end', () => resolve({ status, text }));
          request.on('error', reject);
          request.end(JSON.stringify({ model: 'small', stream, messages: hello }));
        });
      const answers = await Promise.all(Array.from({ length: 20 }, (_, index) => ask(index % 2 === 0)));
      expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
      for (const [index, { text }] of answers.entries()) {
        if (index % 2 === 0) expect(text.trimEnd().endsWith('data: [DONE]')).toBe(true);
        else expect(JSON.parse(text)).toMatchObject({ object: 'chat.completion' });
      }
    } finally {
      session.close();
    }
  });
});
