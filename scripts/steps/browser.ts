// The test that verifies a receipt in a browser needs one. Where there is none, Debian's is
// installed if it can be had; else we go on, and that test says that it is skipped.
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { runCommand } from './command.ts'

const browsers = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']

export async function installBrowser(): Promise<void> {
  const found = browsers.find(isOnPath)
  if (found !== undefined) return console.log(`browser: ${found}`)
  if (!isOnPath('apt-get') || process.getuid?.() !== 0) {
    return console.log('browser: NONE, and it cannot be installed here: its test will be skipped')
  }
  console.log('browser: none; installing chromium with apt-get')
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  for (const args of [
    ['update', '-qq'],
    ['install', '-y', '-qq', '--no-install-recommends', 'chromium'],
  ]) {
    const ran = await runCommand('apt-get', args, { env, output: 'kept', timeoutMinutes: 10 })
    if (ran.exitCode === 0) continue
    console.log(`${ran.output}\nbrowser: INSTALLING FAILED (above): its test will be skipped`)
    return
  }
}

function isOnPath(program: string): boolean {
  const folders = (process.env['PATH'] ?? '').split(delimiter)
  return folders.some((folder) => existsSync(join(folder, program)))
}
