// Code in all the forms that a compiler may give it does after the rewriting what it did before.
import { describe, expect, test } from 'vitest'
import { abi } from '../abi.ts'
import { guestOf, instrumented, outcomeOf, plain, type WasmFunction } from '../testing/guest.ts'
import { ModuleBuilder } from '../testing/module-builder.ts'

const step = 'local.get 0 i32.const 1 i32.sub local.tee 0'
const count = 'local.get 1 i32.const 1 i32.add local.set 1'

/** Functions of one i32, with two more in locals, that give one; type 0 is `i32 -> i32 i32`. */
const forms: Readonly<Record<string, string>> = {
  'a loop': `loop ${count} ${step} i32.const 0 i32.gt_s br_if 0 end local.get 1`,
  'a branch out of three loops': `block loop loop loop ${count} ${step} i32.const 1 i32.lt_s br_if 3
    local.get 0 i32.const 2 i32.rem_u br_if 0 local.get 0 i32.const 3 i32.rem_u br_if 1 br 2
    end end end end local.get 1`,
  'a branch to the outer loop': `block local.get 0 i32.eqz br_if 0
    loop ${count} loop ${step} i32.eqz br_if 2 br 1 end end end local.get 1`,
  'a br_table over loops': `block loop block loop ${count} ${step} i32.const 0 i32.lt_s br_if 3
    local.get 0 i32.const 3 i32.and br_table 0,2,1,2 end end br 0 end end local.get 1`,
  'a loop with a value': `local.get 0 loop:type0 local.tee 1 local.get 1 i32.const 1 i32.add end
    i32.add`,
  'a loop with a value that comes back': `local.get 0 i32.const 7 i32.and i32.const 1 i32.add
    loop:type1 local.set 1 local.get 2 i32.const 1 i32.add local.set 2
    local.get 1 i32.const 1 i32.sub local.tee 1 local.get 1 br_if 0 end local.get 2 i32.add`,
  'a block with a value': 'local.get 0 block:type0 i32.const 3 end i32.mul',
  'an if with a value and no else':
    'local.get 0 local.get 0 if:type1 i32.const 2 i32.mul end i32.const 1 i32.add',
  'an if with two values': `i32.const 4 local.get 0 if:type0 local.get 0 else i32.const 9 end
    i32.add`,
  'a return from a loop': `loop loop ${count} local.get 1 local.get 0 i32.ge_s
    if local.get 1 return end br 1 end end i32.const -1`,
  'a return of what lies above others': 'i32.const 1 i32.const 2 local.get 0 return',
  'code behind a return':
    'local.get 0 if local.get 0 return nop i32.const 1 drop loop br 0 end end i32.const 5',
  'code behind a branch': `block:i32 local.get 0 br 0 i32.add drop loop:i32 br 0 end drop block end
    i32.const 9 end`,
  'an else behind a branch': `block local.get 0 if br 1 nop else ${count} end ${count} end
    local.get 1`,
  'arms that both leave': `block:i32 local.get 0 if i32.const 3 br 1 else i32.const 4 br 1 end
    unreachable end`,
  'a block that never ends': 'block:i32 local.get 0 return end i32.const 1 i32.add',
  'an unreachable arm': 'local.get 0 i32.const 5 i32.eq if unreachable end local.get 0',
  'a condition on the function itself': 'local.get 0 local.get 0 br_if 0 drop i32.const 8',
  'a br_table that leaves the function':
    'block:i32 i32.const 6 local.get 0 br_table 0,1,1 end i32.const 7 i32.add',
  'nothing but an end': 'local.get 0',
}

function moduleOf(body: string): Uint8Array<ArrayBuffer> {
  const module = new ModuleBuilder()
  module.type(['i32'], ['i32', 'i32'])
  module.type(['i32'], ['i32'])
  module.function({
    export: 'f',
    params: ['i32'],
    results: ['i32'],
    locals: ['i32', 'i32'],
    body,
  })
  // Recursive, so that the same code also stands in a function whose stack is counted.
  module.function({
    export: 'counted',
    params: ['i32'],
    results: ['i32'],
    locals: ['i32', 'i32'],
    body: `local.get 0 i32.const -77 i32.eq if local.get 0 call 1 drop end ${body}`,
  })
  return module.bytes()
}

describe('code', () => {
  test.each(Object.entries(forms))('does what it did: %s', (_, body) => {
    const bytes = moduleOf(body)
    const reference = plain(bytes)
    for (const trace of [false, true]) {
      const made = instrumented(bytes, { trace }).bytes
      for (const name of ['f', 'counted']) {
        for (const given of [0, 1, 2, 5, 6, 30]) {
          const guest = guestOf(made)
          const expected = outcomeOf(() => (reference[name] as WasmFunction)(given))
          expect(
            outcomeOf(() => guest.call(name, given)),
            `${name}(${given})`,
          ).toBe(expected)
          if (expected.startsWith('gives')) {
            expect(guest.global(abi.stack).value).toBe(1_000_000)
          }
        }
      }
    }
  })

  test('in a long function, and with labels and locals of two bytes, is the same', () => {
    const depth = 300
    const body = `${'block '.repeat(depth)} local.get 0 br_table ${Array.from(
      { length: depth },
      (_, label) => label,
    ).join(',')} ${`end local.get ${250} i32.const 1 i32.add local.set ${250} `.repeat(depth)}
      local.get ${250}`
    const module = new ModuleBuilder()
    const locals = new Array<'i32'>(300).fill('i32')
    module.function({ export: 'f', params: ['i32'], results: ['i32'], locals, body })
    const reference = plain(module.bytes())['f'] as WasmFunction
    const guest = guestOf(instrumented(module.bytes()).bytes)
    for (const given of [0, 1, 127, 128, 299, 4_000]) {
      expect(guest.call('f', given)).toBe(reference(given))
    }
  })
})

describe('the digest of the control flow', () => {
  const digestOf = (body: string, given: number) => {
    const guest = guestOf(instrumented(moduleOf(body), { trace: true }).bytes)
    guest.call('f', given)
    return guest.global(abi.trace).value
  }
  const loop = forms['a loop']!

  test('is the same for the same way', () => {
    expect(digestOf(loop, 7)).toBe(digestOf(loop, 7))
  })

  test('differs with where loops are run, and with the rounds of all but innermost ones', () => {
    const nested = 'loop loop end local.get 0 i32.const 1 i32.sub local.tee 0 br_if 0 end'
    const once = `${nested} local.get 0`
    const twice = `${nested} i32.const 3 local.set 0 ${once}`
    const digests = [once, twice, loop].flatMap((body) => [digestOf(body, 7), digestOf(body, 8)])
    expect(new Set(digests).size).toBe(5)
  })
})
