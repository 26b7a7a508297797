import type { IncomingMessage, ServerResponse } from 'node:http';
import { asBehaved } from './behaviour/apply.ts';
import type { Behaviour } from './behaviour/behaviour.ts';
import type { Rules } from './behaviour/rules.ts';
import { decide } from './decide.ts';
import { dialectOf, locate } from './location.ts';
import { magicBehaviour } from './magic-models.ts';
import { isRecord } from './messages.ts';
import { longestBody } from './read-body.ts';
import type { RequestRing } from './requests.ts';
import { outgoingAnswer, outgoingRefusal, type Sender } from './send/outgoing.ts';
import { sendAsTold, sendAtOnce } from './send/send.ts';
import { acceptsGzip } from './send/sink.ts';

export interface Provider {
  readonly rules: Rules;
  readonly ring: RequestRing;
  readonly keysOf: (account: string | undefined) => readonly string[] | undefined;
  readonly models: readonly string[] | undefined;
  readonly now: () => number;
  readonly nextSequence: () => number;
  readonly cut: (request: IncomingMessage, how: 'close' | 'reset') => void;
}

/** One request to the provider, from its last byte on. */
export function exchange(provider: Provider, request: IncomingMessage, response: ServerResponse, bytes: Buffer): void {
  const { method = '', url = '', headers, rawHeaders } = request;
  const location = locate(url);
  const path = location?.path ?? url;
  const account = location?.account;
  const body = parsed(bytes);
  provider.ring.add({ account, method, path: url, headers, rawHeaders, body, bytes });

  const sequence = provider.nextSequence();
  const dialect = dialectOf(path, headers);
  const sender: Sender = { dialect, account, requestId: `req_practice${sequence}` };
  const createdAt = Math.floor(provider.now() / 1_000);
  const strictness = { expectedKeys: provider.keysOf(account), models: provider.models };
  const proper = () => {
    const decision = decide({ method, path, dialect, headers, body, sequence, createdAt }, strictness);
    return decision.ok ? outgoingAnswer(decision.value, sender) : outgoingRefusal(decision.error, sender);
  };

  const model = isRecord(body) && typeof body.model === 'string' ? body.model : undefined;
  const behaviour: Behaviour | undefined = provider.rules.take({ account, model, path }) ?? magicBehaviour(model);
  if (behaviour === undefined) {
    sendAtOnce(response, proper());
    return;
  }
  const how = behaviour.fault?.kind === 'cut' ? (behaviour.fault.how ?? 'close') : 'close';
  const told = { behaviour, acceptsGzip: acceptsGzip(headers), cut: () => provider.cut(request, how) };
  void sendAsTold(response, asBehaved(behaviour.fault, proper, sender), told);
}

/** Not recorded, and no behaviour applies: there is no body to find a model in. */
export function refuseLongBody(request: IncomingMessage, response: ServerResponse): void {
  const path = locate(request.url ?? '')?.path ?? '';
  const sender = { dialect: dialectOf(path, request.headers), account: undefined, requestId: 'req_practice' };
  const message = `The request body is larger than ${longestBody} bytes.`;
  sendAtOnce(response, outgoingRefusal({ status: 413, message }, sender));
}

function parsed(bytes: Buffer): unknown {
  if (bytes.length === 0) return undefined;
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
}
