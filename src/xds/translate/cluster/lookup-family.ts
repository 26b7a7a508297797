import { Cluster_DnsLookupFamily as LookupFamily } from '../../../gen/envoy/config/cluster/v3/cluster_pb.js';
import type { TranslateOptions } from '../options.ts';

/**
 * Which address of a name is called where it has both. Never all of them: Envoy makes an endpoint of each, and those that
 * its network cannot reach would fail their share of the requests. So the family that works is preferred, and the other
 * one stands in where a name has no address of it.
 */
export function lookupFamily({ families }: TranslateOptions): LookupFamily {
  // AUTO is IPv6 first.
  return families?.ipv4 === false ? LookupFamily.AUTO : LookupFamily.V4_PREFERRED;
}
