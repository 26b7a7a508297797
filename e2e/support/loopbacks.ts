import { networkInterfaces } from 'node:os';

/** The loopback address of each family that this machine has, as it stands in a URL: `127.0.0.1`, and perhaps `[::1]`. */
export function loopbacks(): readonly string[] {
  const own = Object.values(networkInterfaces()).flatMap((addresses = []) => addresses);
  const known = [
    { address: '127.0.0.1', host: '127.0.0.1' },
    { address: '::1', host: '[::1]' },
  ];
  return known.filter(({ address }) => own.some((each) => each.address === address)).map(({ host }) => host);
}
