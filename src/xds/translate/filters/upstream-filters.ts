import { internalHeaders } from '../../../contract.ts';
import { CredentialInjectorSchema } from '../../../gen/envoy/extensions/filters/http/credential_injector/v3/credential_injector_pb.js';
import { HeaderMutationSchema } from '../../../gen/envoy/extensions/filters/http/header_mutation/v3/header_mutation_pb.js';
import { UpstreamCodecSchema } from '../../../gen/envoy/extensions/filters/http/upstream_codec/v3/upstream_codec_pb.js';
import { GenericSchema } from '../../../gen/envoy/extensions/http/injected_credentials/generic/v3/generic_pb.js';
import type { HeaderCredential, Provider } from '../../../model/provider.ts';
import { secretOverAds } from '../ads.ts';
import { type Extension, extension } from '../extension.ts';
import { towardsProvider } from '../listener/sanitise.ts';
import { type HeaderRule, removeHeader, removeHeadersStartingWith, setHeader } from './header-mutation.ts';

/**
 * Takes off what is not for this provider, and states the length of a body that the processor has replaced. A key that
 * brings its own credential has it put where the provider's would stand. Then nothing internal is needed any more.
 */
export function providerHeaders(provider: Provider): Extension {
  const header = credentialHeader(provider);
  return mutation('provider-headers', [
    setHeader('content-length', `%REQ(${internalHeaders.contentLength})%`),
    ...towardsProvider,
    // Whatever still stood there would count as the key's own.
    removeHeader(header),
    setHeader(header, `%REQ(${internalHeaders.credential})%`),
    removeHeadersStartingWith(internalHeaders.prefix),
  ]);
}

/**
 * The provider's own credential, fetched as a secret: it never passes through the processor. Not where the key's own
 * stands already.
 */
export function injectCredential(credential: HeaderCredential): Extension {
  return extension('envoy.filters.http.credential_injector', CredentialInjectorSchema, {
    overwrite: false,
    // Rather no request than one without a credential.
    allowRequestWithoutCredential: false,
    credential: extension('envoy.http.injected_credentials.generic', GenericSchema, {
      credential: secretOverAds(credential.secret),
      header: credential.header,
      headerValuePrefix: credential.prefix,
    }),
  });
}

export const upstreamCodec = extension('envoy.filters.http.upstream_codec', UpstreamCodecSchema, {});

const defaultCredentialHeader = { openai: 'authorization', anthropic: 'x-api-key' } as const;

function credentialHeader({ credential, dialect }: Provider): string {
  return credential !== undefined && 'header' in credential ? credential.header : defaultCredentialHeader[dialect];
}

function mutation(name: string, rules: readonly HeaderRule[]): Extension {
  return extension(name, HeaderMutationSchema, { mutations: { requestMutations: [...rules] } });
}
