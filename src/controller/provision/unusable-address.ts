import { isTakenWith, type RefusedObject } from './trial.ts';

/**
 * The address that a Gateway asks for, where its Service would be taken without it: it is of another range than that of
 * Services, somebody else has it, or the Service has had another one from the beginning.
 */
export async function unusableAddress(refused: RefusedObject): Promise<string | undefined> {
  const { gateway, object } = refused;
  const address = gateway.spec.addresses[0]?.value;
  if (object.kind !== 'Service' || address === undefined) return undefined;
  const withoutAddress = { ...gateway, spec: { ...gateway.spec, addresses: [] } };
  return (await isTakenWith(refused, { gateway: withoutAddress })) ? address : undefined;
}
