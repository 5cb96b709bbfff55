// Every command of `vcp`, a line each. A module is loaded only when its command is used, so that
// `vcp --help` stays fast however many there are.
import type { Command } from './command.ts'

export interface CommandLine {
  readonly summary: string
  load(): Promise<{ readonly command: Command }>
}

function line(summary: string, load: CommandLine['load']): CommandLine {
  return { summary, load }
}

export const nouns: Readonly<Record<string, string>> = {
  key: 'the identity of this node',
  wallet: 'the owner of this node: who is paid, who may remove it',
  config: 'settings and where they come from',
}

export const commands: Readonly<Record<string, CommandLine>> = {
  'key show': line('show the node key, or make it', () => import('./commands/key/show.ts')),
}
