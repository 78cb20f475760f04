// Where a room stands in the sidebar, and how; chat/templatetags/shell.py says the same on the server.

const QUIET = new Set(["nothing", "invisible"])

// Muted until when, in milliseconds; 0 if it is not muted, or no longer at `now`.
export function mutedUntil(membership, now) {
  const until = membership.muted_until ? Date.parse(membership.muted_until) : 0
  return until > now ? until : 0
}

// Dim, and left out of the number in the title, in which only mentions count.
export function isQuiet(membership, now) {
  return QUIET.has(membership.involvement) || mutedUntil(membership, now) > 0
}

export const SECTIONS = ["starred", "named", "directs"]

export function sectionOf({ kind, membership }) {
  if (membership.starred) return "starred"
  return kind === "direct" ? "directs" : "named"
}

// A hidden room is there only while it is open, or while somebody has named the reader in it.
export function isShown({ id, membership }, current, mentions) {
  return membership.involvement !== "invisible" || id === current || mentions > 0
}

// Named rooms by name, then directs by what was said last: each page of them comes in this order, all together do not.
export function inOrder(rooms) {
  const named = rooms.filter(({ kind }) => kind !== "direct").sort((one, other) => compare(key(one), key(other)))
  const directs = rooms.filter(({ kind }) => kind === "direct").sort((one, other) => compare(last(other), last(one)))
  return [...named, ...directs]
}

const key = ({ name, id }) => `${name.toLowerCase()}\u0000${id}`
const last = ({ last_message_at: said, created_at: made }) => said ?? made
const compare = (one, other) => (one < other ? -1 : Number(one > other))
