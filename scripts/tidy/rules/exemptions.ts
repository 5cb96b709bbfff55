import { covers, mayBeLong, sideDoors } from '../exemptions.ts'
import type { Rule, Sample } from '../rule.ts'

/** Everything that an exemption speaks of. */
const whole: Sample = Object.fromEntries([
  ['scripts/tidy/exemptions.ts', ''],
  ...mayBeLong.map(({ path }) => [path.replace(/\/$/, '/a.json'), '']),
  ...sideDoors.flatMap(({ from, to }) => [
    [from, ''],
    [to, ''],
  ]),
])

export const idleExemption: Rule = {
  name: 'idle-exemption',
  about: 'an exemption goes when what it exempts has gone',
  check: (files) => {
    const paths = files.map(({ path }) => path)
    if (!paths.includes('scripts/tidy/exemptions.ts')) return []
    const long = mayBeLong.filter((each) => !paths.some((path) => covers(path)(each)))
    const doors = sideDoors.filter(({ from, to }) => !paths.includes(from) || !paths.includes(to))
    return [...long.map(({ path }) => path), ...doors.map(({ from }) => from)].map((path) => ({
      path: 'scripts/tidy/exemptions.ts',
      line: 1,
      message: `the exemption of ${path} matches nothing: remove it`,
    }))
  },
  fires: [without('package-lock.json'), without('packages/protocol/vectors/a.json')],
  silent: [whole],
}

function without(path: string): Sample {
  return Object.fromEntries(Object.entries(whole).filter(([each]) => each !== path))
}
