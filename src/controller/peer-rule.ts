import { err, ok, type Result } from '../lib/result.ts';
import { readIdentity } from '../pki/identity.ts';
import { qualifiedName } from '../policy/document-id.ts';
import type { Peer } from '../xds/server/peer.ts';

/**
 * Which gateway's state a client may have, since it holds that gateway's credentials. identity: only the one that its
 * certificate names, as those of our own authority do. signed: any; whoever signs certificates decides whom to trust.
 */
export type PeerRule = 'identity' | 'signed';

/** Groups are gateways, named as in the model: `name` in the default namespace, else `namespace/name`. */
export function mayAsk(rule: PeerRule): (peer: Peer | undefined, group: string) => Result<unknown> {
  if (rule === 'signed') {
    return (peer) => (peer === undefined ? err('A client certificate is needed here.') : ok(undefined));
  }
  return (peer, group) => {
    const own = (peer?.uris ?? []).flatMap((uri) => {
      const identity = readIdentity(uri);
      if (identity === undefined) return [];
      return [qualifiedName(identity.namespace, identity.name)];
    });
    if (own.includes(group)) return ok(undefined);
    const shown = own.length === 0 ? 'names no gateway' : `is for gateway "${own.join('", "')}"`;
    return err(`The client certificate ${shown}; it does not permit to ask for gateway "${group}".`);
  };
}
