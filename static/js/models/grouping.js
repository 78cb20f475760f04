// How a message stands to the one above it: a new day, a new group (ux: by author within five minutes).

export const TOGETHER_MS = 5 * 60_000

// `above` and `message` are {creatorId, createdAt} with a Date; `dayOf` names a Date's day for the reader.
export function standing(above, message, dayOf) {
  const day = dayOf(message.createdAt)
  const newDay = !above || dayOf(above.createdAt) !== day
  const together =
    !newDay && above.creatorId === message.creatorId && message.createdAt - above.createdAt < TOGETHER_MS
  return { day, newDay, first: !together }
}
