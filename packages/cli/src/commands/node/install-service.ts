import { mkdirSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, resolve } from 'node:path'
import { VcpError } from '@vcp/protocol'
import * as z from 'zod'
import { type ServiceFile, serviceFile } from '../../agent/service/service.ts'
import { type Context, defineCommand } from '../../command.ts'

export const command = defineCommand({
  about:
    'Writes what makes the node start with the machine: a unit of systemd for you alone on ' +
    'Linux, a property list of launchd on a Mac. It is not enabled: what to type is printed. The ' +
    'settings are those of the data folder; VCP_* of this shell are not taken along.',
  options: [{ form: '--print', about: 'print the file, and write nothing' }],
  examples: [
    { line: 'vcp node install-service', about: 'write it, and see how to enable it' },
    { line: 'vcp node install-service --print', about: 'read it first' },
  ],
  input: z.strictObject({ print: z.boolean().default(false) }),
  async run({ print }, context) {
    const file = fileFor(context)
    if (!print) write(file)
    return { ...file, is_written: !print }
  },
  text: ({ text, path, is_written: isWritten }) => (isWritten ? path : text),
  talk({ enable, watch, remove, is_written: isWritten }, style) {
    if (!isWritten) return ''
    const lines = [...enable.map((line) => `  ${style.code(line)}`)]
    return [
      'To enable it:',
      ...lines,
      `To read along: ${style.code(watch)}`,
      `To take it out again: ${style.code(remove)}`,
    ].join('\n')
  },
})

function fileFor({ dataDir, host, settings }: Context): ServiceFile {
  const [, script = ''] = process.argv
  const start = ['node', 'start', '--headless', '--data-dir', dataDir]
  return serviceFile(process.platform, {
    argv: [process.execPath, ...process.execArgv, resolve(script), ...start],
    dataDir,
    home: host.env['HOME'] ?? homedir(),
    drainSeconds: settings()['node.drain_seconds_max'],
  })
}

function write({ path, text }: ServiceFile): void {
  try {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
  } catch (cause) {
    throw new VcpError('OUTPUT_UNWRITABLE', { message: `${path} cannot be written`, cause })
  }
}
