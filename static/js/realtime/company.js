// Who else is in the room and who is typing, from frames to the header and the line above the box.

import { word } from "../helpers/words.js";

export function watchPresence({ socket, roomId, presence, people, element }) {
  element.start({ presence, people })
  const show = () => {
    element.show()
    people.need(presence.here, () => element.show())
  }
  socket.addEventListener("frame", ({ detail: frame }) => {
    if (frame.room_id !== roomId) return
    if (frame.type === "room_joined") presence.joined(frame)
    else if (frame.type === "presence_update") presence.update(frame)
    else return
    show()
  })
}

// Names change where they stand already: with messages and among the people.
export function watchNames({ socket, people, element, list }) {
  socket.addEventListener("frame", ({ detail: { type, user } }) => {
    if (type !== "user_updated" || !user) return
    people.learn(user)
    element.rename(user)
    list.rename(user)
  })
}

export function watchTyping({ socket, roomId, typists, people, me, line }) {
  const show = () => {
    const ids = typists.at(Date.now())
    const text = sentence(ids.map((id) => people.get(id)?.name).filter(Boolean))
    if (line.textContent !== text) line.textContent = text
    if (ids.length) people.need(ids, show)
  }
  setInterval(show, 1000)
  socket.addEventListener("state", () => socket.isOpen || typists.clear())
  socket.addEventListener("frame", ({ detail: frame }) => {
    if (frame.type === "typing_indicator" && frame.room_id === roomId && frame.user_id !== me.id) {
      typists.set(frame.user_id, frame.is_typing, Date.now())
    } else if (frame.type === "new_message" && frame.message.room_id === roomId) {
      typists.set(frame.message.creator_id, false)
    } else if (frame.type === "presence_update" && frame.room_id === roomId && frame.status === "offline") {
      typists.set(frame.user_id, false)
    } else return
    show()
  })
}

function sentence(names) {
  const [first, last] = names
  if (names.length > 2) return word("typing_many")
  if (names.length === 2) return word("typing_two", { first, last })
  return first ? word("typing_one", { first }) : ""
}
