// Reads everything that a start reads, and says what is in force.

enum CheckCommand {
  static func run(_ settings: Settings) -> Int32 {
    do throws(StartError) {
      _ = try WebhookPlan(path: settings.strategiesFile)
    } catch {
      Terminal.complain("\(error)\n")
      return 1
    }
    return Terminal.print(settings.checkReport())
  }
}
