import type { AddressFamilies } from '../../lib/address-families.ts';
import type { PullPolicy } from '../../policy/gateway-parameters/image.ts';

/** What the controller knows and no Gateway says. */
export interface ProvisionSettings {
  /**
   * GatewayClasses of this controller are ours. It stands on everything that is made: of two releases in one cluster,
   * neither removes what the other one has made.
   */
  readonly controllerName: string;
  readonly images: { readonly envoy: DefaultImage; readonly processor: DefaultImage };
  readonly pullSecrets: readonly string[];
  /** Of pods. */
  readonly families: AddressFamilies;
  /** Where pods reach the control plane. */
  readonly xds: {
    readonly host: string;
    readonly port: number;
    /** Absent: plain text. */
    readonly tls?: XdsPodTls;
  };
}

export interface DefaultImage {
  readonly registry: string;
  readonly repository: string;
  readonly tag?: string;
  readonly digest?: string;
  /** Default `IfNotPresent`. */
  readonly pullPolicy?: PullPolicy;
}

export interface XdsPodTls {
  /** Name in the certificate of the control plane. */
  readonly serverName: string;
  /**
   * The Secret in the Gateway's namespace with `tls.crt`, `tls.key` and `ca.crt`. Absent: one of our own authority,
   * made for each Gateway.
   */
  readonly secretName?: string;
}
