import { required } from '../call.ts'
import { rearrangement } from '../rearrangement.ts'

export const identity = rearrangement((call) => required(call, 0).shape)
