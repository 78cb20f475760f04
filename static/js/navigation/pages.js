// Main parts of pages, from the server: fetched when one goes there, or ahead when one is about to.

import { MAIN_ONLY } from "../helpers/api.js";

// What was fetched ahead is good for so long.
const FRESH_MS = 10_000

// The answer is no page that fits into this one: signed out, gone, of another build, or no page at all.
export class Unexpected extends Error {
  // `url` is where the server led, if it led elsewhere; `status` is HTTP's.
  constructor(response) {
    super(`No main part: ${response.status}`)
    this.status = response.status
    this.url = response.redirected ? response.url : null
  }
}

export class Pages {
  #ahead = new Map()

  // `build` is the one that made the page around.
  constructor(build) {
    this.build = build
  }

  // Fetch what will probably be asked for. The promise ends when it has come, or has failed.
  ahead(url) {
    if (this.#fresh(url)) return
    const entry = { at: Date.now(), part: null, stop: new AbortController() }
    entry.coming = this.#fetch(url, { signal: entry.stop.signal }).then((part) => (entry.part = part))
    this.#ahead.set(url, entry)
    return entry.coming.catch(() => this.#ahead.get(url) === entry && this.#ahead.delete(url))
  }

  // The part at `url`, if it has come already.
  ready(url) {
    const entry = this.#fresh(url)
    if (entry?.part) this.#ahead.delete(url)
    return entry?.part ?? null
  }

  // `{main, title, url}`; rejects with `Unexpected`, or as `fetch` does. It is wanted until `signal`.
  load(url, signal) {
    const entry = this.#fresh(url)
    this.#ahead.delete(url)
    if (!entry) return this.#fetch(url, { signal })
    signal?.addEventListener("abort", () => entry.stop.abort())
    return entry.coming
  }

  // What a form's answer leads to. What was fetched before it is not as it was.
  async post(url, body) {
    this.forget()
    try {
      return await this.#fetch(url, { method: "POST", body })
    } finally {
      this.forget()
    }
  }

  forget() { this.#ahead.clear() }

  #fresh(url) {
    for (const [key, { at }] of this.#ahead) if (Date.now() - at > FRESH_MS) this.#ahead.delete(key)
    return this.#ahead.get(url)
  }

  async #fetch(url, options = {}) {
    const headers = { Accept: "text/html", ...MAIN_ONLY }
    const response = await fetch(url, { credentials: "same-origin", ...options, headers })
    if (!response.headers.get("Content-Type")?.startsWith("text/html")) throw new Unexpected(response)
    const page = new DOMParser().parseFromString(await response.text(), "text/html")
    const main = page.querySelector("main.pane")
    if (!main || page.querySelector("meta[name=build]")?.content !== this.build) throw new Unexpected(response)
    document.adoptNode(main)
    customElements.upgrade(main)
    return { main, title: page.title, url: response.url + (response.redirected ? "" : new URL(url).hash) }
  }
}
