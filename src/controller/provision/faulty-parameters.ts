import type { ParameterSpecs } from './wanted-gateways.ts';

/** Whose parameters they are. */
export type ParameterOwner = keyof ParameterSpecs;

const owners: readonly ParameterOwner[] = ['ofClass', 'ofGateway'];

/**
 * Whose parameters are to blame that something cannot be made: those without which it can, which is tried. Both, if it can
 * without either, or only without both. Nobody's, if they have nothing to do with it.
 */
export async function faultyParameters(
  parameters: ParameterSpecs,
  canBeMadeWith: (other: ParameterSpecs) => boolean | Promise<boolean>,
): Promise<readonly ParameterOwner[]> {
  const written = owners.filter((owner) => parameters[owner] !== undefined);
  const faulty: ParameterOwner[] = [];
  for (const owner of written) {
    const { [owner]: _leftOut, ...others } = parameters;
    if (await canBeMadeWith(others)) faulty.push(owner);
  }
  return faulty.length === 0 && written.length > 1 && (await canBeMadeWith({})) ? written : faulty;
}
