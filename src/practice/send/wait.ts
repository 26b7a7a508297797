import type { ServerResponse } from 'node:http';

/** False when the client went away meanwhile: then nothing is left to be sent, and no timer keeps the process. */
export function wait(response: ServerResponse, ms: number | undefined): Promise<boolean> {
  if (response.destroyed) return Promise.resolve(false);
  if (ms === undefined || ms <= 0) return Promise.resolve(true);
  return new Promise((resolve) => {
    const finish = (isThere: boolean) => {
      clearTimeout(timer);
      response.off('close', onClose);
      resolve(isThere);
    };
    const onClose = () => finish(false);
    const timer = setTimeout(finish, ms, true);
    response.on('close', onClose);
  });
}
