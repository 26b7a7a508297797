import { isTakenWith, type RefusedObject } from './trial.ts';
import type { ParameterSpecs } from './wanted-gateways.ts';

/** Whose parameters they are. */
export type ParameterOwner = keyof ParameterSpecs;

const owners: readonly ParameterOwner[] = ['ofClass', 'ofGateway'];

/**
 * Whose parameters are to blame that the API server refuses an object: those without which it would take it, which it is
 * asked. Both, if it takes the object without either, or only without both. Nobody's, if they have nothing to do with it.
 */
export async function faultyParameters(refused: RefusedObject): Promise<readonly ParameterOwner[]> {
  const written = owners.filter((owner) => refused.parameters[owner] !== undefined);
  const faulty: ParameterOwner[] = [];
  for (const owner of written) {
    const { [owner]: _leftOut, ...parameters } = refused.parameters;
    if (await isTakenWith(refused, { parameters })) faulty.push(owner);
  }
  return faulty.length === 0 && written.length > 1 && (await isTakenWith(refused, { parameters: {} }))
    ? written
    : faulty;
}
