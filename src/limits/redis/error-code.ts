/** The word by which Redis names the kind of an error: `OOM`, `NOPERM`, `READONLY`. What follows may quote arguments. */
export function errorCodeOf(message: string): string | undefined {
  // Redis 6 has no word for commands of a script that its ACL forbids.
  if (/The user executing the script can't/.test(message)) return 'NOPERM';
  // Before Redis 7 the answer to a command of a script stands at the end of an error of the script.
  const match = /@user_script: ?\d+: -([A-Z]{2,20})\b/.exec(message) ?? /^([A-Z]{2,20})\b/.exec(message);
  return match?.[1];
}

/** The code, and what it means to who has to do something about it. */
export function explained(code: string): string {
  const meaning = meanings.get(code);
  return meaning === undefined ? code : `${code}: ${meaning}`;
}

const meanings = new Map([
  ['BUSY', "somebody's script or function has been running too long"],
  ['CLUSTERDOWN', 'the Cluster has no node for some slots'],
  ['ECONNREFUSED', 'nothing listens there'],
  ['ENOTFOUND', 'nobody knows its name'],
  ['ETIMEDOUT', 'it did not answer in time'],
  ['LOADING', 'it has been started and still reads its data'],
  ['MASTERDOWN', 'it is a replica that has lost its master'],
  ['MISCONF', 'it cannot save its data and takes no more'],
  ['NOAUTH', 'it wants a password'],
  ['NOPERM', 'its ACL does not let this user do it'],
  ['NOREPLICAS', 'too few replicas are connected to it'],
  ['OOM', 'its memory is full, up to maxmemory'],
  ['READONLY', 'it is a replica, and nobody has said where the master is'],
  ['WRONGPASS', 'user or password are wrong'],
]);
