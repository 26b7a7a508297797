/**
 * The way from the machine's loopback to the API server, which listens only in the cluster's own network. A socket
 * belongs to the network it was opened in, wherever its process is: the starter opens the listening one outside and hands
 * it over, this process runs inside and connects from there. No interface, address or rule joins the two networks.
 */
import { connect, type Server } from 'node:net';
import { addresses } from './node/addresses.ts';

process.once('message', (_message, handle) => {
  const server = handle as Server;
  server.on('connection', (outer) => {
    const inner = connect(addresses.apiServerPort, '127.0.0.1');
    outer.pipe(inner).pipe(outer);
    // Either end's failure is the other's: a reset must not look like an orderly end.
    outer.on('error', () => inner.resetAndDestroy());
    inner.on('error', () => outer.resetAndDestroy());
    outer.on('close', () => inner.destroy());
    inner.on('close', () => outer.destroy());
  });
  process.send?.('ready');
});
