/** One sentence, and what to do, out of what Envoy wrote before it ended. */
export function explainExit(log: string, code: number | null, signal: NodeJS.Signals | null): string {
  const bind = /cannot bind '([^']+)': (Address already in use|Permission denied)/.exec(log);
  if (bind?.[2] === 'Permission denied') {
    return `Envoy may not listen on ${bind[1]}: ports below 1024 need more rights. Choose a higher port.`;
  }
  if (bind !== null) return `Envoy cannot listen on ${bind[1]}: the port is in use. Stop what listens there.`;
  const refusal = /error `(.+?)` initializing config/s.exec(log);
  if (refusal?.[1] !== undefined) {
    return `Envoy refuses its bootstrap: ${refusal[1].replaceAll(/\s+/g, ' ')}. Compare the versions of Sluice and Envoy.`;
  }
  const ended = `Envoy ended ${signal === null ? `with code ${code}` : `by ${signal}`}`;
  const complaint = log.split('\n').findLast((line) => line.includes('[critical]'));
  return complaint === undefined ? `${ended}.` : `${ended}: ${complaint.replace(/^(?:\s*\[[^\]]*\])*\s*/, '').trim()}`;
}
