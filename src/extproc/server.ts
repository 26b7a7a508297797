import {
  demandedTokensHeader,
  demandingRole,
  processorAuthorities,
  processorMethod,
  processorRoleHeader,
} from '../contract.ts';
import type { Engine } from './engine.ts';
import { RouterStream } from './router/router-stream.ts';
import type { Address } from './transport/address.ts';
import type { Metadata } from './transport/http2/metadata.ts';
import { relay } from './transport/relay.ts';
import { grpcStatus } from './transport/status.ts';
import type { Method } from './transport/stream.ts';
import { type RelayTo, UpstreamStream } from './upstream/upstream-stream.ts';

/** Marks a stream that has been carried on once: two processes that know nothing must not pass it to and fro. */
const relayedHeader = 'x-sluice-relayed';

/** A stream about a request that this process holds: to be taken also while the process ends. */
export function isRelayed(metadata: Metadata): boolean {
  return metadata[relayedHeader] !== undefined;
}

/** The ext_proc service, for the transport. `peers` are the sibling processes beside the same Envoy, by index. */
export function processorMethods(engine: Engine, peers: ReadonlyMap<number, Address>): ReadonlyMap<string, Method> {
  const relayTo: RelayTo = (process, stream, first) => {
    const peer = peers.get(process);
    if (peer === undefined || isRelayed(stream.metadata)) return undefined;
    return relay(stream, { method: processorMethod, peer, first: [first], metadata: { [relayedHeader]: '1' } });
  };
  const process: Method = (stream) => {
    switch (roleOf(stream.metadata)) {
      case 'router':
        return new RouterStream(stream, engine);
      case demandingRole:
        return new RouterStream(stream, engine, stream.metadata[demandedTokensHeader] ?? '');
      case 'upstream':
        return new UpstreamStream(stream, engine, relayTo);
      case 'watch':
        return new UpstreamStream(stream, engine, relayTo, 'watch');
      default:
        stream.fail(grpcStatus.invalidArgument, 'no filter has this authority');
        return ignoring;
    }
  };
  return new Map([[processorMethod, process]]);
}

const roles = new Map<string, string>(
  Object.entries(processorAuthorities).map(([role, authority]) => [authority, role]),
);

/** Undefined: of no filter of ours. */
function roleOf(metadata: Metadata): string | undefined {
  return metadata[processorRoleHeader] ?? roles.get(metadata[':authority'] ?? '');
}

const ignoring = { message() {}, end() {}, reset() {} };
