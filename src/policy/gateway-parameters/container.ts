import { kubernetesObject, namedKubernetesObject } from '../kubernetes-object.ts';
import { enumeration } from '../schema/enumeration.ts';
import { optional } from '../schema/field.ts';
import { list } from '../schema/list.ts';

export const logLevel = enumeration(['trace', 'debug', 'info', 'warn', 'error']);
const variables = list(namedKubernetesObject, { most: 100 });

/** What both containers have. */
export const container = {
  env: optional(variables, 'Environment variables: {name, value} or {name, valueFrom}.'),
  resources: optional(kubernetesObject, 'Requests and limits of the container.'),
  securityContext: optional(kubernetesObject, 'Fields of the container’s security context, over the strict default.'),
  logLevel: optional(logLevel, 'How much this container logs. Default: log.level.'),
};
