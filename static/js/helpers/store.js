// localStorage as JSON; where it is forbidden or full, this page's memory.

const memory = new Map()

export const store = {
  get(key) {
    if (memory.has(key)) return memory.get(key)
    try {
      return JSON.parse(localStorage.getItem(key))
    } catch {
      return null
    }
  },
  set(key, value) {
    try {
      localStorage.setItem(key, JSON.stringify(value))
      memory.delete(key)
    } catch {
      memory.set(key, value)
    }
  },
  keys(prefix) {
    let kept = []
    try {
      kept = Object.keys(localStorage)
    } catch {
      // Only memory is left.
    }
    return [...new Set([...kept, ...memory.keys()])].filter((key) => key.startsWith(prefix))
  },
  remove(key) {
    memory.delete(key)
    try {
      localStorage.removeItem(key)
    } catch {
      // Nothing was kept there.
    }
  },
}
