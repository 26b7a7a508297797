const standIn =
  /^(?:\$|%|[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*$|(?:my|your|the|some)?[-_]?(?:api|user)?[-_]?(?:pass(?:word|wd)?|pwd|token|key|secret)$)/;

/**
 * Whether what stands where a command takes a password is one. It may be a word, as passwords are; right behind mysql's
 * `-p`, where other options may begin as well, it may not.
 */
export function isGivenPassword(value: string, command: string): boolean {
  if (standIn.test(value) || !/[A-Za-z]/.test(value)) return false;
  return !/^(?:mysql|mariadb)/.test(command) || /[0-9]|[a-z][A-Z]|[^A-Za-z_=-]/.test(value);
}
