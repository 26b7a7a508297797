import type { AddressFamilies } from '../../lib/address-families.ts';

export interface TranslateOptions {
  /** The certificates that public providers are verified against, where a provider names none of its own. */
  readonly systemCaFile: string;
  /** Addresses that Envoy has and so can call. Default: IPv4, and perhaps more. */
  readonly families?: AddressFamilies;
}
