import { Cluster } from 'ioredis';
import type { Unavailable } from '../store.ts';
import type { Argument } from './arguments.ts';
import type { RedisClient } from './connection.ts';
import { errorCodeOf, explained } from './error-code.ts';
import { afterFirstConnection } from './first-connection.ts';
import { readNumbers } from './reply.ts';
import type { Script } from './scripts.ts';

export type ScriptReply = { readonly kind: 'reply'; readonly numbers: readonly number[] } | Unavailable;

export interface ScriptRunnerOptions {
  /** Commands that may wait for an answer; more are refused at once. */
  readonly maxInFlight: number;
  readonly commandTimeoutMs: number;
}

export interface ScriptRunner {
  run(script: Script, keys: readonly string[], rest: readonly Argument[], done: (reply: ScriptReply) => void): void;
  readonly inFlight: number;
}

/** After so many time-outs in a row the connection itself is doubted: a peer that vanished never closes it. */
const doubtAfter = 8;

/** The word of the system for a peer that says nothing. */
const late = 'ETIMEDOUT';

/** Runs scripts by their SHA, and by their text where the server does not know them yet (started anew). */
export function createScriptRunner(client: RedisClient, options: ScriptRunnerOptions): ScriptRunner {
  const { maxInFlight, commandTimeoutMs } = options;
  let inFlight = 0;
  let timeoutsInARow = 0;
  /** Why there is no connection, in one word. Commands that find none are only told so. */
  let trouble = late;
  client.on('error', (error: unknown) => {
    trouble = codeOf(error);
  });
  client.on('ready', () => {
    trouble = '';
  });

  const whenConnected = afterFirstConnection(client, commandTimeoutMs);

  const finish = (error: unknown): Unavailable => {
    const failure = unavailable(error, trouble);
    // The connection is given up for it (`reconnectOnError`), and those that come meanwhile should hear why.
    if (errorCodeOf(messageOf(error)) === 'READONLY') trouble = 'READONLY';
    if (failure.cause === 'timeout') {
      timeoutsInARow += 1;
      if (timeoutsInARow >= doubtAfter) {
        timeoutsInARow = 0;
        trouble = late;
        client.disconnect(true);
      }
    }
    return failure;
  };

  return {
    get inFlight() {
      return inFlight;
    },
    run(script, keys, rest, done) {
      if (inFlight >= maxInFlight) {
        return done(failure('busy', 'too many commands are waiting for Redis', false));
      }
      inFlight += 1;
      const answer = (reply: ScriptReply): void => {
        inFlight -= 1;
        done(reply);
      };
      const receive = (reply: unknown): void => {
        timeoutsInARow = 0;
        const numbers = readNumbers(reply);
        if (numbers !== undefined) answer({ kind: 'reply', numbers });
        else answer(failure('error', 'Redis gave an answer that is none of the script', true));
      };
      whenConnected(() => {
        client.callBuffer('evalsha', script.sha, keys.length, ...keys, ...rest).then(receive, (error: unknown) => {
          if (!messageOf(error).startsWith('NOSCRIPT')) return answer(finish(error));
          client
            .callBuffer('eval', script.text, keys.length, ...keys, ...rest)
            .then(receive, (again) => answer(finish(again)));
        });
      });
    },
  };
}

/**
 * A server that was started anew would otherwise be sent the text with every command that waits at that moment. Nodes of
 * a Cluster learn by the first command instead, and so do servers whose ACL does not let us.
 */
export function teachOnConnect(client: RedisClient, scripts: readonly Script[]): void {
  if (client instanceof Cluster) return;
  client.on('ready', () => {
    for (const { text } of scripts) client.script('LOAD', text).catch(() => undefined);
  });
}

function unavailable(error: unknown, trouble: string): Unavailable {
  const message = messageOf(error);
  if (message === 'Command timed out') return failure('timeout', 'Redis did not answer in time', true);
  if (/enableOfflineQueue|isn't ready|None of startup nodes|ClusterAllFailed/.test(message)) {
    const because = trouble === '' ? '' : ` (${explained(trouble)})`;
    return failure('offline', `there is no connection to Redis${because}`, false);
  }
  if (/Connection is closed|max retries per request|ECONN|EPIPE|socket/i.test(message)) {
    return failure('offline', 'the connection to Redis was lost', true);
  }
  const code = errorCodeOf(message);
  return failure('error', `Redis answered ${code === undefined ? 'an error' : explained(code)}`, code === undefined);
}

/** What Redis or the system says about a connection, in one word: `WRONGPASS`, `ECONNREFUSED`; empty: nothing. */
function codeOf(error: unknown): string {
  const { code, lastNodeError } = error as { readonly code?: unknown; readonly lastNodeError?: unknown };
  if (lastNodeError !== undefined && lastNodeError !== null) return codeOf(lastNodeError);
  return typeof code === 'string' ? code : (errorCodeOf(messageOf(error)) ?? '');
}

function failure(cause: Unavailable['cause'], message: string, mayHaveHappened: boolean): Unavailable {
  return { kind: 'unavailable', cause, message, mayHaveHappened };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
