// Makes an API key. The key itself is shown once; the settings get its hash.

enum KeygenCommand {
  static func run(name: String, scopes text: String) -> Int32 {
    guard APIKeyRing.isName(name) else {
      Terminal.complain("A key's name has letters, digits, dots, dashes and underscores only.\n")
      return 2
    }
    var scopes: Set<Scope> = []
    for word in text.split(separator: "+", omittingEmptySubsequences: false) {
      guard let scope = Scope(rawValue: String(word)) else {
        Terminal.complain("Scopes are read, trade and admin, joined by +, not \(word).\n")
        return 2
      }
      scopes.insert(scope)
    }
    let made = APIKeyRing.generateKey(name: name, scopes: scopes)
    return Terminal.print(
      """
      The key, for the caller (it cannot be shown again):
        \(made.key)
      The entry, for FKS_API_KEYS of the service:
        \(made.entry)

      """)
  }
}
