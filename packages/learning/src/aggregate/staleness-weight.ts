/** FedBuff (Nguyen et al. 2022): what an update weighs that was made from a model with `staleness`
 *  others after it. A fresh one weighs 1. */
export function stalenessWeight(staleness: number): number {
  return 1 / Math.sqrt(1 + staleness)
}
