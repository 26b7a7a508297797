import { Document } from 'yaml';
import { sha256Hex } from '../../../src/lib/hash.ts';
import { err, ok, type Result } from '../../../src/lib/result.ts';
import { parseDocuments } from '../../../src/policy/parse.ts';

export interface KeyRequest {
  readonly name: string;
  readonly user: string | undefined;
  readonly team: string | undefined;
  readonly project: string | undefined;
  readonly models: readonly string[];
  readonly expires: string | undefined;
}

export interface KeyDocument {
  readonly value: { readonly [name: string]: unknown };
  readonly yaml: string;
}

/** The ApiKey document of a secret: with its hash, never with the secret. Checked with the rules of the kind itself. */
export function keyDocument(request: KeyRequest, secret: string): Result<KeyDocument> {
  const { user, team, project } = request;
  const owner = { ...(user && { user }), ...(team && { team }), ...(project && { project }) };
  const value = {
    apiVersion: 'sluice.dev/v1alpha1',
    kind: 'ApiKey',
    metadata: { name: request.name },
    spec: {
      hash: `sha256:${sha256Hex(secret)}`,
      ...(Object.keys(owner).length > 0 && { owner }),
      ...(request.models.length > 0 && { models: { allow: request.models } }),
      ...(request.expires !== undefined && { expires: request.expires }),
    },
  };
  const yaml = new Document(value).toString({ lineWidth: 0, flowCollectionPadding: false });
  const [problem] = parseDocuments(yaml, 'ApiKey', '.').problems;
  if (problem !== undefined) return err(`${problem.path} ${problem.message} — ${problem.remedy}.`.trimStart());
  return ok({ value, yaml });
}
