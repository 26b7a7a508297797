import { Agent, request } from 'node:http';
import { err, type Result } from '../../../lib/result.ts';
import { type Account, accountPath, readAccount } from './account.ts';

export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

// Of 1,000 clients and refusals of everything this is many times as much.
const longest = 16 * 1024 * 1024;

// Of our own, so that no proxy of the environment comes in between.
const agent = new Agent();

/** What the replica there says of its clients. Takes no longer than the limit. */
export function askReplica({ host, port }: Endpoint, limitMs: number): Promise<Result<Account>> {
  return new Promise((resolve) => {
    const signal = AbortSignal.timeout(limitMs);
    const call = request({ host, port, path: accountPath, agent, signal }, async (response) => {
      try {
        const parts: Buffer[] = [];
        let length = 0;
        for await (const part of response as AsyncIterable<Buffer>) {
          length += part.length;
          if (length > longest) throw new Error('its answer is too long');
          parts.push(part);
        }
        const text = Buffer.concat(parts).toString();
        resolve(response.statusCode === 200 ? readAccount(text) : err(`status ${response.statusCode}`));
      } catch (error) {
        resolve(err((error as Error).message));
      }
    });
    call.on('error', (error) => resolve(err(signal.aborted ? `no answer within ${limitMs} ms` : error.message)));
    call.end();
  });
}
