import type { ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import { internalHeaders, watchedAs } from '../../src/contract.ts';
import {
  ProcessingMode_BodySendMode as BodyMode,
  ProcessingMode_HeaderSendMode as HeaderMode,
} from '../../src/gen/envoy/extensions/filters/http/ext_proc/v3/processing_mode_pb.js';
import { cleanupsAfterEach } from '../support/cleanups.ts';
import { gatewayModel, providerModel } from '../support/gateway-model.ts';
import { answerJson, startRecordingProvider } from '../support/recording-provider.ts';
import { carryOut } from '../support/scripted-plan.ts';
import { type Answer, type Reaction, type SeenMessage, startScriptedProcessor } from '../support/scripted-processor.ts';
import { startTranslatedEnvoy } from '../support/translated-envoy.ts';

const atEnd = cleanupsAfterEach();

const overloaded = { headerMutation: { setHeaders: [{ header: { key: ':status', rawValue: Buffer.from('529') } }] } };

/** First of two providers fails behind a 200; the upstream streams are scripted, on the first attempt too. */
async function askWatched(
  answer: (response: ServerResponse, name: string) => void,
  upstream: (seen: SeenMessage) => Reaction,
  watched: string = watchedAs.body,
) {
  const providers = await Promise.all(
    ['a', 'b'].map(async (name) => {
      const provider = await startRecordingProvider((response) => answer(response, name));
      atEnd(() => provider.close());
      return providerModel(name, provider.port);
    }),
  );
  const router = carryOut({ chain: ['provider/a', 'provider/b'], headers: { [internalHeaders.watch]: watched } });
  const processor = await startScriptedProcessor((seen) => (seen.role === 'router' ? router(seen) : upstream(seen)));
  atEnd(() => processor.close());
  const running = await startTranslatedEnvoy(
    gatewayModel({
      providers,
      routes: [
        {
          id: 'model/small',
          match: { models: ['small'] },
          targets: [],
          profile: 'retry-default',
          isPrivateOnly: false,
          coolDown: { failures: 5, durationMs: 1 },
          watchBody: true,
          origins: [],
        },
      ],
    }),
    { processors: [{ host: '127.0.0.1', port: processor.port }] },
  );
  atEnd(() => running.stop());
  const response = await fetch(`http://127.0.0.1:${await running.port('http')}/v1/chat/completions`, {
    method: 'POST',
    body: '{}',
  });
  return { status: response.status, body: await response.text() };
}

function bodyOf({ message }: SeenMessage): { readonly body: Uint8Array; readonly endOfStream: boolean } {
  if (message.request.case !== 'responseBody') throw new Error('not a response body');
  return message.request.value;
}

describe('a watched request', () => {
  it('goes on to the next provider when a JSON answer is an error under 200', async () => {
    const answer = await askWatched(
      (response, name) => answerJson(response, 200, { [name === 'a' ? 'error' : 'ok']: name }),
      (seen): Reaction => {
        if (seen.kind === 'requestHeaders') {
          return {
            response: { case: 'requestHeaders', value: {} },
            modeOverride: { responseHeaderMode: HeaderMode.SEND, responseBodyMode: BodyMode.BUFFERED },
          };
        }
        if (seen.kind === 'responseHeaders') return { response: { case: 'responseHeaders', value: {} } };
        const isError = Buffer.from(bodyOf(seen).body).includes('error');
        return { response: { case: 'responseBody', value: isError ? { response: overloaded } : {} } };
      },
    );
    expect(answer).toEqual({ status: 200, body: '{"ok":"b"}' });
  });

  it('goes on to the next provider when the first event of a stream is an error', async () => {
    let isHeld = false;
    const answer = await askWatched(
      (response, name) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.write(`data: ${name === 'a' ? 'error' : 'first'}\n\n`);
        response.end('data: last\n\n');
      },
      (seen): Reaction => {
        if (seen.kind === 'requestHeaders') {
          // The header map of a later attempt has lost its mark: the stream that prepares it sets it again.
          const mark = { header: { key: internalHeaders.watch, rawValue: Buffer.from(watchedAs.stream) } };
          const response = seen.role === 'watch' ? {} : { headerMutation: { setHeaders: [mark] } };
          return { response: { case: 'requestHeaders', value: { response } } };
        }
        if (seen.kind === 'responseHeaders') {
          isHeld = true;
          return 'silence';
        }
        const passed: Answer = { response: { case: 'responseBody', value: {} } };
        if (!isHeld) return passed;
        isHeld = false;
        const isError = Buffer.from(bodyOf(seen).body).includes('error');
        return [{ response: { case: 'responseHeaders', value: isError ? { response: overloaded } : {} } }, passed];
      },
      watchedAs.stream,
    );
    expect(answer).toEqual({ status: 200, body: 'data: first\n\ndata: last\n\n' });
  });
});
