/** A user of this machine who is not us. */
export const nobody = 65_534

/** Why no file can be given to `nobody` here; null where it can. */
export const chownFault = process.getuid?.() === 0 ? null : 'only root can give a file away'

if (chownFault !== null) {
  process.stderr.write(`tests with files of another user are skipped: ${chownFault}\n`)
}
