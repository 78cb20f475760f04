// Loaded by `scripts/test` before each test: takes away what newer nodes have and Debian 12's node 18 has not, so that
// a test which leans on it fails on every machine.
import { mock } from "node:test"

const newer = [
  [globalThis, ["crypto", "Crypto", "CryptoKey", "SubtleCrypto", "CustomEvent", "File", "CloseEvent", "EventSource"]],
  [globalThis, ["WebSocket", "Iterator", "Storage", "localStorage", "sessionStorage", "navigator", "Navigator"]],
  [Array, ["fromAsync"]],
  [Array.prototype, ["toReversed", "toSorted", "toSpliced", "with"]],
  [String.prototype, ["isWellFormed", "toWellFormed"]],
  [Object, ["groupBy"]],
  [Map, ["groupBy"]],
  [Promise, ["withResolvers", "try"]],
  [Set.prototype, ["union", "intersection", "difference", "symmetricDifference", "isSubsetOf", "isSupersetOf"]],
  [Set.prototype, ["isDisjointFrom"]],
  [URL, ["parse"]],
  // It is given a list there, an object since: `t.mock.method(globalThis, "setTimeout", …)` is the same everywhere.
  [Object.getPrototypeOf(mock.timers), ["enable"]],
]

for (const [holder, names] of newer) for (const name of names) delete holder[name]
