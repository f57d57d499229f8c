// What accounts have, for sizes that are worked out from it. Venues count such questions, and
// alerts come in bunches, so one answer serves for a short while.

internal import Network
internal import Plugins
internal import Trading

@LoopActor final class AccountBalances {
  /// How long an answer serves.
  private static let freshMilliseconds: Int64 = 2_000

  private struct Answer {
    let at: Timestamp
    let balances: [Balance]
  }

  private var answers: [AccountID: Answer] = [:]
  private var questions: [AccountID: Task<Result<[Balance], PluginError>, Never>] = [:]

  /// What an account has of an asset, as the venue said at most so long ago.
  func total(of asset: Asset, at plugin: any ExecutionPlugin) async throws(APIError) -> Decimal {
    let balances = try await balances(of: plugin)
    return balances.first { $0.asset == asset }?.total ?? .zero
  }

  private func balances(of plugin: any ExecutionPlugin) async throws(APIError) -> [Balance] {
    let name = plugin.name
    let now = Gateway.now
    if let answer = answers[name],
      now.milliseconds(since: answer.at) < AccountBalances.freshMilliseconds
    {
      return answer.balances
    }
    let question =
      questions[name]
      ?? LoopActor.task {
        do throws(PluginError) {
          return .success(try await plugin.balances())
        } catch {
          return .failure(error)
        }
      }
    questions[name] = question
    let result = await question.value
    questions[name] = nil
    switch result {
    case .success(let balances):
      answers[name] = Answer(at: now, balances: balances)
      return balances
    case .failure(let error):
      throw APIError(
        status: 503, code: "VENUE_UNAVAILABLE",
        "\(name) does not tell its balances, which the size is worked out from; nothing was sent. "
          + error.description)
    }
  }
}
