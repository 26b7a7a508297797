import type { MessageInitShape } from '@bufbuild/protobuf';
import type { SinkSchema, StoreSchema } from '../../gen/sluice/program/v1/program_pb.js';
import type { RecordSink, Store } from '../../model/store.ts';

export function encodeStore(store: Store): MessageInitShape<typeof StoreSchema> {
  if (store.kind === 'memory') {
    return { kind: { case: 'memory', value: { snapshot: store.snapshot } }, replicas: 1 };
  }
  const { kind: _redis, replicas, leaseTokens, tls, addresses, ...rest } = store;
  const value = {
    ...rest,
    addresses: [...addresses],
    leaseTokens: BigInt(leaseTokens),
    ...(tls && { tls: { ...tls } }),
  };
  return { kind: { case: 'redis', value }, replicas };
}

export function encodeSink(sink: RecordSink): MessageInitShape<typeof SinkSchema> {
  return { ...sink, redisMaxLength: BigInt(sink.redisMaxLength) };
}
