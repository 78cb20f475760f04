// <find-field>: a search form whose results, the part #found of the page, come while one types.

const SETTLE_MS = 200

class FindField extends HTMLElement {
  start(parts) {
    const form = this.querySelector("form")
    form.querySelector("button").classList.add("visually-hidden")
    form.addEventListener("submit", (event) => {
      event.preventDefault()
      this.#find(form, parts)
    })
    form.addEventListener("input", () => {
      clearTimeout(this.timer)
      this.timer = setTimeout(() => this.#find(form, parts), SETTLE_MS)
    })
  }

  // Who has gone on looks for nothing here any more, and the address is another page's.
  disconnectedCallback() { clearTimeout(this.timer) }

  #find(form, parts) {
    clearTimeout(this.timer)
    const query = new URLSearchParams(new FormData(form))
    history.replaceState(history.state, "", query.get("q") ? `?${query}` : location.pathname)
    parts.load([document.getElementById("found")])
  }
}
customElements.define("find-field", FindField)
