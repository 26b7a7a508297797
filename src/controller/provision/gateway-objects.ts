import { err, ok, type Result } from '../../lib/result.ts';
import type { AuthorityRoles } from '../../pki/rotation.ts';
import { certificateSecret, gatewayCertificate, type SecretTexts } from './certificate.ts';
import type { LiveObjects } from './live-objects.ts';
import { certificateSecretName } from './render/pod-template.ts';
import type { WantedObject } from './render/render.ts';
import { createRenderer } from './renderer.ts';
import type { ProvisionSettings } from './settings.ts';
import type { WantedGateway } from './wanted-gateways.ts';

export interface GatewayObjectsOptions {
  readonly live: Pick<LiveObjects, 'get'>;
  readonly settings: ProvisionSettings;
  /** Our own authority; nothing until it is known. Needed only where the settings name no Secret. */
  authorities?(): AuthorityRoles | undefined;
  now(): Date;
}

export interface GatewayObjects {
  /** All that a Gateway is to have, in the order in which it is to be written. */
  wantedFor(gateway: WantedGateway): Promise<Result<readonly WantedObject[]>>;
  /** Gateways that are gone leave nothing behind, least of all a private key. */
  keepOnly(uids: { has(uid: string): boolean }): void;
  /** What was issued last may not be what the cluster has: another replica has written meanwhile. */
  forget(): void;
}

/** What is rendered for Gateways, with the certificates that they show to the control plane. */
export function createGatewayObjects({ live, settings, authorities, now }: GatewayObjectsOptions): GatewayObjects {
  const render = createRenderer(settings);
  /** By uid of the Gateway, since a watch shows it only later. */
  const issued = new Map<string, SecretTexts>();
  return {
    async wantedFor({ gateway, parameters }) {
      if (!parameters.ok) return parameters;
      const rendered = render(gateway, parameters.value);
      if (!rendered.ok || !issuesCertificates(settings)) return rendered;
      const roles = authorities?.();
      if (roles === undefined) return err('The certificate authority of the controller is not there yet.');
      const existing = live.get('Secret', gateway.namespace, certificateSecretName(gateway));
      const texts = await gatewayCertificate({
        gateway,
        existing: issued.get(gateway.uid) ?? (existing?.owner === gateway.uid ? existing.data : undefined),
        authorities: roles,
        now: now(),
      });
      if (!texts.ok) return texts;
      issued.set(gateway.uid, texts.value);
      // Pods do not start before the Secrets that they name are there.
      return ok([certificateSecret({ gateway, settings }, texts.value), ...rendered.value]);
    },
    keepOnly(uids) {
      for (const uid of issued.keys()) if (!uids.has(uid)) issued.delete(uid);
    },
    forget: () => issued.clear(),
  };
}

/** Each Gateway has a certificate of our own authority, in a Secret of its own. */
export function issuesCertificates({ xds: { tls } }: ProvisionSettings): boolean {
  return tls !== undefined && tls.secretName === undefined;
}
