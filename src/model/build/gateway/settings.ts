import type { GatewayPolicyDocument, PolicyDocument } from '../../../policy/document.ts';
import type { SecretSource } from '../../../policy/secret-source.ts';
import type { GatewaySettings } from '../../gateway.ts';
import type { RecordSink, Store } from '../../store.ts';
import type { BuildContext } from '../context.ts';
import { buildStore, type WrittenStore } from './store.ts';

type Parts = Pick<
  GatewaySettings,
  'store' | 'usageRecords' | 'decisionRecords' | 'redactionSecret' | 'includeUsage' | 'secrets'
>;

/** What the processor counts with, and where it reports. */
export function inlineSettings(
  gateway: string,
  policy: GatewayPolicyDocument | undefined,
  chosen: WrittenStore | undefined,
  context: BuildContext,
): Parts {
  const secrets: string[] = [];
  const keep = (
    document: PolicyDocument,
    path: string,
    source: SecretSource | undefined,
    part: string,
    leastLength = 1,
  ): string => {
    if (source === undefined) return '';
    const name = `gateway/${gateway}/${part}`;
    const value = context.resolve(document, path, source);
    if (value === undefined) return name;
    if (value.length < leastLength) {
      const message = `has ${value.length} characters, so that its values can be guessed`;
      context.reject(document, path, message, `use at least ${leastLength} random characters`);
      return '';
    }
    context.keep({ name, kind: 'opaque', value });
    secrets.push(name);
    return name;
  };
  const redactionSecret =
    policy && keep(policy, 'spec.redactionSecret', policy.spec.redactionSecret, 'redaction-secret', 32);
  const store: Store =
    chosen === undefined
      ? { kind: 'memory', snapshot: '' }
      : buildStore(chosen.spec, (path, source, part) => keep(chosen.document, path, source, part));
  return {
    store,
    usageRecords: sinkOf('usage', policy, store, context),
    decisionRecords: sinkOf('decisions', policy, store, context),
    // One that is named but not there makes nothing: hashes by a secret that nobody has chosen would never match again.
    ...(redactionSecret !== undefined && secrets.includes(redactionSecret) && { redactionSecret }),
    includeUsage: policy?.spec.usage.includeUsage ?? true,
    secrets: secrets.sort(),
  };
}

function sinkOf(
  kind: 'usage' | 'decisions',
  policy: GatewayPolicyDocument | undefined,
  store: Store,
  context: BuildContext,
): RecordSink {
  if (policy === undefined) return { file: '', redisStream: '', redisMaxLength: 0 };
  const { stdout, file, redisStream } = policy.spec.records[kind];
  const stream = store.kind === 'redis' ? redisStream : undefined;
  if (stream !== redisStream) {
    const path = `spec.records.${kind}.redisStream`;
    const remedy = 'add store: {redis: {addresses: ["redis:6379"]}}';
    context.reject(policy, path, 'is given, but the store is not Redis', remedy);
  }
  return {
    file: stdout ? '-' : (file ?? ''),
    redisStream: stream?.name ?? '',
    redisMaxLength: stream?.maxLength ?? 0,
  };
}
