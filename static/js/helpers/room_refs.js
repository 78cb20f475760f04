// Links to rooms in messages. A message is the same for everybody who reads it; what its reader does not see is text.

const KNOWN_MS = 60_000

const known = new Map()
let ask = { mine: () => true }

// `mine(id)` says whether the reader is in a room that is in use; `room(id)` asks for any they are in, `openRooms()` for
// those they could join.
export function watchRooms(questions) {
  ask = questions
}

export function showRooms(body) {
  for (const link of body.querySelectorAll("a.room-ref")) if (!ask.mine(link.dataset.roomId)) hideUnlessSeen(link)
}

async function hideUnlessSeen(link) {
  if (!(await sees(link.dataset.roomId))) link.replaceWith(...link.childNodes)
}

// Asked for once for all links to a room, and again after a while. Not reaching the server says nothing.
function sees(id) {
  const held = known.get(id)
  if (held && Date.now() - held.at < KNOWN_MS) return held.answer
  const answer = isSeen(id).catch(() => true)
  known.set(id, { at: Date.now(), answer })
  return answer
}

async function isSeen(id) {
  try {
    await ask.room(id)
    return true
  } catch (error) {
    if (error.status !== 404) throw error
    return (await ask.openRooms()).some((room) => room.id === id)
  }
}
