import type { ClientSelector } from '../../../policy/envoy-gateway/client-selector.ts';
import type { QuotaDocument } from '../documents.ts';
import type { RefusedLimit } from './limit.ts';

type Quota = QuotaDocument['spec']['perModelQuotas'][number]['quota'];

/** A bucket, and where it stands within the quota of a model. */
export interface Bucket {
  readonly quota: NonNullable<Quota['defaultBucket']>;
  readonly clientSelectors: readonly ClientSelector[];
  readonly shadowMode: boolean;
  readonly path: string;
}

export function bucketsOf({ defaultBucket, bucketRules }: Quota): readonly Bucket[] {
  const forAll = { clientSelectors: [], shadowMode: false, path: '.quota.defaultBucket' };
  return [
    ...(defaultBucket ? [{ quota: defaultBucket, ...forAll }] : []),
    ...bucketRules.map((rule, index) => ({ ...rule, path: `.quota.bucketRules[${index}]` })),
  ];
}

/**
 * A request that several buckets are for is charged to all of them and let in where any has room; of our limits each must
 * be kept. The two are the same where no request is for two buckets, and for nothing else.
 */
export function refuseOverlap(buckets: readonly Bucket[]): RefusedLimit | undefined {
  for (const [index, bucket] of buckets.entries()) {
    const other = buckets.slice(0, index).find((earlier) => !areApart(earlier, bucket));
    if (other === undefined) continue;
    const names = `${other.path.slice('.quota.'.length)} may be for the same requests`;
    const refusal = `${names}, which any of several buckets would let in, while of limits each must be kept`;
    return { path: bucket.path, refusal };
  }
  return undefined;
}

/** A header has one value at most that is compared. */
function areApart(a: Bucket, b: Bucket): boolean {
  const headersOf = ({ clientSelectors }: Bucket) => clientSelectors.flatMap(({ headers }) => headers);
  return headersOf(a).some((one) =>
    headersOf(b).some(
      (other) => one.name === other.name && one.type === 'Exact' && other.type === 'Exact' && one.value !== other.value,
    ),
  );
}
