// The machine's own Postgres, started in a folder of its own for one file of tests.
import { execFile } from 'node:child_process'
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** Any user but root, whom Postgres refuses to run as. */
const nobody = 65_534
const isRoot = process.getuid?.() === 0

/** Why there is no Postgres to test with; null where there is. */
export const postgresFault = faultHere()

if (postgresFault !== null) {
  process.stderr.write(`\nTESTS WITH POSTGRES ARE SKIPPED: ${postgresFault}\n\n`)
}

export interface PostgresServer {
  /** The URL of an empty schema of its own. */
  freshUrl(): Promise<string>
  stop(): Promise<void>
}

export async function startPostgres(): Promise<PostgresServer> {
  const folder = mkdtempSync(join(tmpdir(), 'vcp-postgres-'))
  if (isRoot) chownSync(folder, nobody, nobody)
  const data = join(folder, 'data')
  await asUser('initdb', ['-D', data, '-U', 'vcp', '-A', 'trust', '-E', 'UTF8', '--locale=C'])
  const settings = `-k ${folder} -c listen_addresses=''`
  // Through pg_ctl, which comes back when the server takes connections.
  await asUser('pg_ctl', ['-D', data, '-o', settings, '-l', join(folder, 'log'), '-w', 'start'])
  const base = `postgres://vcp@localhost/postgres?host=${encodeURIComponent(folder)}`
  let schemas = 0
  return {
    async freshUrl() {
      schemas += 1
      const schema = `journal_${schemas}`
      const { Client } = await import('pg')
      const client = new Client({ connectionString: base })
      await client.connect()
      await client.query(`create schema ${schema}`)
      await client.end()
      return `${base}&options=${encodeURIComponent(`-c search_path=${schema}`)}`
    },
    async stop() {
      await asUser('pg_ctl', ['-D', data, '-m', 'immediate', '-w', 'stop'])
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Runs a program of Postgres, as an ordinary user where we are root. */
async function asUser(program: string, args: readonly string[]): Promise<void> {
  const file = join(binaries() ?? '', program)
  const user = ['--reuid', String(nobody), '--regid', String(nobody), '--clear-groups']
  // pg_ctl leaves the server behind, which would keep pipes of ours open for as long as it runs.
  const options = { cwd: tmpdir(), env: { PATH: process.env['PATH'] ?? '' } }
  if (isRoot) await run('setpriv', [...user, file, ...args], options)
  else await run(file, [...args], options)
}

function faultHere(): string | null {
  if (process.platform === 'win32') return 'they are for systems with Unix sockets'
  if (binaries() === null) return 'this machine has no Postgres (initdb and pg_ctl)'
  if (isRoot && find('setpriv') === null) return 'Postgres refuses root, and there is no setpriv'
  return null
}

/** The folder with the newest programs of Postgres. */
function binaries(): string | null {
  const debian = '/usr/lib/postgresql'
  const versions = existsSync(debian) ? readdirSync(debian) : []
  const newest = versions.sort((one, other) => Number(other) - Number(one))
  const folders = [...newest.map((version) => join(debian, version, 'bin')), ...path()]
  return folders.find((folder) => existsSync(join(folder, 'initdb')) && hasServer(folder)) ?? null
}

function hasServer(folder: string): boolean {
  return existsSync(join(folder, 'pg_ctl')) && existsSync(join(folder, 'postgres'))
}

function find(program: string): string | null {
  return path().find((folder) => existsSync(join(folder, program))) ?? null
}

function path(): readonly string[] {
  return (process.env['PATH'] ?? '').split(delimiter)
}
