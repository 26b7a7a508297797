import type { PolicyDocument } from '../../policy/document.ts';
import { ownGroup } from '../../policy/kinds.ts';
import type { TargetSpec } from '../../policy/target.ts';
import type { BuildContext } from './context.ts';
import { mayReferTo } from './grants/permission.ts';
import { reference } from './reference.ts';

/** A target with the name that its provider has in the model, and its place in the chain as written. */
export interface OwnTarget extends TargetSpec {
  readonly index: number;
}

/**
 * A chain with its providers under the names that they have in the model. One of another namespace whose owner has not
 * permitted it is left out: the credential behind it is the owner's.
 */
export function ownTargets(
  document: PolicyDocument,
  path: string,
  targets: readonly TargetSpec[],
  context: BuildContext,
): readonly OwnTarget[] {
  return targets.flatMap((target, index) => {
    const provider = permittedProvider(document, `${path}[${index}].provider`, target.provider, context);
    return provider === undefined ? [] : [{ ...target, provider, index }];
  });
}

/** The provider's name in the model, or nothing after saying that it may not be used from here. */
export function permittedProvider(
  document: PolicyDocument,
  path: string,
  written: string,
  context: BuildContext,
): string | undefined {
  const [namespace, name] = written.includes('/') ? split(written) : [document.namespace, written];
  const isPermitted = mayReferTo(document, path, { group: ownGroup, kind: 'Provider', namespace, name }, context);
  return isPermitted ? reference(written, document.namespace) : undefined;
}

function split(written: string): [string, string] {
  const slash = written.indexOf('/');
  return [written.slice(0, slash), written.slice(slash + 1)];
}
