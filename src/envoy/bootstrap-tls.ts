/** Files, so that Envoy can be given certificates that are not ours to read. */
export interface ClientTls {
  readonly caFile: string;
  /** Name expected in the server's certificate. */
  readonly serverName: string;
  /** For mTLS. */
  readonly clientCertificate?: { readonly certificateFile: string; readonly privateKeyFile: string };
  /**
   * Where the certificates rotate. Envoy reads files that its bootstrap names once; those that a secret file names it
   * reads again whenever something is moved into the folder that it watches, which is how a mounted Secret changes.
   */
  readonly rotation?: {
    /** Folder that holds all of the files above. */
    readonly watchedFolder: string;
    /** Folder with the files of `secretFiles`. */
    readonly secretFolder: string;
  };
}

type Json = Readonly<Record<string, unknown>>;

const names = { certificate: 'sluice-xds-certificate', authorities: 'sluice-xds-authorities' } as const;
const secretType = 'type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.Secret';

/** What must stand in `rotation.secretFolder`, by file name. None where nothing rotates. */
export function secretFiles(tls: ClientTls): Readonly<Record<string, Json>> {
  const { rotation, clientCertificate: own } = tls;
  if (rotation === undefined) return {};
  const watched_directory = { path: rotation.watchedFolder };
  return {
    [`${names.authorities}.json`]: secret(names.authorities, {
      validation_context: { ...validation(tls), watched_directory },
    }),
    ...(own && {
      [`${names.certificate}.json`]: secret(names.certificate, {
        tls_certificate: { ...certificate(own), watched_directory },
      }),
    }),
  };
}

export function tlsSocket(tls: ClientTls): Json {
  return {
    name: 'envoy.transport_sockets.tls',
    typed_config: {
      '@type': 'type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext',
      sni: tls.serverName,
      common_tls_context: {
        alpn_protocols: ['h2'],
        tls_params: { tls_minimum_protocol_version: 'TLSv1_2' },
        ...(tls.rotation === undefined ? fromFiles(tls) : fromSecrets(tls, tls.rotation.secretFolder)),
      },
    },
  };
}

function fromFiles(tls: ClientTls): Json {
  const own = tls.clientCertificate;
  return { ...(own && { tls_certificates: [certificate(own)] }), validation_context: validation(tls) };
}

function fromSecrets(tls: ClientTls, folder: string): Json {
  const source = (name: string) => ({
    name,
    sds_config: { resource_api_version: 'V3', path_config_source: { path: `${folder}/${name}.json` } },
  });
  return {
    ...(tls.clientCertificate && { tls_certificate_sds_secret_configs: [source(names.certificate)] }),
    validation_context_sds_secret_config: source(names.authorities),
  };
}

function secret(name: string, content: Json): Json {
  return { resources: [{ '@type': secretType, name, ...content }] };
}

function certificate(own: NonNullable<ClientTls['clientCertificate']>): Json {
  return { certificate_chain: { filename: own.certificateFile }, private_key: { filename: own.privateKeyFile } };
}

function validation(tls: ClientTls): Json {
  return {
    trusted_ca: { filename: tls.caFile },
    match_typed_subject_alt_names: [{ san_type: 'DNS', matcher: { exact: tls.serverName } }],
  };
}
