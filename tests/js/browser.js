// What every browser has and the oldest node that the tests run on (Debian 12: 18) does not.

globalThis.CustomEvent ??= class CustomEvent extends Event {
  constructor(type, { detail = null, ...options } = {}) {
    super(type, options)
    this.detail = detail
  }
}
