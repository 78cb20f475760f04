// Links to rooms in messages. A message is the same for everybody who reads it; what its reader does not see is text.

const KNOWN_MS = 60_000

let isMine = () => true
let load = async () => []
let open = null

// `mine(id)` says whether the reader is in a room; `openRooms()` asks for those they could join.
export function watchRooms({ mine, openRooms }) {
  isMine = mine
  load = openRooms
}

export function showRooms(body) {
  for (const link of body.querySelectorAll("a.room-ref")) if (!isMine(link.dataset.roomId)) hideUnlessOpen(link)
}

async function hideUnlessOpen(link) {
  const rooms = await openRooms()
  if (rooms && !rooms.has(link.dataset.roomId)) link.replaceWith(...link.childNodes)
}

// Asked for once for all links, and again after a while. Not reaching the server says nothing.
function openRooms() {
  if (!open || Date.now() - open.at > KNOWN_MS) {
    open = { at: Date.now(), rooms: load().then((rooms) => new Set(rooms.map((room) => room.id)), () => null) }
  }
  return open.rooms
}
