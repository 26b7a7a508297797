import { chmodSync, lstatSync, unlinkSync } from 'node:fs';
import { connect, type Server } from 'node:net';
import { type Address, describeAddress } from './address.ts';

/** `sun_path` has 108 bytes on Linux, the closing zero included; the kernel's own error says only EINVAL. */
const maxSocketPathBytes = 107;

/** Owner and group: Envoy may run as another user of the same group, nobody else has business here. */
const socketMode = 0o660;

/**
 * Binds the server and answers with the address in use (the port chosen, where 0 was asked for). A socket file whose
 * process is dead is replaced; one that answers is not.
 */
export async function listen(server: Server, address: Address): Promise<Address> {
  if (!('path' in address)) {
    await bind(server, address);
    const bound = server.address();
    return typeof bound === 'object' && bound !== null ? { host: bound.address, port: bound.port } : address;
  }
  const { path } = address;
  if (Buffer.byteLength(path) > maxSocketPathBytes) {
    throw new Error(`${path} is too long for a unix socket: at most ${maxSocketPathBytes} bytes, use a shorter folder`);
  }
  try {
    await bind(server, address);
  } catch (error) {
    if (codeOf(error) !== 'EADDRINUSE') {
      throw error;
    }
    await removeStale(path);
    await bind(server, address);
  }
  chmodSync(path, socketMode);
  return address;
}

/** Removes the socket file of a process that is gone. Throws if it is alive, or if the file is something else. */
async function removeStale(path: string): Promise<void> {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined) {
    return;
  }
  if (!found.isSocket()) {
    throw new Error(`${path} exists and is not a socket: choose another path, it will not be overwritten`);
  }
  if (await isAnswered(path)) {
    throw new Error(`${path} is in use by a running process: stop it or choose another path`);
  }
  const now = lstatSync(path, { throwIfNoEntry: false });
  // Another process may have come to the same conclusion a moment ago, and this be its fresh socket.
  if (now !== undefined && now.ino === found.ino) {
    unlinkSync(path);
  }
}

function isAnswered(path: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const probe = connect({ path });
    probe.once('connect', () => {
      probe.destroy();
      resolve(true);
    });
    probe.once('error', (error) => {
      const code = codeOf(error);
      if (code === 'ECONNREFUSED' || code === 'ENOENT') {
        resolve(false);
      } else if (code === 'EAGAIN') {
        // Its queue of connections is full: busy, but alive.
        resolve(true);
      } else {
        reject(new Error(`${path} cannot be examined: ${error.message}`));
      }
    });
  });
}

function bind(server: Server, address: Address): Promise<void> {
  return new Promise((resolve, reject) => {
    const failed = (error: Error): void => {
      server.off('listening', bound);
      reject(codeOf(error) === 'EADDRINUSE' ? inUse(address, error) : error);
    };
    const bound = (): void => {
      server.off('error', failed);
      resolve();
    };
    server.once('error', failed);
    server.once('listening', bound);
    server.listen('path' in address ? { path: address.path } : { host: address.host, port: address.port });
  });
}

function inUse(address: Address, cause: Error): Error {
  return Object.assign(new Error(`${describeAddress(address)} is already in use`, { cause }), { code: 'EADDRINUSE' });
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
