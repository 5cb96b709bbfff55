// Machines that cannot reach each other, on one: network namespaces, each with a line to a hub and
// to nobody else. The hub forwards nothing.
import { execFileSync } from 'node:child_process'

export interface Namespace {
  readonly name: string
  /** Of the hub, as it is seen from here. */
  readonly hub: string
  /** Its own. */
  readonly address: string
  /** Words before a program's own, so that it runs here. */
  readonly by: readonly string[]
}

export interface Namespaces {
  readonly hub: Pick<Namespace, 'name' | 'by'>
  readonly leaves: readonly Namespace[]
  remove(): void
}

/** Null where this machine lets us make none. */
export function openNamespaces(names: readonly string[]): Namespaces | null {
  const hub = namespaceOf('hub')
  const made: string[] = []
  const remove = () => {
    // With a namespace its end of a line goes, and with that the line.
    for (const name of made) ip('netns', 'del', name)
  }
  const make = (name: string) => {
    ip('netns', 'add', name)
    made.push(name)
    ip('-n', name, 'link', 'set', 'lo', 'up')
  }
  try {
    make(hub)
    const leaves = names.map((each, i) => {
      const name = namespaceOf(each)
      make(name)
      const [near, far] = [`10.201.${i}.1`, `10.201.${i}.2`]
      ip('-n', hub, 'link', 'add', `to${i}`, 'type', 'veth', 'peer', 'name', 'up0', 'netns', name)
      ip('-n', hub, 'addr', 'add', `${near}/24`, 'dev', `to${i}`)
      ip('-n', hub, 'link', 'set', `to${i}`, 'up')
      ip('-n', name, 'addr', 'add', `${far}/24`, 'dev', 'up0')
      ip('-n', name, 'link', 'set', 'up0', 'up')
      return { name, hub: near, address: far, by: byOf(name) }
    })
    return { hub: { name: hub, by: byOf(hub) }, leaves, remove }
  } catch {
    remove()
    return null
  }
}

function namespaceOf(name: string): string {
  return `vcp-${process.pid}-${name}`
}

function byOf(name: string): readonly string[] {
  return ['ip', 'netns', 'exec', name]
}

function ip(...words: readonly string[]): void {
  execFileSync('ip', words, { stdio: 'ignore' })
}
