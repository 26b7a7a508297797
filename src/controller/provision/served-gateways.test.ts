import { describe, expect, it } from 'vitest';
import type { GatewayDocument } from '../../policy/document.ts';
import { parseDocuments } from '../../policy/parse.ts';
import { createServedGateways } from './served-gateways.ts';

function gateway(port: number, labels = ''): GatewayDocument {
  const text = `apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: g, namespace: default}
spec:
  gatewayClassName: sluice
  listeners: [{name: http, port: ${port}, protocol: HTTP}]
  infrastructure: {labels: {${labels}}}`;
  const [document] = parseDocuments(text, 'input.yaml', '.').documents;
  if (document?.kind !== 'Gateway') throw new Error('not read');
  return document;
}

const [older, written] = [gateway(80), gateway(81, 'team: a')];
const portsOf = (gateways: ReturnType<typeof createServedGateways>, ...documents: GatewayDocument[]) =>
  gateways
    .served(documents)
    .map((each) => (each as GatewayDocument).spec.listeners.map(({ port }: { port: number }) => port));

describe('createServedGateways()', () => {
  it('keeps the listeners that pods serve of a Gateway that they refuse as it is written', () => {
    const gateways = createServedGateways();
    expect(portsOf(gateways, written)).toEqual([[81]]);
    expect(gateways.follow([{ written, inForce: older }])).toBe(true);
    expect(portsOf(gateways, written)).toEqual([[80]]);
    expect(gateways.served([written])).toMatchObject([{ spec: { infrastructure: { labels: { team: 'a' } } } }]);
  });

  it('stays with it while something else is judged, and takes what is written anew', () => {
    const gateways = createServedGateways();
    gateways.follow([{ written, inForce: older }]);
    expect(gateways.follow(undefined)).toBe(false);
    expect(gateways.follow([{ written, inForce: older }])).toBe(false);
    expect(portsOf(gateways, written, gateway(82))).toEqual([[80], [82]]);
  });

  it('takes what is written once pods take it', () => {
    const gateways = createServedGateways();
    gateways.follow([{ written, inForce: older }]);
    expect(gateways.follow([])).toBe(true);
    expect(portsOf(gateways, written)).toEqual([[81]]);
  });
});
