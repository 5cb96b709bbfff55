// Tables and memories: the things with a size.
import { bounds, within } from '../bounds.ts'
import type { Draft } from '../parse.ts'
import type { Reader } from '../reader.ts'
import { Refused } from '../rejection.ts'
import type { SizeLimits } from '../shape.ts'
import { readValueType, valueTypes } from '../value-type.ts'

export function readTables(reader: Reader, draft: Draft): void {
  const count = reader.count()
  within('tables', count, reader.pos)
  let elements = 0
  for (let index = 0; index < count; index++) {
    const at = reader.pos
    if (reader.bytes[at] === 0x40) {
      throw new Refused('FEATURE_GC', `table ${index} has an initial value`, at)
    }
    const type = readValueType(reader)
    if (type !== valueTypes.funcref) {
      throw new Refused('MALFORMED_TYPE', `table ${index} is not of references`, at)
    }
    const size = readLimits(reader)
    elements += size.min
    within('tableElements', elements, at)
    draft.tables.push(size)
  }
}

export function readMemories(reader: Reader, draft: Draft): void {
  const at = reader.pos
  const count = reader.count()
  if (count > 1) throw new Refused('FEATURE_MULTI_MEMORY', `${count} memories`, at)
  if (count === 0) return
  const size = readLimits(reader)
  within('memoryPages', size.min, at)
  if (size.max !== null && size.max > bounds.memoryPages.value) {
    throw new Refused('INVALID_MODULE', `a memory of at most ${size.max} pages`, at)
  }
  draft.memory = size
}

function readLimits(reader: Reader): SizeLimits {
  const at = reader.pos
  const flags = reader.u8()
  if (flags > 0x0f) throw new Refused('MALFORMED_TYPE', `limits of kind ${flags}`, at)
  if ((flags & 8) !== 0) throw new Refused('FEATURE_CUSTOM_PAGE_SIZES', 'a page size', at)
  if ((flags & 4) !== 0) throw new Refused('FEATURE_MEMORY64', 'sizes of 64 bits', at)
  if ((flags & 2) !== 0) throw new Refused('FEATURE_THREADS', 'a shared memory', at)
  const min = reader.u32()
  const max = flags === 1 ? reader.u32() : null
  if (max !== null && max < min) {
    throw new Refused('INVALID_MODULE', `a maximum of ${max} below the minimum of ${min}`, at)
  }
  return { min, max }
}
