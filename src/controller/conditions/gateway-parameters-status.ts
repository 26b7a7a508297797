import type { Refused } from './document-conditions.ts';
import { namesOf } from './message.ts';
import { objectStatus } from './object-status.ts';
import type { Status } from './status.ts';
import type { Scene, Subject } from './subject.ts';

/** Like that of any object of ours, but what is made of parameters also has to be of use, and is for the API server to take. */
export function gatewayParametersStatus(subject: Subject, scene: Scene): Status | undefined {
  return objectStatus(subject, scene, refusalOf(subject, scene));
}

function refusalOf({ id }: Subject, { outcome }: Scene): Refused | undefined {
  const concerned = [...outcome.provisioned].filter(([, { faulty }]) => faulty?.includes(id) === true);
  const [first] = concerned;
  if (first === undefined) return undefined;
  const names = namesOf(concerned.map(([name]) => name));
  const gateways = concerned.length === 1 ? `Gateway ${names}` : `the Gateways ${names}`;
  const message = `What is made of it for ${gateways} is refused: ${first[1].error} — what was made before stays as it is.`;
  return { reason: 'Refused', message };
}
