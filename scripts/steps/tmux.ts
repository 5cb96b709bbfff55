import { installNeeded } from './debian-package.ts'

/** The tests of what is shown on a terminal look at one by tmux. */
export function installTmux(): Promise<void> {
  return installNeeded({
    what: 'terminal',
    programs: ['tmux'],
    debian: 'tmux',
    without: 'the dashboards will not be tried on a terminal',
  })
}
