import type { Result } from '../../lib/result.ts';
import type { PolicyDocument } from '../../policy/document.ts';
import type { SecretSource } from '../../policy/secret-source.ts';
import type { AwsKeyPair } from '../secret.ts';
import type { AwsRole, KnownToken, TokenGrant } from './token-grant.ts';

/**
 * What documents refer to and what is no policy itself. It answers at once with what it knows; one that has to fetch
 * first remembers what it was asked for.
 */
export interface Surroundings {
  /** The secret, or why there is none in words that hold nothing of it. */
  resolve(source: SecretSource, from: PolicyDocument): Result<string>;
  /** Secrets have something else in their place: nothing is to be read in them. */
  readonly hasStandIns?: boolean;
  /** All entries of a Secret, for those who write whole Secrets full of keys. */
  secret(namespace: string, name: string): ReadonlyMap<string, string> | undefined;
  configMap(namespace: string, name: string): ReadonlyMap<string, string> | undefined;
  service(namespace: string, name: string): ServiceFacts | undefined;
  /** It was looked for and is not there; of what was not or could not be read, nobody says so. */
  lacksService(namespace: string, name: string): boolean;
  /** An access token for the owner, which keeps its last one until there is one of a changed grant. */
  token(owner: PolicyDocument, grant: TokenGrant): KnownToken;
  /** The same of a key of AWS. */
  awsKey(owner: PolicyDocument, role: AwsRole): KnownToken<AwsKeyPair>;
  /** Nothing where nobody knows them. */
  namespaceLabels(namespace: string): ReadonlyMap<string, string> | undefined;
  /** Labels of every namespace that policy is read from; nothing where nobody knows them. */
  namespaces(): readonly ReadonlyMap<string, string>[] | undefined;
}

export interface ServiceFacts {
  /** Of TCP: nothing else can be a backend. */
  readonly ports: readonly ServicePort[];
  readonly otherPorts?: readonly OtherPort[];
  /** Its name leads to the pods themselves, and to the ports that they have. */
  readonly isHeadless?: true;
  /** Its name leads to another one, which may be anywhere. */
  readonly isExternal?: true;
}

/** Of UDP or SCTP. */
export interface OtherPort {
  readonly port: number;
  readonly protocol: string;
}

export interface ServicePort {
  readonly name: string;
  readonly port: number;
  readonly appProtocol?: string;
  /** Of the pods: a number, or what they call it. Absent: the same. */
  readonly targetPort?: number | string;
}
