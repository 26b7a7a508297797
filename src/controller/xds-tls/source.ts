import type { AuthorityRoles } from '../../pki/rotation.ts';
import type { XdsServerTls } from '../../xds/server/server.ts';

/** Where the certificates of the xDS port come from, being followed. */
export interface XdsTlsSource {
  /** To show now; usable. */
  current(): XdsServerTls;
  /** Our own authorities, where the certificates are ours: who signs those of gateways. */
  authorities?(): AuthorityRoles | undefined;
  /** Looks whether something is due: who leads may have changed. */
  look(): void;
  close(): void;
}
