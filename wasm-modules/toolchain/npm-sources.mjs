// Fetches sources that an npm package carries, without installing it: nothing in it is run.
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Unpacks one version of a package, checked against its recorded hash; returns its folder. */
export function fetchSources({ package: name, version, integrity }, scratch) {
  const options = ['--ignore-scripts', '--json', '--pack-destination', scratch]
  const answer = execFileSync('npm', ['pack', `${name}@${version}`, ...options], {
    cwd: scratch,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const archive = join(scratch, JSON.parse(answer)[0].filename)
  const found = `sha512-${createHash('sha512').update(readFileSync(archive)).digest('base64')}`
  if (found !== integrity) throw new Error(`${name}@${version} is ${found}, not ${integrity}`)
  execFileSync('tar', ['-xzf', archive, '-C', scratch])
  return join(scratch, 'package')
}
