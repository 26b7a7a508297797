import { describe, expect, it } from 'vitest';
import { demandingRole, processorMethod, processorRoleHeader } from '../contract.ts';
import { RouterStream } from './router/router-stream.ts';
import { processorMethods } from './server.ts';
import { engineWith, FakeStream } from './testing/fake-stream.ts';
import type { Metadata } from './transport/http2/metadata.ts';
import { grpcStatus } from './transport/status.ts';
import { UpstreamStream } from './upstream/upstream-stream.ts';

function opened(metadata: Metadata) {
  const stream = new FakeStream();
  Object.assign(stream.metadata, metadata);
  const method = processorMethods(engineWith([]), new Map()).get(processorMethod);
  return { handler: method?.(stream), stream };
}

describe('the service', () => {
  it('knows the filter by the authority of its stream', () => {
    expect(opened({ ':authority': 'sluice-processor' }).handler).toBeInstanceOf(RouterStream);
    expect(opened({ ':authority': 'upstream' }).handler).toBeInstanceOf(UpstreamStream);
    expect(opened({ ':authority': 'watch' }).handler).toBeInstanceOf(UpstreamStream);
  });

  it('is told otherwise by a route', () => {
    const demanding = { ':authority': 'sluice-processor', [processorRoleHeader]: demandingRole };
    expect(opened(demanding).handler).toBeInstanceOf(RouterStream);
    const unknown = opened({ ...demanding, [processorRoleHeader]: 'more demanding' });
    expect(unknown.stream.ended).toMatchObject({ code: grpcStatus.invalidArgument });
  });

  it('refuses a stream of no filter', () => {
    for (const metadata of [{}, { ':authority': 'somebody' }, { ':authority': '' }]) {
      const { handler, stream } = opened(metadata);
      expect(handler).not.toBeInstanceOf(RouterStream);
      expect(stream.ended).toMatchObject({ code: grpcStatus.invalidArgument });
    }
  });
});
