import type { Address } from '../../src/controller/control-plane.ts';
import { err, ok, type Result } from '../../src/lib/result.ts';
import { addressOf } from './address.ts';
import { type ClusterFlags, clusterOf } from './cluster-flags.ts';
import { parse, type Values } from './flags.ts';
import type { TlsFiles } from './tls-files.ts';

export interface ControllerFlags {
  readonly xds: Address;
  readonly admin: Address;
  readonly tls: TlsFiles | undefined;
  readonly systemCa: string | undefined;
  readonly publicUrlFile: string | undefined;
  readonly source: { readonly folder: string } | ClusterFlags;
}

/** `help` or `version` where only the text was asked for. An error is one sentence. */
export function readFlags(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  hostname: string,
): Result<ControllerFlags | 'help' | 'version'> {
  let values: Values;
  try {
    values = parse(args);
  } catch (error) {
    return err(`${(error as Error).message} See --help.`);
  }
  if (values.help) return ok('help');
  if (values.version) return ok('version');
  const xds = addressOf('xds', values.xds);
  if (!xds.ok) return xds;
  const admin = addressOf('admin', values.admin);
  if (!admin.ok) return admin;
  const tls = tlsOf(values);
  if (!tls.ok) return tls;
  const source = sourceOf(values, xds.value, env, hostname);
  if (!source.ok) return source;
  return ok({
    xds: xds.value,
    admin: admin.value,
    tls: tls.value,
    systemCa: values['system-ca'],
    publicUrlFile: values['public-url-file'],
    source: source.value,
  });
}

function sourceOf(
  values: Values,
  xds: Address,
  env: NodeJS.ProcessEnv,
  hostname: string,
): Result<ControllerFlags['source']> {
  if (values.kubernetes) {
    return values.policy === undefined
      ? clusterOf(values, xds, env, hostname)
      : err('--policy and --kubernetes exclude each other: the policy is in a folder or in a cluster.');
  }
  return values.policy === undefined
    ? err('--policy DIR is missing, or --kubernetes. See --help.')
    : ok({ folder: values.policy });
}

function tlsOf(values: Values): Result<TlsFiles | undefined> {
  const { 'tls-cert': certificate, 'tls-key': privateKey, 'tls-client-ca': clientCa } = values;
  if (certificate === undefined && privateKey === undefined) {
    return clientCa === undefined ? ok(undefined) : err('--tls-client-ca needs --tls-cert and --tls-key.');
  }
  if (certificate === undefined || privateKey === undefined) return err('--tls-cert and --tls-key belong together.');
  return ok({ certificate, privateKey, ...(clientCa !== undefined && { clientCa }) });
}
