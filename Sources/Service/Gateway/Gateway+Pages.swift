// Lists of orders and fills: a caller reads a page of the store.
// Everything else that is read is one order, which an index finds at once.
// The rule to keep: one page at a time, so that an order that comes meanwhile waits for one page at
// most, on the store's thread and on the loop; and no page without room for its answer.

internal import Network
internal import Storage
internal import Wire

extension Gateway {
  /// Answers a call with a page of the store, once it is its turn.
  func answerPage<Rows: Sendable>(
    _ call: Call,
    reading read: @escaping @Sendable (borrowing Reader) throws(StoreError) -> Rows,
    writing write: @escaping @LoopActor (Rows) -> [UInt8]
  ) {
    call.expectLongAnswer()
    LoopActor.task { [self] in
      await pageTurns.begin()
      defer { pageTurns.end() }
      guard call.hasRoom else { return call.respond(Gateway.noRoom) }
      switch await self.read(read) {
      case .failure(let error): call.respond(APIError(error))
      case .success(let rows): call.respond(HTTPResponse(status: 200, body: write(rows)))
      }
    }
  }

  private static var noRoom: APIError {
    var error = APIError(
      status: 503, code: "ANSWERS_UNREAD",
      "Callers have not read what they asked for, and there is no room for more lists. Ask again.")
    error.headers = [("Retry-After", "1")]
    return error
  }
}

/// Whose page is read now, and who comes next.
@LoopActor final class PageTurns {
  private var isTaken = false
  private var waiting: [CheckedContinuation<Void, Never>] = []

  /// Returns when it is the caller's turn; turns come in the order they were asked for.
  func begin() async {
    guard isTaken else {
      isTaken = true
      return
    }
    await withCheckedContinuation { waiting.append($0) }
  }

  func end() {
    if waiting.isEmpty {
      isTaken = false
    } else {
      waiting.removeFirst().resume()
    }
  }
}
