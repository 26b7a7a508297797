import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { blockFault } from '../../src/model/build/certificates/blocks.ts';
import { pairFault } from '../../src/model/build/certificates/pair.ts';
import { certificateTable } from '../support/certificate-table.ts';
import { type Certificate, createAuthority } from '../support/certificates.ts';
import { cleanupsAfterEach } from '../support/cleanups.ts';
import { startEnvoy } from '../support/envoy-process.ts';

const cleanup = cleanupsAfterEach();
const rows = Object.entries(certificateTable);
const type = 'type.googleapis.com/envoy.extensions';
const contextType = `${type}.transport_sockets.tls.v3.DownstreamTlsContext`;

/** What one secret says, and which field of a TLS context names it. */
interface Use {
  readonly secretOf: (row: Certificate) => object;
  readonly contextOf: (sds: object) => object;
  readonly fault: (row: Certificate) => unknown;
}

const own = createAuthority('own');
const shown = {
  certificate_chain: { inline_string: own.certificate },
  private_key: { inline_string: own.privateKey },
};

const uses: Readonly<Record<string, Use>> = {
  'that a gateway shows': {
    secretOf: ({ certificate, privateKey }) => ({
      tls_certificate: {
        certificate_chain: { inline_string: certificate },
        private_key: { inline_string: privateKey },
      },
    }),
    contextOf: (sds) => ({ tls_certificate_sds_secret_configs: [sds] }),
    fault: ({ certificate, privateKey }) => pairFault(certificate, privateKey),
  },
  'of those who may sign': {
    secretOf: ({ certificate }) => ({ validation_context: { trusted_ca: { inline_string: certificate } } }),
    contextOf: (sds) => ({ tls_certificates: [shown], validation_context_sds_secret_config: sds }),
    fault: ({ certificate }) => blockFault(certificate),
  },
};

/** With a file as the one who sends it, as Sluice does for what is in a Secret. */
function listenerOf(folder: string, row: Certificate, index: number, { secretOf, contextOf }: Use) {
  const path = join(folder, `${index}.json`);
  const secret = { '@type': `${type}.transport_sockets.tls.v3.Secret`, name: `row-${index}`, ...secretOf(row) };
  writeFileSync(path, JSON.stringify({ resources: [secret] }));
  const sds = { name: `row-${index}`, sds_config: { path_config_source: { path }, resource_api_version: 'V3' } };
  const tcp = { '@type': `${type}.filters.network.tcp_proxy.v3.TcpProxy`, stat_prefix: 'tcp', cluster: 'nowhere' };
  return {
    '@type': 'type.googleapis.com/envoy.config.listener.v3.Listener',
    name: `row-${index}`,
    address: { socket_address: { address: '127.0.0.1', port_value: 0 } },
    filter_chains: [
      {
        filters: [{ name: 'tcp', typed_config: tcp }],
        transport_socket: {
          name: 'tls',
          typed_config: { '@type': contextType, common_tls_context: contextOf(sds) },
        },
      },
    ],
  };
}

it.each(Object.entries(uses))(
  'of certificates %s finds at fault what a real Envoy refuses, and nothing else',
  async (_, use) => {
    const folder = mkdtempSync(join(tmpdir(), 'sluice-certificates-'));
    cleanup(() => rmSync(folder, { recursive: true }));
    const listenersPath = join(folder, 'listeners.json');
    const resources = rows.map(([, row], index) => listenerOf(folder, row, index, use));
    writeFileSync(listenersPath, JSON.stringify({ resources }));
    // Listeners that come later: an Envoy that starts with one whose certificate it refuses ends.
    const envoy = await startEnvoy(
      {
        node: { id: 'test', cluster: 'test' },
        static_resources: { clusters: [{ name: 'nowhere' }] },
        dynamic_resources: { lds_config: { path_config_source: { path: listenersPath }, resource_api_version: 'V3' } },
      },
      { waitFor: 'admin' },
    );
    cleanup(envoy.stop);
    const refusals = async (): Promise<string[]> => {
      const lines = (await envoy.admin('/stats?filter=sds.row-.*update_(success|rejected)')).split('\n');
      return lines.filter((line) => /: [1-9]/.test(line));
    };
    await expect.poll(async () => (await refusals()).length).toBe(rows.length);
    const counted = (await refusals()).join('\n');
    const verdicts = rows.map(([name], index) => [name, new RegExp(`row-${index}\\.update_rejected`).test(counted)]);
    const ours = rows.map(([name, row]) => [name, use.fault(row) !== undefined]);
    expect(Object.fromEntries(ours)).toEqual(Object.fromEntries(verdicts));
    expect(verdicts.filter(([, isRefused]) => isRefused).length).toBeGreaterThan(5);
  },
);
