import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { Agent, request } from 'node:https';
import { parse } from 'yaml';
import { kinds } from '../../../src/policy/kinds.ts';
import type { KindDocument } from '../definitions/document.ts';
import type { KubeApiServer } from './api-server.ts';

/** One thing that an API server has against an object. */
export interface Refusal {
  /** Where, as the server writes it: `spec.rules[0].name`; nothing where it is the object as a whole. */
  readonly field: string;
  readonly message: string;
}

export interface ServerAnswer {
  /** What would be stored, with its defaults. */
  readonly stored?: StoredObject;
  /** Empty where it would be stored. */
  readonly refusals: readonly Refusal[];
}

export interface StoredObject {
  readonly spec?: unknown;
  readonly [field: string]: unknown;
}

/** Asks an API server about objects, one refusal at a time, where our own client keeps only the sentence. */
export interface AskingClient {
  /** Whether it would be created, in a strict reading: no field is unknown. Nothing is stored. */
  wouldCreate(object: KindDocument): Promise<ServerAnswer>;
  close(): void;
}

export async function askingClient(server: KubeApiServer): Promise<AskingClient> {
  const { clusters, users } = parse(await readFile(server.kubeconfig, 'utf8')) as Kubeconfig;
  const [cluster, user] = [clusters[0]?.cluster, users[0]?.user];
  if (cluster === undefined || user === undefined) throw new Error(`${server.kubeconfig} names no cluster and user`);
  const ca = await readFile(cluster['certificate-authority'], 'utf8');
  const agent = new Agent({ keepAlive: true, maxSockets: 8 });

  return {
    async wouldCreate(object) {
      const { plural, scope } = kinds[object.kind];
      const place = scope === 'Namespaced' ? `namespaces/default/${plural}` : plural;
      const path = `/apis/${object.apiVersion}/${place}?dryRun=All&fieldValidation=Strict`;
      const headers = { authorization: `Bearer ${user.token}`, 'content-type': 'application/json' };
      const call = request(server.url + path, { method: 'POST', headers, ca, agent });
      call.end(JSON.stringify(object));
      const [response] = await once(call, 'response');
      let text = '';
      response.setEncoding('utf8');
      for await (const chunk of response) text += chunk;
      const answer = JSON.parse(text);
      return response.statusCode === 201 ? { stored: answer, refusals: [] } : { refusals: refusalsIn(answer) };
    },
    close: () => agent.destroy(),
  };
}

function refusalsIn({ message, details }: StatusAnswer): readonly Refusal[] {
  const causes = (details?.causes ?? []).map(({ field = '', message: said = '' }) => ({
    field: field === '<nil>' ? '' : field,
    message: said,
  }));
  if (causes.length > 0) return causes;
  // What cannot even be read has one sentence for all of it.
  const unknown = [...message.matchAll(/unknown field "([^"]+)"/g)].map(([said, field = '']) => ({
    field,
    message: said,
  }));
  return unknown.length > 0 ? unknown : [{ field: '', message }];
}

/** As the tests' API server writes it. */
interface Kubeconfig {
  readonly clusters: readonly { readonly cluster: { readonly 'certificate-authority': string } }[];
  readonly users: readonly { readonly user: { readonly token: string } }[];
}

interface StatusAnswer {
  readonly message: string;
  readonly details?: { readonly causes?: readonly { readonly field?: string; readonly message?: string }[] };
}
