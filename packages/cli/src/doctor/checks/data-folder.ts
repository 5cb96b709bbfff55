import { accessSync, chmodSync, constants, mkdirSync, type Stats, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { nearestFolder } from '../../hardware/nearest-folder.ts'
import { describeUser } from '../../keystore/machine-user.ts'
import { shellWord } from '../../keystore/secret-file.ts'
import { bad, type Check, type Examination, ok, type Verdict, warning } from '../check.ts'

export const dataFolder: Check = {
  name: 'data-folder',
  about: 'the folder of keys, configuration and state',
  async run(examination) {
    const { dataDir, hardware } = examination
    const figures = { path: dataDir, filesystem: hardware.disk?.filesystem ?? null }
    const stats = statsOf(dataDir)
    if (stats === null) return missing(dataDir, figures)
    if (!stats.isDirectory()) {
      return bad(`${dataDir} is a file, not a folder`, elsewhere, figures)
    }
    const more = { ...figures, mode: octal(stats), owner_uid: stats.uid }
    return (
      ownership(examination, stats, more) ??
      fileSystem(hardware.disk?.filesystem ?? null, dataDir, more) ??
      ok(`${dataDir} is yours alone, and can be written`, more)
    )
  },
  async fix({ dataDir, uid, platform }) {
    const stats = statsOf(dataDir)
    if (stats === null) {
      mkdirSync(dataDir, { recursive: true, mode: 0o700 })
      return [`made the folder ${dataDir}`]
    }
    if (!stats.isDirectory() || stats.uid !== (uid ?? stats.uid)) return []
    if (platform === 'win32' || (stats.mode & 0o777) === 0o700) return []
    chmodSync(dataDir, 0o700)
    return [`changed the mode of ${dataDir} from ${octal(stats)} to 0700`]
  },
}

const elsewhere = 'Choose another folder with --data-dir, or VCP_DATA_DIR.'

/** Without locks and a real fsync, SQLite loses what it has acknowledged. */
const networked =
  /^(nfs\d?|cifs|smb\w*|9p|afs|afpfs|ceph|lustre|beegfs|davfs|webdav|(fuse\.)?(sshfs|glusterfs))$/i

const passing = /^(tmpfs|ramfs|overlay)$/i

function missing(dataDir: string, figures: Verdict['figures']): Verdict {
  const above = nearestFolder(dirname(dataDir))
  if (!isWritable(above)) {
    return bad(`${dataDir} does not exist, and you may not make it in ${above}`, elsewhere, figures)
  }
  const hint = 'vcp makes it when it is first needed; `vcp doctor --fix` makes it now.'
  return warning(`${dataDir} does not exist yet`, hint, figures)
}

function ownership(
  { dataDir, uid, platform }: Examination,
  stats: Stats,
  figures: Verdict['figures'],
): Verdict | null {
  if (uid !== null && stats.uid !== uid) {
    return bad(
      `${dataDir} belongs to another user of this machine, ${describeUser(stats.uid)}`,
      'Run vcp as that user, or choose a folder of your own with --data-dir.',
      figures,
    )
  }
  if (!isWritable(dataDir)) {
    return bad(`you may not write in ${dataDir} (mode ${octal(stats)})`, repair(dataDir), figures)
  }
  if (platform === 'win32' || (stats.mode & 0o077) === 0) return null
  if ((stats.mode & 0o022) !== 0) {
    const summary = `other users can put files of theirs into ${dataDir} (mode ${octal(stats)})`
    return bad(summary, repair(dataDir), figures)
  }
  return warning(
    `other users can look into ${dataDir} (mode ${octal(stats)})`,
    repair(dataDir),
    figures,
  )
}

function fileSystem(
  type: string | null,
  dataDir: string,
  figures: Verdict['figures'],
): Verdict | null {
  if (type !== null && networked.test(type)) {
    return bad(
      `${dataDir} is on a network file system (${type}), where a database can lose what it saved`,
      'Choose a folder on a disk of this machine with --data-dir.',
      figures,
    )
  }
  if (type === null || !passing.test(type)) return null
  return warning(
    `${dataDir} is on ${type}, and gone with the next restart of the machine or container`,
    'Keep the node key elsewhere (`vcp key backup`), or choose a lasting folder with --data-dir.',
    figures,
  )
}

function repair(dataDir: string): string {
  return `Run \`vcp doctor --fix\`, or \`chmod 700 ${shellWord(dataDir)}\`.`
}

function statsOf(path: string): Stats | null {
  return statSync(path, { throwIfNoEntry: false }) ?? null
}

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK)
    return true
  } catch {
    return false
  }
}

function octal({ mode }: Stats): string {
  return `0${(mode & 0o777).toString(8).padStart(3, '0')}`
}
