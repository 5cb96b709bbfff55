import { within } from '../bounds.ts'
import type { Draft } from '../parse.ts'
import type { Reader } from '../reader.ts'
import { Refused } from '../rejection.ts'
import { readValueType, valueTypes } from '../value-type.ts'
import { readConstant } from './constant-expression.ts'

export function readGlobals(reader: Reader, draft: Draft): void {
  const count = reader.count()
  within('globals', count, reader.pos)
  for (let index = 0; index < count; index++) {
    const at = reader.pos
    const type = readValueType(reader)
    const flag = reader.u8()
    if (flag > 1) throw new Refused('MALFORMED_TYPE', `global ${index} of mutability ${flag}`, at)
    if (flag === 1 && type === valueTypes.funcref) {
      throw new Refused('FEATURE_REFERENCE_GLOBAL', `global ${index} holds a reference`, at)
    }
    draft.globals.push({ type, mutable: flag === 1, init: readConstant(reader) })
  }
}
