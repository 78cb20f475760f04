// Who is in the room. Above 200 people frames carry only the count, so the count is the server's, not ours.

export class Presence {
  #here = new Set()
  count = 0

  joined({ participants = [], participant_count: count }) {
    this.#here = new Set(participants)
    this.count = count ?? this.#here.size
  }

  update({ user_id: userId, status, participant_count: count }) {
    if (userId && status === "online") this.#here.add(userId)
    if (userId && status === "offline") this.#here.delete(userId)
    this.count = count ?? this.#here.size
  }

  isHere(userId) { return this.#here.has(userId) }
  get here() { return [...this.#here] }
}
