import type { Condition } from './condition.ts';
import { fieldsOf, textOf } from './fields.ts';
import { problemsMessage } from './message.ts';
import { isOfParameters, warnings, wrongParameters } from './parameters.ts';
import type { Status } from './status.ts';
import type { Scene, Subject } from './subject.ts';
import { supportedFeatures } from './supported-features.ts';
import type { Verdict } from './verdict.ts';

/** Minor versions of Gateway API 1 whose CustomResourceDefinitions are known to have what we read. */
const supported = { from: 4, to: 6 } as const;

/** A class of ours; nothing of others'. */
export function gatewayClassStatus(subject: Subject, scene: Scene): Status | undefined {
  const { say, verdict, watched, spec } = subject;
  const { outcome, ours } = scene;
  if (!ours.isOurClass(watched.object.metadata.name)) return undefined;
  const wrong = [...verdict.errors, ...verdict.references].filter((each) => !isOfParameters(each));
  const namespace = textOf(fieldsOf(spec.parametersRef).namespace);
  const complaint =
    wrong.length === 0
      ? wrongParameters(spec.parametersRef, namespace, 'of the GatewayClass', scene)
      : `${problemsMessage(wrong)}.`;
  const acceptance: Condition =
    complaint === undefined
      ? say('Accepted', 'True', 'Accepted', 'Gateways of this class are served.')
      : say('Accepted', 'False', 'InvalidParameters', complaint);
  const condition = versionCondition(say, outcome.gatewayApiVersion);
  const told = warnings(say, withDiscovery(verdict, scene), spec.parametersRef, 'spec.parametersRef');
  return { shape: 'class', supportedFeatures, conditions: [acceptance, condition, ...told] };
}

/** Whatever the version is, we serve what we can. */
function versionCondition(say: Subject['say'], version: string | undefined): Condition {
  const range = `1.${supported.from} to 1.${supported.to}`;
  if (version !== undefined && isInRange(version)) {
    return say('SupportedVersion', 'True', 'SupportedVersion', `Gateway API ${range} is supported.`);
  }
  // Without the annotation nobody knows, and the contract wants that said.
  const found = version === undefined ? 'is installed in a version that it does not say' : `${version} is installed`;
  const message = `Gateway API ${found}; ${range} is supported. Others are served as far as they agree with these.`;
  return say('SupportedVersion', 'False', 'UnsupportedVersion', message);
}

/** Where the namespaces of Gateways and policy are not read, the class is the object that still is. */
function withDiscovery(verdict: Verdict, { verdictOf }: Scene): Verdict {
  const ofNoDocument = verdictOf('').warnings.filter(({ reason }) => reason === 'NoMatchingNamespace');
  return ofNoDocument.length === 0 ? verdict : { ...verdict, warnings: [...verdict.warnings, ...ofNoDocument] };
}

function isInRange(version: string): boolean {
  const [, major, minor] = /^v?(\d+)\.(\d+)\./.exec(version) ?? [];
  return major === '1' && Number(minor) >= supported.from && Number(minor) <= supported.to;
}
